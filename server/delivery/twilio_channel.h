#pragma once

#include <chrono>
#include <gate/result.hpp>
#include <memory>
#include <string>

#include "server/crypto/secret.h"
#include "server/delivery/channel.h"

namespace gate::server {

/// The settings of a gateway with Twilio's Messages resource. Exactly one of `from` and
/// `messaging_service_sid` is set.
struct TwilioSettings {
  std::string base_url = "https://api.twilio.com";
  std::string account_sid;
  Secret auth_token;
  std::string from;
  std::string messaging_service_sid;
  std::string ca_file;  ///< empty: the system's certificates
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds timeout{15'000};
};

/// Sends text messages through libcurl, each at most once (T5). Only a message that certainly did
/// not leave (no connection, 429) is sent again. A lost answer or a 5xx is `kUnknown`; the user may
/// request a new code. A 4xx is final.
Result<std::unique_ptr<DeliveryChannel>> make_twilio_channel(
    std::shared_ptr<const TwilioSettings> settings);

}  // namespace gate::server
