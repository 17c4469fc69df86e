#include "server/decision/facts.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace gate::server {
namespace {

constexpr std::string_view kSignalPrefix = "x-gate-signal-";

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

bool mentions(std::string_view text, std::string_view word) {
  return text.find(word) != std::string_view::npos;
}

Risk risk_or_none(const std::string& text) {
  return parse_risk(text).value_or(Risk::kNone);
}

void set_signal(SignInFacts& facts, std::string_view name, std::string_view text) {
  auto value = parse_signal(text);
  for (SignInFacts::OwnedSignal& signal : facts.signals) {
    if (signal.name == name) {
      signal.value = std::move(value);
      return;
    }
  }
  if (facts.signals.size() < kSignalsMax) {
    facts.signals.push_back({std::string(name), std::move(value)});
  }
}

}  // namespace

std::variant<std::int64_t, bool, std::string> parse_signal(std::string_view text) {
  if (text == "true" || text == "false") {
    return text == "true";
  }
  std::int64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size()) {
    return number;
  }
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    text = text.substr(1, text.size() - 2);
  }
  return std::string(text);
}

ClientApp client_app_of(const HttpRequest& request) {
  const std::string sku = lower(request.header("x-client-sku"));
  if (mentions(sku, "browser") || mentions(sku, "msal.js")) {
    return ClientApp::kBrowser;
  }
  if (!sku.empty()) {
    return ClientApp::kNativeApp;
  }
  // MSAL's refresh calls carry no such header; a page's requests carry an origin.
  return request.header("origin").empty() ? ClientApp::kNativeApp : ClientApp::kBrowser;
}

Platform platform_of(const HttpRequest& request) {
  // What the app says of itself first, then what the browser says. Android names Linux as well and
  // iPads claim to be like a Mac, hence the order.
  struct Rule {
    std::string_view word;
    Platform platform;
  };
  static constexpr std::array kRules = {Rule{"windows phone", Platform::kWindowsPhone},
                                        Rule{"android", Platform::kAndroid},
                                        Rule{"iphone", Platform::kIos},
                                        Rule{"ipad", Platform::kIos},
                                        Rule{"ios", Platform::kIos},
                                        Rule{"windows", Platform::kWindows},
                                        Rule{"mac os", Platform::kMacos},
                                        Rule{"macos", Platform::kMacos},
                                        Rule{"macintosh", Platform::kMacos},
                                        Rule{"linux", Platform::kLinux}};
  for (const std::string_view header : {"x-client-os", "sec-ch-ua-platform", "user-agent"}) {
    const std::string text = lower(request.header(header));
    for (const Rule& rule : kRules) {
      if (mentions(text, rule.word)) {
        return rule.platform;
      }
    }
  }
  return Platform::kUnknown;
}

SignInFacts gather_facts(const FactSources& sources) {
  SignInFacts facts;
  facts.flow = sources.flow;
  facts.user = sources.user.username;
  facts.user_kind = parse_user_kind(sources.user.kind).value_or(UserKind::kMember);
  facts.groups = sources.user.groups;
  facts.roles = sources.user.roles;
  facts.target_kind = TargetKind::kApp;
  facts.target = sources.client.name;
  facts.client = client_app_of(sources.request);
  facts.platform = platform_of(sources.request);
  facts.ip = sources.request.peer_ip;
  if (sources.countries != nullptr) {
    facts.country = sources.countries->country_of(facts.ip);
  }
  facts.sign_in_risk = risk_or_none(sources.user.sign_in_risk);
  facts.user_risk = risk_or_none(sources.user.user_risk);
  for (const CompletedFactor& factor : sources.completed) {
    // A clock that went back makes a factor fresh, not negative; T9 is the store's concern.
    const Micros age = std::max<Micros>(0, sources.now - factor.at) / kMicrosPerSecond;
    const auto age_s = static_cast<std::uint32_t>(
        std::min<Micros>(age, std::numeric_limits<std::uint32_t>::max()));
    facts.completed.push_back({factor.method, age_s});
  }
  facts.session_age_s =
      std::max<Micros>(0, sources.now - sources.session_began_at) / kMicrosPerSecond;
  facts.now_unix_s = sources.now / kMicrosPerSecond;
  for (const auto& [name, value] : sources.user.signals) {
    set_signal(facts, name, value);
  }
  if (sources.client.trusted_signals) {
    for (const auto& [name, value] : sources.request.headers) {
      if (name.starts_with(kSignalPrefix) && name.size() > kSignalPrefix.size() &&
          value.size() <= kSignalBytesMax) {
        set_signal(facts, std::string_view(name).substr(kSignalPrefix.size()), value);
      }
    }
  }
  return facts;
}

}  // namespace gate::server
