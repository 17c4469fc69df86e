#pragma once

#include <gate/result.hpp>
#include <optional>
#include <string>

#include "server/crypto/secret.h"
#include "server/domain/client_hints.h"
#include "server/domain/settings.h"
#include "server/limits/send_caps.h"
#include "server/store/limits.h"

namespace gate::server {

/// What limits on sending rest on. All of it outlives the request.
struct SendRules {
  const ServiceSettings& settings;
  ByteSpan account_key;  ///< hides destinations in the keys of counters
};

/// One message that wants to leave.
struct SendRequest {
  ChannelKind kind = ChannelKind::kEmail;
  std::string address;
  bool known_device = false;  ///< asked for by a device that the reader has signed in from (B8)
};

/// Why a message may not be sent now. Nothing was counted.
struct SendRefusal {
  Micros retry_after = 0;      ///< what the client is told
  std::optional<SendCap> cap;  ///< what was reached, if it was a cap over all destinations
  std::string cap_key;         ///< of that cap, for `is_first_refusal`
  std::string cap_text;        ///< of that cap, for the audit log
  Micros cap_refills_at = 0;
};

/// Counts one message against everything that limits messages (B5): spacing and number to its
/// destination, and the caps of its calling prefix, of the client and of the tenant. Nothing when
/// it may be sent. A message behind an unknown name counts like any other (C6).
[[nodiscard]] Result<std::optional<SendRefusal>> admit_send(LimitWrites& limits,
                                                            const SendRules& rules,
                                                            const Caller& caller,
                                                            const SendRequest& request);

/// True once for each time that a cap fills, however often it is run against: a flood must not be
/// able to fill the audit log.
[[nodiscard]] Result<bool> is_first_refusal(LimitWrites& limits, const Caller& caller,
                                            const SendRefusal& refusal);

}  // namespace gate::server
