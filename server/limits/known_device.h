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

/// B8, lock-out is no weapon: what strangers do to an account is counted apart from what a device
/// does that its user has signed in from. Such a device proves itself by a secret that the app made
/// and presents with its requests (docs/known-devices.md). The secret is no factor: it admits
/// tries, and proves nothing else.
namespace gate::server {

/// What recognising a device rests on. All of it outlives the request.
struct DeviceRules {
  const ServiceSettings& settings;
  ByteSpan account_key;  ///< keys the hashes
};

/// The device that presents its key, if the user of the flow has signed in with it completely and
/// through this client, not too long ago, and nothing revoked the user since. Costs the same for an
/// unknown name, and finds nothing there (C6).
[[nodiscard]] Result<std::optional<KnownDevice>> find_known_device(DeviceReads& reads,
                                                                   const DeviceRules& rules,
                                                                   const Caller& caller,
                                                                   const FlowRecord& flow);

/// What to remember after a complete sign-in; nothing where no key is presented.
[[nodiscard]] Result<std::optional<KnownDevice>> device_to_remember(Random& random,
                                                                    const DeviceRules& rules,
                                                                    const Caller& caller,
                                                                    const FlowRecord& flow);

}  // namespace gate::server
