#pragma once

#include <chrono>
#include <cstdint>
#include <gate/result.hpp>
#include <memory>
#include <string>

#include "server/crypto/secret.h"
#include "server/delivery/channel.h"
#include "server/ports/clock.h"

namespace gate::server {

/// How the connection to the mail server is protected. `kStartTls` refuses a server that does not
/// offer it.
enum class SmtpTls : std::uint8_t { kNone, kStartTls, kImplicit };

struct SmtpSettings {
  std::string host;
  std::uint16_t port = 587;
  SmtpTls tls = SmtpTls::kStartTls;
  std::string username;  ///< empty: no authentication
  Secret password;
  std::string from_address;
  std::string from_name;
  std::string subject = "Your sign-in code";  ///< of messages without one of their own
  std::string helo;                           ///< the HELO name; empty: this machine's
  std::string ca_file;                        ///< empty: the system's certificates
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds timeout{20'000};
};

/// Sends mail through libcurl over one connection that is kept between messages. `settings` are
/// shared by the channels of all workers. A 5xx refusal is final; after any other failure the mail
/// is sent again. Mail is delivered at least once, with a stable Message-ID (T5).
Result<std::unique_ptr<DeliveryChannel>> make_smtp_channel(
    std::shared_ptr<const SmtpSettings> settings, const Clock& clock);

}  // namespace gate::server
