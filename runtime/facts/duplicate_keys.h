#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gate::facts {

/// The first fault of a text as JSON: a syntax error or a key that occurs twice in one object
/// (which parsers elsewhere resolve by dropping one of them, and not all the same one).
[[nodiscard]] std::optional<std::string> find_json_fault(std::string_view json);

/// Deepest nesting that a request document may have.
inline constexpr std::size_t kJsonDepthMax = 8;

}  // namespace gate::facts
