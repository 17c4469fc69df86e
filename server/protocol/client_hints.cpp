#include "server/protocol/client_hints.h"

#include <algorithm>
#include <span>

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

namespace {

struct PlatformWord {
  std::string_view word;
  Platform platform;
};
struct PlatformHeader {
  std::string_view name;
  std::span<const PlatformWord> words;  ///< the first one that the header mentions counts
};

// MSAL for iOS and macOS sends the version of the system as `x-client-OS` ("17.5.1"), MSAL for
// Android the API level ("34"), and their agents name the network library. So the SKU comes first.
constexpr PlatformWord kSkuWords[] = {
    {".ios", Platform::kIos}, {".osx", Platform::kMacos}, {".android", Platform::kAndroid}};
// What runtimes call their system: `win32`, `darwin`.
constexpr PlatformWord kSystemWords[] = {{"win32", Platform::kWindows},
                                         {"darwin", Platform::kMacos}};
constexpr PlatformWord kModelWords[] = {
    {"iphone", Platform::kIos}, {"ipad", Platform::kIos}, {"ipod", Platform::kIos}};
// The order matters: Android names Linux as well, and iPads claim to be a Mac. `Darwin` in an agent
// is iOS or macOS.
constexpr PlatformWord kAgentWords[] = {{"windows phone", Platform::kWindowsPhone},
                                        {"android", Platform::kAndroid},
                                        {"iphone", Platform::kIos},
                                        {"ipad", Platform::kIos},
                                        {"ios", Platform::kIos},
                                        {"windows", Platform::kWindows},
                                        {"mac os", Platform::kMacos},
                                        {"macos", Platform::kMacos},
                                        {"macintosh", Platform::kMacos},
                                        {"linux", Platform::kLinux}};

// The headers of the client library come before those of the browser (S9).
constexpr PlatformHeader kPlatformHeaders[] = {
    {"x-client-sku", kSkuWords},  {"x-client-os", kSystemWords},       {"x-client-os", kAgentWords},
    {"x-client-dm", kModelWords}, {"sec-ch-ua-platform", kAgentWords}, {"user-agent", kAgentWords}};

}  // namespace

Platform platform_of(const HttpRequest& request) {
  for (const PlatformHeader& header : kPlatformHeaders) {
    const std::string text = lower(request.header(header.name));
    for (const PlatformWord& each : header.words) {
      if (mentions(text, each.word)) {
        return each.platform;
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
