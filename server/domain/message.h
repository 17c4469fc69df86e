#pragma once

#include <cstdint>
#include <string>

#include "server/domain/channel.h"
#include "server/ports/clock.h"

namespace gate::server {

/// One message to send. In the store the payload is sealed, and wiped when the message is finished.
struct OutboxMessage {
  std::int64_t seq = 0;  ///< set by the store
  std::string tenant_id;
  std::string challenge_id;
  ChannelKind kind = ChannelKind::kEmail;
  std::string to;
  std::string code;
  std::string subject;  ///< of mail; empty: that of `smtp.subject`
  std::string body;
  std::string message_id;  ///< stable over retries, for the Message-ID of mail
  std::int64_t tries = 0;  ///< this claim included
  bool deliver = true;     ///< false for an unknown name: written, and never sent
};

enum class DeliveryOutcome : std::uint8_t {
  kSent,
  kRetry,    ///< certainly not delivered: again at `retry_at`
  kFailed,   ///< certainly not delivered, and never will be
  kUnknown,  ///< may have been delivered: mail is tried again, SMS is not (T5)
};

/// How often a message without a code is tried before it is dropped. A code needs no such bound,
/// because it expires.
inline constexpr std::int64_t kNoticeTriesMax = 12;

/// How long a claim of a message lasts.
inline constexpr Micros kOutboxLease = 60 * kMicrosPerSecond;

}  // namespace gate::server
