#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gate::server {

/// The first key that an object of the JSON text holds twice; empty when there is none, and when
/// the text is no JSON or deeper than `depth_max`. A DOM would silently keep one of the two values.
[[nodiscard]] std::string repeated_key(std::string_view json, std::size_t depth_max);

}  // namespace gate::server
