#include "server/protocol/client_hints.h"

#include <algorithm>
#include <span>

#include "server/domain/language.h"

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

namespace {

constexpr std::size_t kAcceptLanguageBytesMax = 512;
constexpr int kBestQuality = 1000;

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

/// `q=0.8` in thousandths (RFC 9110 12.4.2); 0 for what is no quality.
int quality_of(std::string_view parameter) {
  if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) {
    return 0;
  }
  parameter.remove_prefix(2);
  constexpr std::size_t kCharsMax = 5;  // "0.123"
  if (parameter.empty() || parameter.size() > kCharsMax ||
      (parameter.front() != '0' && parameter.front() != '1') ||
      (parameter.size() > 1 && parameter[1] != '.')) {
    return 0;
  }
  int value = 0;
  for (std::size_t i = 0; i < kCharsMax; ++i) {
    if (i != 1) {
      const char digit = i < parameter.size() ? parameter[i] : '0';
      if (digit < '0' || digit > '9') {
        return 0;
      }
      value = value * 10 + (digit - '0');
    }
  }
  return std::min(value, kBestQuality);
}

}  // namespace

std::vector<std::string> accepted_languages(const HttpRequest& request) {
  std::string_view rest = request.header("accept-language").substr(0, kAcceptLanguageBytesMax);
  std::vector<std::pair<int, std::string>> found;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view range = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    const std::size_t semicolon = std::min(range.find(';'), range.size());
    const int quality =
        semicolon == range.size() ? kBestQuality : quality_of(trimmed(range.substr(semicolon + 1)));
    std::string tag = lower(trimmed(range.substr(0, semicolon)));
    if (quality > 0 && is_language_tag(tag)) {
      found.emplace_back(quality, std::move(tag));
    }
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::string> languages;
  for (auto& [quality, tag] : found) {
    if (languages.size() < kAcceptedLanguagesMax) {
      languages.push_back(std::move(tag));
    }
  }
  return languages;
}

ClientHints client_hints_of(const HttpRequest& request) {
  ClientHints hints;
  hints.address = request.peer_ip;
  hints.app = client_app_of(request);
  hints.platform = platform_of(request);
  hints.languages = accepted_languages(request);
  hints.device_key = request.header(kDeviceKeyHeader);
  for (const auto& [name, value] : request.headers) {
    if (name.starts_with(kSignalPrefix) && name.size() > kSignalPrefix.size()) {
      hints.signals.emplace_back(name.substr(kSignalPrefix.size()), value);
    }
  }
  return hints;
}

}  // namespace gate::server
