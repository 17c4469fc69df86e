#pragma once

#include <optional>

#include "server/protocol/code_challenge.h"

namespace gate::server {

/// Counts one message to `destination` against everything that limits messages (B5): spacing and
/// number to that destination, and the caps of its calling prefix, of the client and of the tenant.
/// Nothing when it may be sent. Otherwise nothing was counted, and the answer says how long to
/// wait; which cap was reached is in `Answer::cap` and, once for each time that it fills, in the
/// audit log. A message behind a name that nobody has counts like any other (C6).
[[nodiscard]] Result<std::optional<Answer>> admit_send(const FlowRun& run, Transaction& transaction,
                                                       const CodeDestination& destination);

}  // namespace gate::server
