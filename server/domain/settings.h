#pragma once

#include <cstdint>
#include <gate/result.hpp>
#include <string>
#include <vector>

#include "server/domain/channel.h"
#include "server/domain/tenant.h"
#include "server/ports/clock.h"

namespace gate::server {

inline constexpr int kCodeDigitsMin = 6;  // A1
inline constexpr int kCodeDigitsMax = 10;

/// The least and the longest that something may live, also where a tenant sets it.
struct LifetimeBounds {
  Micros least;
  Micros most;
};
inline constexpr LifetimeBounds kAccessTokenLife{kMicrosPerMinute, kMicrosPerHour};  // E1
inline constexpr LifetimeBounds kSessionLife{kMicrosPerMinute, 30 * kMicrosPerDay};  // E4
inline constexpr LifetimeBounds kCodeLife{kMicrosPerSecond, 10 * kMicrosPerMinute};  // A3

/// Lifetimes of tokens.
struct TokenLifetimes {
  /// E1: 1 to 60 minutes. MSAL renews a token 300 s before its end, so at 5 minutes and less it
  /// renews it on every call (S11).
  Micros access_token = 10 * kMicrosPerMinute;
  Micros id_token = 10 * kMicrosPerMinute;  ///< E2: 1 to 60 minutes
};

/// A cap on messages of one kind (B5). Every scope has both windows.
struct SendLimit {
  std::int64_t per_hour = 0;
  std::int64_t per_day = 0;
};

/// Everything about flows and tokens that an operator may set. The defaults are the recommended
/// values. `check` enforces the bounds that are written here; server/config/config_keys.def may set
/// narrower ones, and has no key for some.
struct ServiceSettings {
  /// Scheme, host and port of this server as clients and resource servers see it, without a
  /// trailing slash. The issuer of a tenant is `<issuer_base_url>/<tenant id>/v2.0`.
  std::string issuer_base_url;

  /// The kinds of messages that leave this server. A channel of another kind is not offered (S20).
  bool sends_email = true;
  bool sends_sms = true;
  [[nodiscard]] bool sends(ChannelKind kind) const {
    return kind == ChannelKind::kEmail ? sends_email : sends_sms;
  }

  int email_code_digits = 8;                         ///< A1: 6 to 10
  int sms_code_digits = 8;                           ///< A1: 6 to 10
  Micros email_code_life = 10 * kMicrosPerMinute;    ///< A3: at most 10 minutes
  Micros sms_code_life = 5 * kMicrosPerMinute;       ///< A3: at most 10 minutes
  Micros continuation_life = 10 * kMicrosPerMinute;  ///< C5: at most 10 minutes
  Micros flow_life = 30 * kMicrosPerMinute;          ///< C5: at most 30 minutes

  std::int64_t tries_per_code = 5;     ///< B1: at most 5
  std::int64_t tries_per_flow = 10;    ///< B2: at most 10
  std::int64_t tries_delay_from = 10;  ///< B3: wrong tries in a row before delays, up to 100
  std::int64_t tries_stop_at = 50;     ///< B3: at most 100; then only `gated unlock` helps
  Micros tries_delay_first = 30 * kMicrosPerSecond;  ///< B3: at most a day
  Micros tries_delay_max = kMicrosPerHour;           ///< B3: at most a day

  Micros resend_spacing = 60 * kMicrosPerSecond;  ///< B5: at most an hour
  std::int64_t sends_per_hour = 5;                ///< B5, per destination
  std::int64_t sends_per_day = 10;                ///< B5, per destination
  /// B5, over all destinations. The caps on mail are wide: mail costs little, and anyone who knows
  /// user names can cause it. An SMS costs money and needs a first factor.
  SendLimit sms_per_prefix{1'000, 5'000};
  SendLimit sms_per_client{5'000, 50'000};
  SendLimit sms_per_tenant{10'000, 100'000};
  SendLimit email_per_client{20'000, 200'000};
  SendLimit email_per_tenant{50'000, 500'000};
  /// The prefixes of the operator's home countries: digits that numbers begin with, without `+`.
  /// They have no cap per prefix; the caps of client and tenant apply.
  std::vector<std::string> sms_home_prefixes;
  std::int64_t password_tries = 10;  ///< B6: wrong ones per window and account, up to 100
  Micros password_window = 15 * kMicrosPerMinute;  ///< B6: a minute to a day

  std::int64_t known_devices = 5;                 ///< B8, per user: up to 10; 0: no device is known
  Micros known_device_life = 90 * kMicrosPerDay;  ///< B8: 1 to 400 days after its last sign-in
  /// B8: wrong tries in a row, for each secret, up to 10; then the device is forgotten. `check`
  /// keeps these and `tries_stop_at` together within the 100 that B3 allows an account.
  std::int64_t known_device_tries = 10;

  TokenLifetimes tokens;                            ///< E1, E2
  Micros refresh_family_life = 30 * kMicrosPerDay;  ///< E4: at most 30 days

  bool built_in_risk = true;  ///< whether the built-in rules find the risk of sign-ins
};

/// The lifetimes that hold in a tenant: its own, and those of the server where it has none.
[[nodiscard]] TenantLifetimes lifetimes_in(const ServiceSettings& settings, const Tenant& tenant);

/// Success, or kInvalidArgument naming the first setting that is out of its bounds.
[[nodiscard]] Result<void> check(const ServiceSettings& settings);

}  // namespace gate::server
