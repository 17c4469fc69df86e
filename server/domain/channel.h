#pragma once

#include <gate/vocabulary.hpp>
#include <string>

namespace gate::server {

/// How a code is delivered. Stored as a number; the names are part of the provisioning format.
enum class ChannelKind : unsigned char { kEmail, kSms };
inline constexpr ChannelKind kChannelKinds[] = {ChannelKind::kEmail, ChannelKind::kSms};

/// `email` or `sms`: the name in provisioning files, on the wire and in logs.
[[nodiscard]] std::string_view name(ChannelKind kind);
/// The method that a code over such a channel proves.
[[nodiscard]] Method method_of(ChannelKind kind);

struct Channel {
  std::string channel_id;
  ChannelKind kind = ChannelKind::kEmail;
  std::string address;  ///< sealed at rest
  bool verified = false;
  bool preferred = false;
  bool blocked = false;
  /// The password in force was reset over this channel. Until another method confirms a sign-in,
  /// the channel is no second factor beside that password (D4).
  bool carried_reset = false;
  friend bool operator==(const Channel&, const Channel&) = default;
};

}  // namespace gate::server
