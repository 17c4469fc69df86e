#pragma once

#include <gate/result.hpp>
#include <string>
#include <string_view>

#include "server/limits/known_device.h"
#include "server/store/unit_of_work.h"

namespace gate::server {

/// The secret that is tried.
enum class TriedSecret : std::uint8_t { kPassword, kCode };

struct TryAdmission {
  ThrottleVerdict verdict;
  std::string key;  ///< the counter of the try, for `LimitWrites::succeeded`
};

/// The counter on which a try of this device would be counted now.
[[nodiscard]] Result<std::string> counter_of(UnitOfWork& work, const DeviceRules& rules,
                                             const Caller& caller, const FlowRecord& flow,
                                             TriedSecret secret, std::string_view channel_id);

/// Counts one try before it is evaluated (B3, B6). A known device has a budget of its own. When
/// that is used up, the device is forgotten, and this try counts as one of an unknown device.
/// `channel_id` is the channel that the code was sent to. The device is looked up in `work`,
/// because another request may have used up its budget since.
[[nodiscard]] Result<TryAdmission> admit_try(UnitOfWork& work, const DeviceRules& rules,
                                             const Caller& caller, const FlowRecord& flow,
                                             TriedSecret secret, std::string_view channel_id);

/// True for the first try that a lock refuses, and for one an hour after that while it lasts.
[[nodiscard]] Result<bool> is_first_refusal(LimitWrites& limits, const Caller& caller,
                                            const TryAdmission& admission);

}  // namespace gate::server
