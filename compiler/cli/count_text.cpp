#include "compiler/cli/count_text.h"

#include <fmt/format.h>

namespace gate::cli {

std::string counted(std::size_t count, std::string_view one) {
  const bool ends_in_y = one.ends_with('y');
  const std::string_view stem = one.substr(0, one.size() - (ends_in_y ? 1 : 0));
  return count == 1 ? fmt::format("1 {}", one)
                    : fmt::format("{} {}{}", count, stem, ends_in_y ? "ies" : "s");
}

}  // namespace gate::cli
