#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/source/span.h"

namespace gate::compiler {

/// A place as people count it: both numbers start at 1, columns count code points.
struct LineColumn {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

/// The files of one policy set: names and texts, borrowed from the caller, who keeps them alive as
/// long as the map. Not thread-safe while files are added; read-only afterwards, except that line
/// tables are built on first use.
class SourceMap {
 public:
  /// Adds a file and returns its index. O(1); the text is not looked at.
  std::uint32_t add(std::string_view name, std::string_view text);

  [[nodiscard]] std::size_t size() const { return files_.size(); }
  [[nodiscard]] std::string_view name(std::uint32_t file) const { return files_.at(file).name; }
  [[nodiscard]] std::string_view text(std::uint32_t file) const { return files_.at(file).text; }
  /// The bytes that a span covers.
  [[nodiscard]] std::string_view text(Span span) const;

  /// Line and column of a byte offset. The first call for a file walks the file once.
  [[nodiscard]] LineColumn locate(std::uint32_t file, std::uint32_t offset) const;
  /// Number of lines of a file; an empty file has one.
  [[nodiscard]] std::uint32_t line_count(std::uint32_t file) const;
  /// The text of a line (1-based), without its line end.
  [[nodiscard]] std::string_view line(std::uint32_t file, std::uint32_t number) const;
  /// Byte offset at which a line (1-based) begins.
  [[nodiscard]] std::uint32_t line_begin(std::uint32_t file, std::uint32_t number) const;

 private:
  struct File {
    std::string_view name;
    std::string_view text;
    mutable std::vector<std::uint32_t> line_begins;  // built on first use
  };
  [[nodiscard]] const std::vector<std::uint32_t>& line_begins(std::uint32_t file) const;

  std::vector<File> files_;
};

/// Number of code points in valid UTF-8; in invalid text every stray byte counts as one.
[[nodiscard]] std::size_t count_code_points(std::string_view text);

}  // namespace gate::compiler
