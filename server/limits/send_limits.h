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

/// The input of the limits on sending. All of it outlives the request.
struct SendRules {
  const ServiceSettings& settings;
  ByteSpan account_key;  ///< HMAC key, so that counter keys do not contain addresses
};

/// One message to be sent.
struct SendRequest {
  ChannelKind kind = ChannelKind::kEmail;
  std::string address;
  bool known_device = false;  ///< requested from a known device of the user (B8)
  /// The address that was typed, if it is another one: it is counted as well. Else a full counter
  /// of the typed address would tell whether an account stands behind it (C6).
  std::string typed{};
};

/// Why a message may not be sent now. It was not counted.
struct SendRefusal {
  Micros retry_after = 0;      ///< for the client
  std::optional<SendCap> cap;  ///< the refusing cap; absent: a limit of the destination refused
  std::string cap_key;         ///< of that cap, for `is_first_refusal`
  std::string cap_text;        ///< of that cap, for the audit log
  Micros cap_refills_at = 0;
};

/// Counts one message against all limits on sending (B5): the number for its destination, and the
/// caps of its calling prefix, client and tenant. Returns nothing when it may be sent. A
/// message for an unknown name is counted in the same way (C6).
[[nodiscard]] Result<std::optional<SendRefusal>> admit_send(LimitWrites& limits,
                                                            const SendRules& rules,
                                                            const Caller& caller,
                                                            const SendRequest& request);

/// True only for the first refusal after a cap has filled, so that a flood of requests cannot fill
/// the audit log.
[[nodiscard]] Result<bool> is_first_refusal(LimitWrites& limits, const Caller& caller,
                                            const SendRefusal& refusal);

}  // namespace gate::server
