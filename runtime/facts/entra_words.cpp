#include "runtime/facts/entra_words.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
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

UserKind user_kind_of_log(std::string_view user_type, std::string_view cross_tenant) {
  const bool guest = same_word(user_type, "guest");
  if (same_word(cross_tenant, "b2bDirectConnect")) {
    return UserKind::kB2bDirectConnectUser;
  }
  if (same_word(cross_tenant, "serviceProvider")) {
    return UserKind::kServiceProvider;
  }
  if (same_word(cross_tenant, "b2bCollaboration")) {
    return guest ? UserKind::kB2bCollaborationGuest : UserKind::kB2bCollaborationMember;
  }
  if (!guest) {
    return UserKind::kMember;
  }
  return same_word(cross_tenant, "none") ? UserKind::kInternalGuest
                                         : UserKind::kB2bCollaborationGuest;
}

std::optional<std::int64_t> time_of_log(std::string_view text) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
  const bool read = read_digits(text, 0, 4, year) && read_digits(text, 5, 2, month) &&
                    read_digits(text, 8, 2, day) && read_digits(text, 11, 2, hour) &&
                    read_digits(text, 14, 2, minute) && read_digits(text, 17, 2, second);
  if (!read || text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':' ||
      text.back() != 'Z' || hour > 23 || minute > 59 || second > 60) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!date.ok()) {
    return std::nullopt;
  }
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return days * 86'400 + hour * 3'600 + minute * 60 + second;
}

std::optional<Outcome> outcome_of_log(std::string_view status, std::int64_t error) {
  // The user was sent to do more: MFA, its registration, terms of use.
  static constexpr std::array<std::int64_t, 8> kMoreAsked = {50072, 50074, 50076, 50079,
                                                             50158, 50203, 53010, 530035};
  if (std::find(kMoreAsked.begin(), kMoreAsked.end(), error) != kMoreAsked.end()) {
    return Outcome::kChallenge;
  }
  if (same_word(status, "success") || same_word(status, "notApplied")) {
    return Outcome::kAllow;
  }
  return same_word(status, "failure") ? std::optional(Outcome::kBlock) : std::nullopt;
}

bool failed_before_policies(std::int64_t error) {
  static constexpr std::array<std::int64_t, 8> kBefore = {50034, 50053, 50055, 50056,
                                                          50057, 50059, 50126, 50144};
  return std::find(kBefore.begin(), kBefore.end(), error) != kBefore.end();
}

}  // namespace gate::facts
