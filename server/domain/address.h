#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/domain/channel.h"

namespace gate::server {

/// Longest address that is accepted, in bytes (RFC 5321 path minus the angle brackets).
inline constexpr std::size_t kAddressBytesMax = 254;

/// The form in which e-mail addresses are compared and looked up: trimmed of blanks, ASCII letters
/// in lower case. Empty when the text is not an address that mail can be sent to: exactly one `@`
/// with something on both sides, a dot in the domain, no blanks, controls or RFC 5322 specials.
[[nodiscard]] std::optional<std::string> normalize_email(std::string_view text);

/// E.164: `+`, a first digit other than 0, 8 to 15 digits in all. Blanks, dashes, dots and
/// parentheses between digits are dropped.
[[nodiscard]] std::optional<std::string> normalize_phone(std::string_view text);

/// One of the two above, by kind.
[[nodiscard]] std::optional<std::string> normalize_address(ChannelKind kind, std::string_view text);

/// True if a message to either is read in the same place, as far as addresses tell: equal, or mail
/// addresses that differ only in what is known to lead to one mailbox: a `+tag` (RFC 5233), and at
/// Gmail dots and the domain's second name. Both normalised. Whether two addresses may count as two
/// factors hangs on it (C4).
[[nodiscard]] bool same_place(ChannelKind kind, std::string_view a, std::string_view b);

/// A label that its owner recognises and nobody else can read: `c***r@co**o.com`, `+1******04`.
[[nodiscard]] std::string mask_address(ChannelKind kind, std::string_view address);

/// The id of a user's channel follows from what it is, so that the same address is enrolled once
/// however often it is proven or provisioned. Not secret: an id is of no use without the flow's
/// continuation token.
[[nodiscard]] std::string channel_id_of(std::string_view tenant_id, std::string_view user_id,
                                        ChannelKind kind, std::string_view address);

}  // namespace gate::server
