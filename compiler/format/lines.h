#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/source/source_map.h"

namespace gate::compiler::format {

/// Longest line, in code points, that the formatter makes of something that can be broken.
inline constexpr std::size_t kColumnsMax = 100;
inline constexpr std::size_t kIndent = 2;

/// A line to be printed, and the bytes of the source that it stands for: comments find their place
/// by them.
struct Line {
  std::size_t indent = 0;
  std::string text;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};
using Lines = std::vector<Line>;

/// Comments [next, end) of the file, still to be printed by the owner of the run.
struct CommentRun {
  std::size_t next = 0;
  std::size_t end = 0;
};

/// Prints lines with the comments that belong to them. A comment above a line, or inside what
/// became one line, comes before it; one behind it stays behind it.
class Writer {
 public:
  Writer(const SourceMap& sources, const ast::File& file)
      : text_(sources.text(file.index)), comments_(file.comments) {}

  void write(const Lines& lines, CommentRun& comments);
  /// The comments of a run that begin before `offset`, one a line.
  void write_comments_before(std::uint32_t offset, std::size_t indent, CommentRun& comments);
  void blank_line() { out_ += '\n'; }
  [[nodiscard]] bool empty() const { return out_.empty(); }
  [[nodiscard]] std::string take() { return std::move(out_); }

  /// The run of comments from `next` on that belongs to something ending at `end`: those before and
  /// inside it, and those behind it on its last line, unless `following` begins before them.
  [[nodiscard]] CommentRun run_for(std::size_t next, std::uint32_t end,
                                   std::uint32_t following) const;
  [[nodiscard]] bool has_comment_inside(Span span) const;
  [[nodiscard]] const std::vector<ast::Comment>& comments() const { return comments_; }
  /// True when an empty line stands between two offsets of the source.
  [[nodiscard]] bool blank_between(std::uint32_t from, std::uint32_t to) const;
  /// Where the first `sign` after `offset` stands, comments skipped.
  [[nodiscard]] std::uint32_t find(char sign, std::uint32_t offset) const;

 private:
  [[nodiscard]] bool same_line(std::uint32_t from, std::uint32_t to) const;
  [[nodiscard]] std::string_view comment_text(std::size_t index) const;

  std::string_view text_;
  const std::vector<ast::Comment>& comments_;
  std::string out_;
};

}  // namespace gate::compiler::format
