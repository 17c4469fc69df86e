#pragma once

#include <cstdint>
#include <gate/result.hpp>
#include <string>
#include <string_view>

#include "server/ports/clock.h"

namespace gate::server {

/// What a mail is made of.
struct MailParts {
  std::string_view from_address;
  std::string_view from_name;  ///< may be empty
  std::string_view to;
  std::string_view subject;
  std::string_view body;        ///< UTF-8 text, lines ended by LF
  std::string_view message_id;  ///< stable over retries, so that a receiver drops the second copy
  Micros date = 0;
};

/// True for an address that can stand in an SMTP command and in a header: one `@`, visible ASCII
/// without the characters that would end or quote anything, within the lengths of RFC 5321 4.5.3.1.
[[nodiscard]] bool is_mail_address(std::string_view address) noexcept;

/// The message of RFC 5322 with CRLF line ends: `text/plain; charset=utf-8` in quoted-printable,
/// words of RFC 2047 where a header is not ASCII, `Auto-Submitted` so that nobody's holiday note
/// answers. Refuses addresses and ids that are none, and control characters in header text: nothing
/// that a user can choose ends a header line.
Result<std::string> compose_mail(const MailParts& parts);

}  // namespace gate::server
