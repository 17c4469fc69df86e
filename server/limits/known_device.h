#pragma once

#include <gate/result.hpp>
#include <optional>
#include <string>

#include "server/crypto/hmac.h"
#include "server/domain/client_hints.h"
#include "server/domain/device.h"
#include "server/domain/flow_record.h"
#include "server/domain/settings.h"
#include "server/ports/random.h"
#include "server/store/devices.h"

/// Known devices (B8). Tries from a device on which the user has completed a sign-in are counted
/// apart from all others, so that an attacker cannot lock the user out. The device proves itself by
/// a secret that the app generates and sends with its requests (docs/known-devices.md). The secret
/// is not a factor: it admits tries and proves nothing else.
namespace gate::server {

/// The input of the rules on known devices. All of it outlives the request.
struct DeviceRules {
  const ServiceSettings& settings;
  ByteSpan account_key;  ///< keys the hashes
};

/// The known device that sent the request. The user of the flow must have completed a sign-in on
/// it, through this client, recently enough, and must not have been revoked since. For an unknown
/// name this does the same work and finds nothing (C6).
[[nodiscard]] Result<std::optional<KnownDevice>> find_known_device(DeviceReads& reads,
                                                                   const DeviceRules& rules,
                                                                   const Caller& caller,
                                                                   const FlowRecord& flow);

/// The device to store after a complete sign-in; nothing when the request has no key.
[[nodiscard]] Result<std::optional<KnownDevice>> device_to_remember(Random& random,
                                                                    const DeviceRules& rules,
                                                                    const Caller& caller,
                                                                    const FlowRecord& flow);

}  // namespace gate::server
