#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gate::cli {

/// "1 policy", "2 policies", "0 files".
[[nodiscard]] std::string counted(std::size_t count, std::string_view one);

}  // namespace gate::cli
