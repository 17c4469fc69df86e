#pragma once

#include <cstddef>
#include <gate/result.hpp>
#include <vector>

#include "server/domain/message.h"

namespace gate::server {

/// The queue of messages to send. The effect of each member is durable when it returns. Safe from
/// any thread.
class Outbox {
 public:
  virtual ~Outbox() = default;
  /// Claims up to `limit` due messages for this caller, for `kOutboxLease`. Mail whose lease ran
  /// out is due again (at least once). An SMS whose lease ran out becomes unknown and is never sent
  /// again (at most once, T5). Messages of used, replaced or expired challenges are dropped.
  [[nodiscard]] virtual Result<std::vector<OutboxMessage>> claim_outbox(Micros now,
                                                                        std::size_t limit) = 0;
  /// Reports the outcome of a claimed message. `retry_at` is used when the outcome leads to another
  /// attempt.
  [[nodiscard]] virtual Result<void> finish_outbox(std::int64_t seq, DeliveryOutcome outcome,
                                                   Micros retry_at) = 0;
};

}  // namespace gate::server
