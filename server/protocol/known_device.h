#pragma once

#include <string>
#include <string_view>

#include "server/protocol/flow_run.h"

/// B8, lock-out is no weapon: what strangers do to an account is counted apart from what a device
/// does that its user has signed in from. Such a device proves itself by a secret that the app made
/// and sends in `kDeviceKeyHeader`: every native client can add a header to its requests, and none
/// hands fields of an answer that it does not know to the app (native-auth-api 1.1). The secret is
/// no factor: it admits tries, and proves nothing else.
namespace gate::server {

inline constexpr std::string_view kDeviceKeyHeader = "x-gate-device-key";

/// True if the request presents no device key, or one of the only form there is: 256 bits as 43
/// characters of base64url.
[[nodiscard]] bool device_key_is_well_formed(const HttpRequest& request);

/// True if the user of the flow has signed in completely with the presented key and through this
/// client, not too long ago, and nothing revoked the user since. Costs the same for a name that
/// nobody has, and is false there.
[[nodiscard]] Result<bool> is_known_device(const FlowRun& run, Transaction& transaction);

/// What is tried.
enum class TriedSecret : std::uint8_t { kPassword, kCode };

struct TryAdmission {
  ThrottleVerdict verdict;
  std::string key;  ///< where the try was counted, for `throttle_succeeded`
};

/// Counts one try before it is evaluated (B3, B6). A known device has a budget of its own; once
/// that is used up it is forgotten, and counts with the strangers from this try on. `strangers` is
/// their rule, `channel_id` the place that a code went to.
[[nodiscard]] Result<TryAdmission> admit_try(const FlowRun& run, Transaction& transaction,
                                             TriedSecret secret, std::string_view channel_id,
                                             const ThrottleRule& strangers);

/// After a complete sign-in: makes the device known that presents a key, if any does.
[[nodiscard]] Result<void> remember_device(const FlowRun& run, Transaction& transaction);

}  // namespace gate::server
