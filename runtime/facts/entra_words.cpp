#include "runtime/facts/entra_words.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <string>
#include <utility>

namespace gate::facts {
namespace {

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

template <typename T, std::size_t N>
std::optional<T> look_up(const std::array<std::pair<std::string_view, T>, N>& words,
                         std::string_view word) {
  for (const auto& [name, value] : words) {
    if (same_word(name, word)) {
      return value;
    }
  }
  return std::nullopt;
}

template <typename Number>
bool read_digits(std::string_view text, std::size_t at, std::size_t count, Number& out) {
  if (text.size() < at + count) {
    return false;
  }
  const char* const begin = text.data() + at;
  const auto [end, error] = std::from_chars(begin, begin + count, out);
  return error == std::errc{} && end == begin + count;
}

}  // namespace

bool same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<ClientApp> client_of_log(std::string_view word) {
  static constexpr std::array<std::pair<std::string_view, ClientApp>, 4> kWords = {{
      {"browser", ClientApp::kBrowser},
      {"mobile apps and desktop clients", ClientApp::kNativeApp},
      {"modern clients", ClientApp::kNativeApp},
      {"exchange activesync", ClientApp::kExchangeActiveSync},
  }};
  if (word.empty() || same_word(word, "unknown")) {
    return std::nullopt;
  }
  return look_up(kWords, word).value_or(ClientApp::kOther);  // IMAP4, POP3, SMTP, MAPI ...
}

std::optional<Platform> platform_of_log(std::string_view system) {
  static constexpr std::array<std::pair<std::string_view, Platform>, 8> kBeginnings = {{
      {"windows phone", Platform::kWindowsPhone},
      {"windows", Platform::kWindows},
      {"ios", Platform::kIos},
      {"ipados", Platform::kIos},
      {"android", Platform::kAndroid},
      {"mac", Platform::kMacos},
      {"linux", Platform::kLinux},
      {"ubuntu", Platform::kLinux},
  }};
  for (const auto& [beginning, platform] : kBeginnings) {
    if (same_word(system.substr(0, beginning.size()), beginning)) {
      return platform;
    }
  }
  return std::nullopt;
}

std::optional<Risk> risk_of_log(std::string_view level) {
  static constexpr std::array<std::pair<std::string_view, Risk>, 4> kWords = {{
      {"none", Risk::kNone},
      {"low", Risk::kLow},
      {"medium", Risk::kMedium},
      {"high", Risk::kHigh},
  }};
  return look_up(kWords, level);  // "hidden": the tenant's licence does not show it
}

std::optional<DeviceTrust> trust_of_log(std::string_view type) {
  static constexpr std::array<std::pair<std::string_view, DeviceTrust>, 9> kWords = {{
      {"azure ad joined", DeviceTrust::kAzureAd},
      {"microsoft entra joined", DeviceTrust::kAzureAd},
      {"azuread", DeviceTrust::kAzureAd},
      {"hybrid azure ad joined", DeviceTrust::kServerAd},
      {"microsoft entra hybrid joined", DeviceTrust::kServerAd},
      {"serverad", DeviceTrust::kServerAd},
      {"azure ad registered", DeviceTrust::kWorkplace},
      {"microsoft entra registered", DeviceTrust::kWorkplace},
      {"workplace", DeviceTrust::kWorkplace},
  }};
  return look_up(kWords, type);
}

std::optional<Method> method_of_log(std::string_view method) {
  static constexpr std::array<std::pair<std::string_view, Method>, 19> kWords = {{
      {"password", Method::kPassword},
      {"text message", Method::kSmsOtp},
      {"sms", Method::kSmsOtp},
      {"phone call", Method::kVoice},
      {"phone call approval (authentication phone)", Method::kVoice},
      {"mobile app notification", Method::kAuthenticatorPush},
      {"mobile app verification code", Method::kSoftwareOath},
      {"oath verification code", Method::kSoftwareOath},
      {"software oath token", Method::kSoftwareOath},
      {"hardware oath token", Method::kHardwareOath},
      {"passwordless phone sign-in", Method::kDeviceBasedPush},
      {"fido2 security key", Method::kFido2},
      {"passkey (device-bound)", Method::kFido2},
      {"passkey (microsoft authenticator)", Method::kFido2},
      {"windows hello for business", Method::kWindowsHello},
      {"temporary access pass", Method::kTapOneTime},
      {"x.509 certificate", Method::kX509SingleFactor},
      {"email one-time passcode", Method::kEmailOtp},
      {"qr code pin", Method::kQrCodePin},
  }};
  return look_up(kWords, method);
}

std::optional<UserKind> user_kind_of_log(std::string_view user_type,
                                         std::string_view cross_tenant) {
  const bool guest = same_word(user_type, "guest");
  if (!guest && !user_type.empty() && !same_word(user_type, "member")) {
    return std::nullopt;
  }
  if (same_word(cross_tenant, "b2bDirectConnect")) {
    return UserKind::kB2bDirectConnectUser;
  }
  if (same_word(cross_tenant, "serviceProvider")) {
    return UserKind::kServiceProvider;
  }
  if (same_word(cross_tenant, "b2bCollaboration")) {
    return guest ? UserKind::kB2bCollaborationGuest : UserKind::kB2bCollaborationMember;
  }
  const bool within = same_word(cross_tenant, "none");
  if (!within && !cross_tenant.empty() && !same_word(cross_tenant, "passthrough")) {
    return std::nullopt;
  }
  if (!guest) {
    return UserKind::kMember;
  }
  return within ? UserKind::kInternalGuest : UserKind::kB2bCollaborationGuest;
}

namespace {

/// "/Date(1795600800000)/", also with an offset, which says how to show it.
std::optional<std::int64_t> time_of_powershell(std::string_view text) {
  constexpr std::string_view kBegin = "/Date(";
  if (!text.starts_with(kBegin) || !text.ends_with(")/")) {
    return std::nullopt;
  }
  text = text.substr(kBegin.size(), text.size() - kBegin.size() - 2);
  std::int64_t ms = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ms);
  const bool whole = end == text.data() + text.size() || *end == '+' || *end == '-';
  return error == std::errc{} && whole && ms >= 0 ? std::optional(ms / 1000) : std::nullopt;
}

/// Seconds east of UTC that `Z`, "+02:00" or "-0730" say, behind at most seven decimals.
std::optional<std::int64_t> offset_of(std::string_view text) {
  constexpr std::size_t kDecimalsMax = 9;
  if (text.starts_with('.')) {
    const std::size_t end = text.find_first_not_of("0123456789", 1);
    if (end == std::string_view::npos || end == 1 || end > kDecimalsMax + 1) {
      return std::nullopt;
    }
    text.remove_prefix(end);
  }
  if (text == "Z" || text == "z") {
    return 0;
  }
  const bool colon = text.size() == 6 && text[3] == ':';
  int hours = 0;
  int minutes = 0;
  if ((!colon && text.size() != 5) || (text[0] != '+' && text[0] != '-') ||
      !read_digits(text, 1, 2, hours) || !read_digits(text, colon ? 4 : 3, 2, minutes) ||
      hours > 14 || minutes > 59 || hours < 0 || minutes < 0) {
    return std::nullopt;
  }
  return (text[0] == '-' ? -1 : 1) * (hours * 3'600 + minutes * 60);
}

}  // namespace

std::optional<std::int64_t> time_of_log(std::string_view text) {
  if (text.starts_with('/')) {
    return time_of_powershell(text);
  }
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
  constexpr std::size_t kSeconds = 19;  // of "2026-11-25T10:00:00"
  const bool read = read_digits(text, 0, 4, year) && read_digits(text, 5, 2, month) &&
                    read_digits(text, 8, 2, day) && read_digits(text, 11, 2, hour) &&
                    read_digits(text, 14, 2, minute) && read_digits(text, 17, 2, second);
  if (!read || text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':' ||
      hour > 23 || minute > 59 || second > 60) {
    return std::nullopt;
  }
  const auto offset = offset_of(text.substr(kSeconds));
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!offset || !date.ok()) {
    return std::nullopt;
  }
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return days * 86'400 + hour * 3'600 + minute * 60 + second - *offset;
}

ControlWord control_of_log(std::string_view word) {
  static constexpr std::array<std::pair<std::string_view, ControlWord>, 14> kWords = {{
      {"block", ControlWord::kBlock},
      {"mfa", ControlWord::kMfa},
      {"compliantdevice", ControlWord::kCompliantDevice},
      {"requirecompliantdevice", ControlWord::kCompliantDevice},
      {"domainjoineddevice", ControlWord::kHybridJoinedDevice},
      {"requiredomainjoineddevice", ControlWord::kHybridJoinedDevice},
      {"requirehybridjoineddevice", ControlWord::kHybridJoinedDevice},
      {"approvedapplication", ControlWord::kApprovedApp},
      {"approvedapp", ControlWord::kApprovedApp},
      {"requireapprovedapp", ControlWord::kApprovedApp},
      {"compliantapplication", ControlWord::kAppProtection},
      {"compliantapp", ControlWord::kAppProtection},
      {"requirecompliantapp", ControlWord::kAppProtection},
      {"passwordchange", ControlWord::kPasswordChange},
  }};
  return look_up(kWords, word).value_or(ControlWord::kOther);
}

MfaDetail mfa_of_detail(std::string_view detail) {
  std::string folded(detail);
  std::transform(folded.begin(), folded.end(), folded.begin(), lower);
  const auto has = [&folded](std::string_view part) {
    return folded.find(part) != std::string::npos;
  };
  if (!has("mfa")) {
    return MfaDetail::kNothing;
  }
  constexpr std::array<std::string_view, 7> kNotDone = {
      "skipped", "expired", "denied", "prompt", "declined", "failed", "required in azure ad"};
  constexpr std::array<std::string_view, 2> kDone = {"completed", "satisfied"};
  if (std::any_of(kNotDone.begin(), kNotDone.end(), has)) {
    return MfaDetail::kNotDone;
  }
  return std::any_of(kDone.begin(), kDone.end(), has) ? MfaDetail::kDone : MfaDetail::kNothing;
}

}  // namespace gate::facts
