#include "server/protocol/client_hints.h"

#include <algorithm>
#include <array>

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

constexpr std::size_t kDeviceKeyChars = 43;

}  // namespace

bool device_key_is_well_formed(const HttpRequest& request) {
  const std::string_view key = request.header(kDeviceKeyHeader);
  return key.empty() ||
         (key.size() == kDeviceKeyChars && std::all_of(key.begin(), key.end(), [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                   c == '-' || c == '_';
          }));
}

ClientApp client_app_of(const HttpRequest& request) {
  const std::string sku = lower(request.header("x-client-sku"));
  if (mentions(sku, "browser") || mentions(sku, "msal.js")) {
    return ClientApp::kBrowser;
  }
  if (!sku.empty()) {
    return ClientApp::kNativeApp;
  }
  // MSAL's refresh requests carry no such header; requests from a page carry an origin.
  return request.header("origin").empty() ? ClientApp::kNativeApp : ClientApp::kBrowser;
}

Platform platform_of(const HttpRequest& request) {
  // The headers of the app come before those of the browser. The order matters: Android names Linux
  // as well, and iPads claim to be a Mac.
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

ClientHints client_hints_of(const HttpRequest& request) {
  ClientHints hints;
  hints.address = request.peer_ip;
  hints.app = client_app_of(request);
  hints.platform = platform_of(request);
  hints.device_key = request.header(kDeviceKeyHeader);
  for (const auto& [name, value] : request.headers) {
    if (name.starts_with(kSignalPrefix) && name.size() > kSignalPrefix.size()) {
      hints.signals.emplace_back(name.substr(kSignalPrefix.size()), value);
    }
  }
  return hints;
}

}  // namespace gate::server
