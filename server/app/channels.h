#pragma once

#include <gate/result.hpp>

#include "server/config/config.h"
#include "server/delivery/channel.h"
#include "server/ports/clock.h"

namespace gate::server {

/// The ways out that a configuration names; a null factory where it says `none`.
struct ConfiguredChannels {
  ChannelFactory email;
  ChannelFactory sms;
};

/// Reads the secrets that the channels need. `clock` must outlive every channel.
Result<ConfiguredChannels> configure_channels(const Config& config, const Clock& clock);

}  // namespace gate::server
