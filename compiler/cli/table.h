#pragma once

#include <string>
#include <vector>

#include "compiler/cli/console.h"

namespace gate::cli {

/// Lines whose columns stand below one another. Widths count code points; the last column is never
/// filled up.
class Table {
 public:
  struct Cell {
    std::string text;
    Tone tone = Tone::kPlain;
  };
  /// Blanks before each line.
  explicit Table(std::size_t indent) : indent_(indent) {}

  void row(std::vector<Cell> cells) { rows_.push_back(std::move(cells)); }
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  /// All lines; with `color` the cells are painted.
  [[nodiscard]] std::string text(bool color) const;

 private:
  std::size_t indent_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace gate::cli
