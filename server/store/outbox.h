#pragma once

#include <cstddef>
#include <gate/result.hpp>
#include <vector>

#include "server/domain/message.h"

namespace gate::server {

/// The messages that wait to be sent. Each member is durable when it returns. Any thread.
class Outbox {
 public:
  virtual ~Outbox() = default;
  /// Takes up to `limit` messages that are due, for this caller alone, for `kOutboxLease`. Mail
  /// whose lease ran out is due again (at least once); an SMS whose lease ran out becomes unknown
  /// and is never sent again (at most once, T5). Messages of dead or expired challenges are
  /// dropped.
  [[nodiscard]] virtual Result<std::vector<OutboxMessage>> claim_outbox(Micros now,
                                                                        std::size_t limit) = 0;
  /// Reports what became of a claimed message. `retry_at` is looked at when the outcome leads to
  /// another try.
  [[nodiscard]] virtual Result<void> finish_outbox(std::int64_t seq, DeliveryOutcome outcome,
                                                   Micros retry_at) = 0;
};

}  // namespace gate::server
