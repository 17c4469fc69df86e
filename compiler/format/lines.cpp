#include "compiler/format/lines.h"

#include <algorithm>
#include <limits>

namespace gate::compiler::format {
namespace {

constexpr std::uint32_t kNowhere = std::numeric_limits<std::uint32_t>::max();

}  // namespace

bool Writer::same_line(std::uint32_t from, std::uint32_t to) const {
  return text_.substr(from, to - from).find('\n') == std::string_view::npos;
}

std::string_view Writer::comment_text(std::size_t index) const {
  const Span span = comments_[index].span;
  std::string_view comment = text_.substr(span.begin, span.end - span.begin);
  while (!comment.empty() && (comment.back() == ' ' || comment.back() == '\t')) {
    comment.remove_suffix(1);
  }
  return comment;
}

void Writer::write_comments_before(std::uint32_t offset, std::size_t indent, CommentRun& comments) {
  for (; comments.next < comments.end && comments_[comments.next].span.begin < offset;
       ++comments.next) {
    out_.append(indent, ' ');
    out_ += comment_text(comments.next);
    out_ += '\n';
  }
}

void Writer::write(const Lines& lines, CommentRun& comments) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Line& line = lines[i];
    write_comments_before(line.end, line.indent, comments);
    out_.append(line.indent, ' ');
    out_ += line.text;
    const std::uint32_t following = i + 1 < lines.size() ? lines[i + 1].begin : kNowhere;
    const CommentRun behind = run_for(comments.next, line.end, following);
    if (behind.next < std::min(behind.end, comments.end)) {
      out_ += "  ";
      out_ += comment_text(comments.next++);
    }
    out_ += '\n';
  }
}

CommentRun Writer::run_for(std::size_t next, std::uint32_t end, std::uint32_t following) const {
  CommentRun run{next, next};
  while (run.end < comments_.size() && comments_[run.end].span.begin < end) {
    ++run.end;
  }
  if (run.end < comments_.size()) {
    const ast::Comment& behind = comments_[run.end];
    if (behind.trailing && behind.span.begin < following && same_line(end, behind.span.begin)) {
      ++run.end;
    }
  }
  return run;
}

bool Writer::has_comment_inside(Span span) const {
  const auto first = std::lower_bound(
      comments_.begin(), comments_.end(), span.begin,
      [](const ast::Comment& comment, std::uint32_t at) { return comment.span.begin < at; });
  return first != comments_.end() && first->span.begin < span.end;
}

bool Writer::blank_between(std::uint32_t from, std::uint32_t to) const {
  std::size_t line_ends = 0;
  for (const char c : text_.substr(from, to - from)) {
    line_ends += c == '\n' ? 1 : 0;
  }
  return line_ends > 1;
}

std::uint32_t Writer::find(char sign, std::uint32_t offset) const {
  bool in_comment = false;
  for (std::size_t i = offset; i < text_.size(); ++i) {
    if (in_comment) {
      in_comment = text_[i] != '\n';
    } else if (text_[i] == '#') {
      in_comment = true;
    } else if (text_[i] == sign) {
      return static_cast<std::uint32_t>(i);
    }
  }
  return offset;
}

}  // namespace gate::compiler::format
