#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "server/domain/channel.h"

namespace gate::server {

/// What a message is about (message_kind.def).
enum class MessageKind : std::uint8_t {
#define GATE_MESSAGE(kind, name, has_code, by_sms, subject, text) k##kind,
#include "server/message/message_kind.def"
#undef GATE_MESSAGE
};

struct MessageKindInfo {
  MessageKind kind;
  std::string_view name;
  bool has_code;
  bool by_sms;
  std::string_view subject;  ///< of the built-in template
  std::string_view text;
};

inline constexpr MessageKindInfo kMessageKinds[] = {
#define GATE_MESSAGE(kind, name, has_code, by_sms, subject, text) \
  {MessageKind::k##kind, name, has_code, by_sms, subject, text},
#include "server/message/message_kind.def"
#undef GATE_MESSAGE
};

[[nodiscard]] constexpr const MessageKindInfo& info_of(MessageKind kind) {
  return kMessageKinds[static_cast<std::size_t>(kind)];
}
[[nodiscard]] constexpr bool is_sent_by(MessageKind kind, ChannelKind channel) {
  return channel == ChannelKind::kEmail || info_of(kind).by_sms;
}

}  // namespace gate::server
