#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Unicode texts in UTF-8. Temporary copies are wiped, because passwords pass through here. The
/// results are the caller's to wipe. Pure functions: safe from any number of threads.
namespace gate::server {

/// True if the text is valid UTF-8.
[[nodiscard]] bool is_utf8(std::string_view text);

/// Normalization Form C, in which passwords and attribute values are compared and stored (D1).
/// Empty when the text is not valid UTF-8.
[[nodiscard]] std::optional<std::string> to_nfc(std::string_view text);

/// The form in which similar texts are equal: compatibility forms (NFKC), case folded, without
/// accents and other marks. `Pässwörd` and `ＰＡＳＳＷＯＲＤ` become `password`. Only for
/// comparing with lists, never for storing. Empty when the text is not valid UTF-8.
[[nodiscard]] std::optional<std::string> fold(std::string_view text);

/// The number of code points of valid UTF-8.
[[nodiscard]] std::size_t code_points_in(std::string_view text);

/// The code points of valid UTF-8.
[[nodiscard]] std::vector<char32_t> code_points_of(std::string_view text);

/// True if valid UTF-8 holds a control character: general category Cc, so that U+0000 to U+001F and
/// U+007F to U+009F.
[[nodiscard]] bool holds_control(std::string_view text);

}  // namespace gate::server
