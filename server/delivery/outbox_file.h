#pragma once

#include <gate/result.hpp>
#include <memory>
#include <string>

#include "server/delivery/channel.h"
#include "server/ports/clock.h"

namespace gate::server {

/// The development outbox: one JSON line for each message with `time`, `channel`, `to`, `code` and
/// `body`, appended to a file that only its owner may read. It holds codes in clear text, so the
/// configuration refuses it outside of development.
class OutboxFile final : public DeliveryChannel {
 public:
  /// Creates the file with mode 0600 or opens it for appending; refuses one that others may read.
  /// `clock` must outlive the channel.
  static Result<std::unique_ptr<DeliveryChannel>> open(const std::string& path, const Clock& clock);
  ~OutboxFile() override;

  /// One `write(2)` for each line, so that lines of several workers never mix.
  Result<DeliveryReceipt> send(const OutboxMessage& message) override;

 private:
  OutboxFile(int descriptor, const Clock& clock) : descriptor_(descriptor), clock_(clock) {}

  int descriptor_;
  const Clock& clock_;
};

}  // namespace gate::server
