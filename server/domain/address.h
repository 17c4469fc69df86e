#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/domain/channel.h"

namespace gate::server {

/// Longest address that is accepted, in bytes (RFC 5321 path minus the angle brackets).
inline constexpr std::size_t kAddressBytesMax = 254;

/// The normal form of an e-mail address, in which it is compared and looked up: surrounding blanks
/// removed, ASCII letters in lower case. Absent when the text is no address of this form. That does
/// not say that mail can be sent there: is_mail_address() does. It needs exactly one `@` with text
/// on both sides, a dot in the domain, and no blanks, control characters or RFC 5322 specials.
[[nodiscard]] std::optional<std::string> normalize_email(std::string_view text);

/// True if mail can be sent to the address: it is safe in an SMTP command and in a header. One `@`,
/// visible ASCII without characters that end or quote a token, within the lengths of RFC 5321
/// 4.5.3.1. User names may be addresses for which this is false.
[[nodiscard]] bool is_mail_address(std::string_view address) noexcept;

/// The normal form of a phone number (E.164): `+`, a first digit other than 0, 8 to 15 digits.
/// Blanks, dashes, dots and parentheses between digits are removed. Empty when the text is no such
/// number.
[[nodiscard]] std::optional<std::string> normalize_phone(std::string_view text);

/// `normalize_email` or `normalize_phone`, by kind.
[[nodiscard]] std::optional<std::string> normalize_address(ChannelKind kind, std::string_view text);

/// True if the addresses are known to lead to one mailbox or number: they are equal, or they differ
/// only in a `+tag` (RFC 5233) or, at Gmail, in dots and the second domain name. Both must be
/// normalised. Two such addresses do not count as two factors (C4).
[[nodiscard]] bool same_place(ChannelKind kind, std::string_view a, std::string_view b);

/// A masked form that the owner recognises and that does not reveal the address to others:
/// `c***r@co**o.com`, `+1******04`.
[[nodiscard]] std::string mask_address(ChannelKind kind, std::string_view address);

/// The id of a user's channel. It is derived from the address, so that an address is enrolled only
/// once, however often it is proven or provisioned. An id is not secret: it is of no use without
/// the flow's continuation token.
[[nodiscard]] std::string channel_id_of(std::string_view tenant_id, std::string_view user_id,
                                        ChannelKind kind, std::string_view address);

}  // namespace gate::server
