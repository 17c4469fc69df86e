#include "server/delivery/mail_message.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "server/domain/address.h"

namespace gate::server {
namespace {

constexpr std::size_t kHeaderTextBytesMax = 200;
constexpr std::size_t kMessageIdBytesMax = 128;
/// RFC 2045 6.7: no encoded line is longer, the soft break's `=` included.
constexpr std::size_t kQuotedLineMax = 76;
/// RFC 2047 2: an encoded word has at most 75 characters; this many bytes of text always fit, cut
/// between characters.
constexpr std::size_t kWordBytesMax = 36;

bool is_plain_ascii(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

bool has_control(std::string_view text) noexcept {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const auto byte = [&](std::size_t i) -> std::uint32_t {
      return at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U;
    };
    const std::uint32_t three = byte(0) << 16U | byte(1) << 8U | byte(2);
    out += kDigits[three >> 18U & 63U];
    out += kDigits[three >> 12U & 63U];
    out += at + 1 < bytes.size() ? kDigits[three >> 6U & 63U] : '=';
    out += at + 2 < bytes.size() ? kDigits[three & 63U] : '=';
  }
  return out;
}

/// Header text as it is, or as encoded words of RFC 2047.
std::string header_text(std::string_view text) {
  if (is_plain_ascii(text)) {
    return std::string(text);
  }
  std::string out;
  while (!text.empty()) {
    std::size_t size = std::min(text.size(), kWordBytesMax);
    while (size > 1 && size < text.size() &&
           (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) {
      --size;
    }
    out +=
        fmt::format("{}=?utf-8?B?{}?=", out.empty() ? "" : "\r\n ", base64(text.substr(0, size)));
    text.remove_prefix(size);
  }
  return out;
}

/// RFC 2045 6.7. Lines end in LF on the way in, in CRLF on the way out.
std::string quoted_printable(std::string_view text) {
  std::string out;
  std::size_t column = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\n') {
      out += "\r\n";
      column = 0;
      continue;
    }
    const bool line_ends = at + 1 == text.size() || text[at + 1] == '\n';
    const bool literal = (c >= 0x21 && c < 0x7f && c != '=') || (c == ' ' && !line_ends);
    // A dot at the beginning of a line is encoded, so that dot-stuffing by a relay cannot change
    // it.
    const bool leading_dot = c == '.' && column == 0;
    const std::size_t width = literal && !leading_dot ? 1 : 3;
    if (column + width > kQuotedLineMax - 1) {
      out += "=\r\n";
      column = 0;
    }
    if (width == 1) {
      out += c;
    } else {
      out += fmt::format("={:02X}", static_cast<unsigned char>(c));
    }
    column += width;
  }
  if (column > 0) {
    out += "\r\n";
  }
  return out;
}

/// RFC 5322 3.3, always in UTC, independent of the locale.
std::string mail_date(Micros at) {
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = at / kMicrosPerSecond;
  tm t{};
  (void)gmtime_r(&seconds, &t);
  return fmt::format("{}, {} {} {:04} {:02}:{:02}:{:02} +0000", kDays[t.tm_wday], t.tm_mday,
                     kMonths[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

bool is_message_id(std::string_view id) noexcept {
  return !id.empty() && id.size() <= kMessageIdBytesMax && is_plain_ascii(id) &&
         id.find_first_of(" <>") == std::string_view::npos;
}

/// A display name in quotes, or as encoded words.
std::string mailbox(std::string_view name, std::string_view address) {
  if (name.empty()) {
    return fmt::format("<{}>", address);
  }
  if (!is_plain_ascii(name)) {
    return fmt::format("{} <{}>", header_text(name), address);
  }
  std::string quoted;
  for (const char c : name) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
    }
    quoted += c;
  }
  return fmt::format("\"{}\" <{}>", quoted, address);
}

}  // namespace

Result<std::string> compose_mail(const MailParts& parts) {
  if (!is_mail_address(parts.from_address) || !is_mail_address(parts.to)) {
    return Error{ErrorCode::kInvalidArgument, "mail: sender or receiver is not an address"};
  }
  if (!is_message_id(parts.message_id)) {
    return Error{ErrorCode::kInvalidArgument, "mail: the message id cannot stand in a header"};
  }
  if (has_control(parts.subject) || has_control(parts.from_name) ||
      parts.subject.size() > kHeaderTextBytesMax || parts.from_name.size() > kHeaderTextBytesMax) {
    return Error{ErrorCode::kInvalidArgument,
                 "mail: subject or sender name cannot stand in a header"};
  }
  const bool full_id = parts.message_id.find('@') != std::string_view::npos;
  const std::string_view domain = parts.from_address.substr(parts.from_address.find('@'));
  return fmt::format(
      "Date: {}\r\nFrom: {}\r\nTo: <{}>\r\nMessage-ID: <{}{}>\r\nSubject: {}\r\nMIME-Version: "
      "1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n"
      "Auto-Submitted: auto-generated\r\n\r\n{}",
      mail_date(parts.date), mailbox(parts.from_name, parts.from_address), parts.to,
      parts.message_id, full_id ? std::string_view{} : domain, header_text(parts.subject),
      quoted_printable(parts.body));
}

}  // namespace gate::server
