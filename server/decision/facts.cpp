#include "server/decision/facts.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace gate::server {
namespace {

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

Risk risk_of(const User& user) {
  const Risk told = std::max(risk_or_none(user.user_risk), risk_or_none(user.raised_risk));
  return user.password_leaked ? Risk::kHigh : told;
}

SignInFacts gather_facts(const FactSources& sources) {
  SignInFacts facts;
  facts.flow = sources.flow;
  facts.user = sources.user.username;
  facts.user_kind = parse_user_kind(sources.user.kind).value_or(UserKind::kMember);
  facts.groups = sources.user.groups;
  facts.roles = sources.user.roles;
  facts.target_kind = TargetKind::kApp;
  facts.target = sources.resource.name;
  facts.client = sources.hints.app;
  facts.platform = sources.hints.platform;
  facts.ip = sources.hints.address;
  facts.country = sources.country;
  facts.sign_in_risk = std::max(risk_or_none(sources.user.sign_in_risk), sources.sign_in_risk);
  facts.user_risk = risk_of(sources.user);
  for (const CompletedFactor& factor : sources.completed) {
    // If the clock was set back, the age of a factor is zero and not negative. T9 is enforced in
    // server/ports/clock.cpp.
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
    for (const auto& [name, value] : sources.hints.signals) {
      if (value.size() <= kSignalBytesMax) {
        set_signal(facts, name, value);
      }
    }
  }
  return facts;
}

}  // namespace gate::server
