#pragma once

#include <gate/result.hpp>

#include "server/config/config.h"
#include "server/delivery/channel.h"
#include "server/ports/clock.h"

namespace gate::server {

/// The delivery channels that a configuration names. A factory is null for a channel set to `none`.
struct ConfiguredChannels {
  ChannelFactory email;
  ChannelFactory sms;
};

/// Reads the secrets that the channels need. `clock` must outlive every channel.
Result<ConfiguredChannels> configure_channels(const Config& config, const Clock& clock);

}  // namespace gate::server
