#include <fmt/format.h>

#include <algorithm>
#include <gate/compile.hpp>

#include "compiler/source/source_map.h"
#include "compiler/source/span.h"

namespace gate {
namespace {

using compiler::SourceMap;

struct Colors {
  std::string_view error, warning, note, frame, bold, off;
};
constexpr Colors kPlain{"", "", "", "", "", ""};
constexpr Colors kAnsi{"\x1b[1;31m", "\x1b[1;33m", "\x1b[1;36m",
                       "\x1b[1;34m", "\x1b[1m",    "\x1b[0m"};

std::string_view color_of(const Colors& colors, Severity severity) {
  switch (severity) {
    case Severity::kError:
      return colors.error;
    case Severity::kWarning:
      return colors.warning;
    case Severity::kNote:
      return colors.note;
  }
  return colors.error;
}

/// Tabs become one blank, so that the underline stands where the eye expects it; control characters
/// become dots.
std::string printable(std::string_view line) {
  std::string out;
  out.reserve(line.size());
  for (const char c : line) {
    const auto byte = static_cast<unsigned char>(c);
    out += c == '\t' ? ' ' : (byte < 0x20 || byte == 0x7F ? '.' : c);
  }
  return out;
}

class Excerpt {
 public:
  Excerpt(std::string& out, const SourceMap& sources, const Colors& colors, std::size_t gutter)
      : out_(&out), sources_(&sources), colors_(&colors), gutter_(gutter) {}

  void location(SourceSpan span) {
    const auto at = sources_->locate(span.file, span.begin);
    write("{:>{}}{}-->{} {}:{}:{}\n", "", gutter_, colors_->frame, colors_->off,
          sources_->name(span.file), at.line, at.column);
  }
  void blank() { write("{:>{}} {}|{}\n", "", gutter_, colors_->frame, colors_->off); }

  /// The line on which `span` begins, underlined as far as the span goes on it.
  void underlined(SourceSpan span, char mark, std::string_view color, std::string_view label) {
    const auto at = sources_->locate(span.file, span.begin);
    const std::string_view line = sources_->line(span.file, at.line);
    source_line(at.line, line);
    const std::uint32_t line_begin = sources_->line_begin(span.file, at.line);
    const std::size_t stop = std::min<std::size_t>(span.end - line_begin, line.size());
    const std::size_t start = std::min<std::size_t>(span.begin - line_begin, stop);
    const std::size_t width =
        std::max<std::size_t>(1, compiler::count_code_points(line.substr(start, stop - start)));
    write("{:>{}} {}|{} {:>{}}{}{}", "", gutter_, colors_->frame, colors_->off, "", at.column - 1,
          color, std::string(width, mark));
    write("{}{}{}\n", label.empty() ? "" : " ", label, colors_->off);
  }
  /// A wavy line under what an edit would put in.
  void mark(std::uint32_t column, std::size_t width) {
    write("{:>{}} {}|{} {:>{}}{}{}{}\n", "", gutter_, colors_->frame, colors_->off, "", column - 1,
          colors_->note, std::string(width, '~'), colors_->off);
  }
  void source_line(std::uint32_t number, std::string_view line) {
    write("{}{:>{}} |{} {}\n", colors_->frame, number, gutter_, colors_->off, printable(line));
  }

  template <typename... Args>
  void write(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(*out_), format, std::forward<Args>(args)...);
  }

 private:
  std::string* out_;
  const SourceMap* sources_;
  const Colors* colors_;
  std::size_t gutter_;
};

bool on_one_line(const SourceMap& sources, const Diagnostic::Edit& edit) {
  return sources.locate(edit.span.file, edit.span.begin).line ==
             sources.locate(edit.span.file, edit.span.end).line &&
         edit.replacement.find('\n') == std::string::npos;
}

/// The help line, and the source line as it would read after the edit.
void render_help(Excerpt& excerpt, const Diagnostic& diagnostic, const SourceMap& sources,
                 const Colors& colors) {
  if (diagnostic.help.empty()) {
    return;
  }
  excerpt.write("{}help:{} {}\n", colors.note, colors.off, diagnostic.help);
  if (diagnostic.edits.size() != 1 || !on_one_line(sources, diagnostic.edits.front())) {
    return;
  }
  const auto& edit = diagnostic.edits.front();
  const auto at = sources.locate(edit.span.file, edit.span.begin);
  const std::uint32_t line_begin = sources.line_begin(edit.span.file, at.line);
  std::string line{sources.line(edit.span.file, at.line)};
  line.replace(edit.span.begin - line_begin, edit.span.end - edit.span.begin, edit.replacement);
  excerpt.blank();
  excerpt.source_line(at.line, line);
  if (!edit.replacement.empty()) {
    excerpt.mark(at.column, compiler::count_code_points(edit.replacement));
  }
  excerpt.blank();
}

void render_one(std::string& out, const Diagnostic& diagnostic, const SourceMap& sources,
                const Colors& colors) {
  const std::string_view color = color_of(colors, diagnostic.severity);
  fmt::format_to(std::back_inserter(out), "{}{}[{}]{}{}: {}{}\n", color, name(diagnostic.severity),
                 diagnostic.code, colors.off, colors.bold, diagnostic.message, colors.off);
  const bool placed = diagnostic.span.file < sources.size();
  std::uint32_t last_line = 1;
  const auto widen = [&](SourceSpan span) {
    if (span.file < sources.size()) {
      last_line = std::max(last_line, sources.locate(span.file, span.begin).line);
    }
  };
  widen(diagnostic.span);
  for (const auto& note : diagnostic.notes) {
    widen(note.span.value_or(diagnostic.span));
  }
  Excerpt excerpt(out, sources, colors, fmt::formatted_size("{}", last_line) + 1);
  if (placed) {
    excerpt.location(diagnostic.span);
    excerpt.blank();
    excerpt.underlined(diagnostic.span, '^', color, diagnostic.label);
    excerpt.blank();
  }
  render_help(excerpt, diagnostic, sources, colors);
  for (const auto& note : diagnostic.notes) {
    excerpt.write("{}note:{} {}\n", colors.note, colors.off, note.text);
    if (note.span && note.span->file < sources.size()) {
      excerpt.location(*note.span);
      excerpt.blank();
      excerpt.underlined(*note.span, '-', colors.note, "");
    }
  }
  out += '\n';
}

std::string counted(std::size_t count, std::string_view word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

}  // namespace

std::string render_text(const CompileOutput& output, bool color) {
  SourceMap sources;
  for (const SourceFile& file : output.files) {
    sources.add(file.name, file.text);
  }
  const Colors& colors = color ? kAnsi : kPlain;
  std::string out;
  std::size_t errors = 0;
  std::size_t warnings = 0;
  for (const Diagnostic& diagnostic : output.diagnostics) {
    render_one(out, diagnostic, sources, colors);
    errors += diagnostic.severity == Severity::kError ? 1 : 0;
    warnings += diagnostic.severity == Severity::kWarning ? 1 : 0;
  }
  if (errors > 0) {
    out += fmt::format("policy set not loaded: {}", counted(errors, "error"));
    out += warnings > 0 ? fmt::format(", {}\n", counted(warnings, "warning")) : "\n";
  } else if (warnings > 0) {
    out += fmt::format("{}\n", counted(warnings, "warning"));
  }
  return out;
}

}  // namespace gate
