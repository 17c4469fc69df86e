#pragma once

#include <cstdint>
#include <string_view>

#include "server/domain/channel.h"

namespace gate::server {

/// The scope of a cap (B5): the messages that it adds up.
enum class CapScope : std::uint8_t {
  kPrefix,  ///< numbers with one `calling_prefix`, against SMS pumping
  kClient,  ///< the OAuth client id
  kTenant,
};
enum class CapWindow : std::uint8_t { kHour, kDay };

/// A cap that refused a message. Only for operators: the client learns only that it has to wait.
struct SendCap {
  ChannelKind channel = ChannelKind::kSms;
  CapScope scope = CapScope::kTenant;
  CapWindow window = CapWindow::kHour;
  bool unknown_devices = false;  ///< the share that unknown devices may use (B8)
};

/// `prefix`, `client` or `tenant`.
[[nodiscard]] std::string_view name(CapScope scope);
/// `hour` or `day`.
[[nodiscard]] std::string_view name(CapWindow window);

}  // namespace gate::server
