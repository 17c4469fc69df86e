#pragma once

#include <boost/json/value.hpp>
#include <gate/result.hpp>
#include <string>
#include <string_view>

namespace gate::graph {

/// Text of a file as UTF-8: a byte-order mark is taken off, UTF-16 of either order is recognised by
/// its mark or by the zero bytes of its first characters. Error{kInvalidArgument} for broken
/// UTF-16 or UTF-8, kLimitExceeded for more than kGraphFileBytesMax.
[[nodiscard]] Result<std::string> decode_text(std::string_view bytes);

/// One JSON document. Strict: no comments, no trailing commas, no duplicate keys (also not keys
/// that differ in case only), at most kGraphDepthMax levels. Errors name line and column.
[[nodiscard]] Result<boost::json::value> parse_document(std::string_view text);

/// What people export: one document, or JSON lines, which become an array of them; with what
/// PowerShell does to it undone (powershell.h).
[[nodiscard]] Result<boost::json::value> parse_export(std::string_view text);

}  // namespace gate::graph
