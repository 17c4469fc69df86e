#pragma once

#include <functional>
#include <gate/result.hpp>
#include <memory>
#include <string>

#include "server/domain/message.h"

namespace gate::server {

/// The result of one attempt.
struct DeliveryReceipt {
  DeliveryOutcome outcome = DeliveryOutcome::kUnknown;
  /// The provider's id of the message; empty when it gave none.
  std::string provider_id;
  /// The provider's answer in one line, for the log. It holds neither the address nor the text of
  /// the message.
  std::string detail;
};

/// Sends messages of one kind. An instance belongs to one worker thread and keeps its connection
/// between messages.
class DeliveryChannel {
 public:
  DeliveryChannel() = default;
  DeliveryChannel(const DeliveryChannel&) = delete;
  DeliveryChannel& operator=(const DeliveryChannel&) = delete;
  virtual ~DeliveryChannel() = default;

  /// Attempts the delivery once and reports only what is certain (T5): `kUnknown` whenever the
  /// message may have left. Blocks, within the time limit of the channel. An Error means that this
  /// channel could not attempt it at all.
  [[nodiscard]] virtual Result<DeliveryReceipt> send(const OutboxMessage& message) = 0;
};

/// Makes one channel for each worker.
using ChannelFactory = std::function<Result<std::unique_ptr<DeliveryChannel>>()>;

}  // namespace gate::server
