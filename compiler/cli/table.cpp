#include "compiler/cli/table.h"

#include <algorithm>

#include "compiler/source/source_map.h"

namespace gate::cli {

std::string Table::text(bool color) const {
  std::vector<std::size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      widths[i] = std::max(widths[i], compiler::count_code_points(row[i].text));
    }
  }
  std::string out;
  for (const auto& row : rows_) {
    std::size_t pending = indent_;  // blanks are written only before something else
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (!row[i].text.empty()) {
        out.append(pending, ' ');
        pending = 0;
        out += color ? Console::painted(row[i].tone, row[i].text) : row[i].text;
      }
      pending += widths[i] + 2 - std::min(widths[i], compiler::count_code_points(row[i].text));
    }
    out += '\n';
  }
  return out;
}

}  // namespace gate::cli
