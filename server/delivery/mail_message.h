#pragma once

#include <cstdint>
#include <gate/result.hpp>
#include <string>
#include <string_view>

#include "server/ports/clock.h"

namespace gate::server {

/// The parts of a mail.
struct MailParts {
  std::string_view from_address;
  std::string_view from_name;  ///< may be empty
  std::string_view to;
  std::string_view subject;
  std::string_view body;        ///< UTF-8 text, lines ended by LF
  std::string_view message_id;  ///< the same for every retry, so that copies can be dropped
  Micros date = 0;
};

/// The message as RFC 5322 defines it, with CRLF line ends: `text/plain; charset=utf-8` in
/// quoted-printable, encoded words of RFC 2047 for non-ASCII headers, and `Auto-Submitted` against
/// automatic replies. Refuses invalid addresses and ids, and control characters in header text: no
/// text chosen by a user can end a header line.
Result<std::string> compose_mail(const MailParts& parts);

}  // namespace gate::server
