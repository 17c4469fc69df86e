#pragma once

#include <functional>
#include <gate/result.hpp>
#include <memory>
#include <string>

#include "server/domain/message.h"

namespace gate::server {

/// What became of one attempt.
struct DeliveryReceipt {
  DeliveryOutcome outcome = DeliveryOutcome::kUnknown;
  /// What the provider calls the message; empty when it gave no name.
  std::string provider_id;
  /// For the log: the provider's answer in one line. Holds neither address nor text of the message.
  std::string detail;
};

/// A way for messages to leave. An instance belongs to one worker thread and keeps its connection
/// between messages.
class DeliveryChannel {
 public:
  DeliveryChannel() = default;
  DeliveryChannel(const DeliveryChannel&) = delete;
  DeliveryChannel& operator=(const DeliveryChannel&) = delete;
  virtual ~DeliveryChannel() = default;

  /// Tries once and says what is certain about it (rule T5): `kUnknown` whenever the message may
  /// have left. Blocks, within the channel's own time limit. An Error means that this channel could
  /// not try at all.
  [[nodiscard]] virtual Result<DeliveryReceipt> send(const OutboxMessage& message) = 0;
};

/// Makes one channel per worker.
using ChannelFactory = std::function<Result<std::unique_ptr<DeliveryChannel>>()>;

}  // namespace gate::server
