#pragma once

#include <cstdint>
#include <string_view>

#include "server/domain/channel.h"

namespace gate::server {

/// Whose messages a cap adds up (B5).
enum class CapScope : std::uint8_t {
  kPrefix,  ///< numbers that begin alike (`calling_prefix`): SMS pumping goes where it pays
  kClient,  ///< the OAuth client id
  kTenant,
};
enum class CapWindow : std::uint8_t { kHour, kDay };

/// A cap that kept a message from being sent. For operators alone: the client learns only that it
/// has to wait.
struct SendCap {
  ChannelKind channel = ChannelKind::kSms;
  CapScope scope = CapScope::kTenant;
  CapWindow window = CapWindow::kHour;
  bool strangers = false;  ///< the part that devices which are not known may use (B8)
};

/// `prefix`, `client` or `tenant`.
[[nodiscard]] std::string_view name(CapScope scope);
/// `hour` or `day`.
[[nodiscard]] std::string_view name(CapWindow window);

}  // namespace gate::server
