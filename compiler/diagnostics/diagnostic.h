#pragma once

#include <fmt/format.h>

#include <gate/compile.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/diagnostics/registry.h"
#include "compiler/source/span.h"

namespace gate::compiler {

/// Adds to a diagnostic just reported. Valid until the next report.
class DiagnosticBuilder {
 public:
  explicit DiagnosticBuilder(Diagnostic& diagnostic) : diagnostic_(&diagnostic) {}
  /// What stands behind the underline.
  DiagnosticBuilder& label(std::string text) {
    diagnostic_->label = std::move(text);
    return *this;
  }
  /// Another place that has to do with it.
  DiagnosticBuilder& related(Span span, std::string text) {
    diagnostic_->notes.push_back({span, std::move(text)});
    return *this;
  }
  DiagnosticBuilder& note(std::string text) {
    diagnostic_->notes.push_back({std::nullopt, std::move(text)});
    return *this;
  }
  /// The edit that mends it, and the question that proposes it.
  DiagnosticBuilder& fix(Span span, std::string replacement, std::string help) {
    diagnostic_->help = std::move(help);
    diagnostic_->edits.push_back({span, std::move(replacement)});
    return *this;
  }
  /// The usual fix for a misspelt word: replace it by `suggestion`, if there is one.
  DiagnosticBuilder& suggest(Span span, std::string_view suggestion) {
    if (!suggestion.empty()) {
      fix(span, std::string(suggestion), fmt::format("did you mean `{}`?", suggestion));
    }
    return *this;
  }
  DiagnosticBuilder& help(std::string text) {
    diagnostic_->help = std::move(text);
    return *this;
  }

 private:
  Diagnostic* diagnostic_;
};

namespace internal {
template <Code kCode>
struct Text;
#define GATE_DIAGNOSTIC(number, name, severity, text, why, bad, good) \
  template <>                                                         \
  struct Text<Code::k##name> {                                        \
    static constexpr std::string_view kText = text;                   \
  };
#include "compiler/diagnostics/diagnostic_kinds.def"
}  // namespace internal

/// Collects diagnostics. Not thread-safe; one per compilation.
class DiagnosticCollector {
 public:
  /// Reports at a place; the arguments fill the holes of the code's text and are checked when this
  /// is compiled.
  template <Code kCode, typename... Args>
  DiagnosticBuilder report(Span span, const Args&... args) {
    constexpr fmt::format_string<const Args&...> kFormat{internal::Text<kCode>::kText};
    return add(kCode, span, fmt::format(kFormat, args...));
  }
  /// Reports about the set as a whole.
  template <Code kCode, typename... Args>
  DiagnosticBuilder report_unplaced(const Args&... args) {
    return report<kCode>(Span{kNoFile, 0, 0}, args...);
  }

  /// From now on every report outside `own` gets a note that points at `origin`: the text came from
  /// a template, and this is where it was applied. Without `origin` no more notes are added.
  void expanded_at(std::optional<Span> origin, Span own) {
    origin_ = origin;
    own_ = own;
  }

  /// Takes over what another collector has.
  void append(DiagnosticCollector&& other);

  /// How much has been reported, and what was reported after that many.
  [[nodiscard]] std::size_t size() const { return diagnostics_.size(); }
  [[nodiscard]] std::span<const Diagnostic> after(std::size_t count) const {
    return std::span(diagnostics_).subspan(count);
  }
  /// Reports again what was reported in an earlier compilation.
  void restore(Diagnostic diagnostic) {
    errors_ += diagnostic.severity == Severity::kError ? 1 : 0;
    diagnostics_.push_back(std::move(diagnostic));
  }

  /// Takes warnings back that the rest of the set answers.
  template <typename Answered>
  void drop_warnings(const Answered& answered) {
    std::erase_if(diagnostics_, [&](const Diagnostic& each) {
      return each.severity == Severity::kWarning && answered(each);
    });
  }

  [[nodiscard]] bool empty() const { return diagnostics_.empty(); }
  [[nodiscard]] bool has_errors() const { return errors_ != 0; }
  [[nodiscard]] std::size_t error_count() const { return errors_; }

  /// Everything reported, ordered by file, place and code (set-wide ones last), duplicates dropped,
  /// at most `errors_per_file_max` errors for a file (a G0012 note says how many more there were).
  /// Empties the collector.
  [[nodiscard]] std::vector<Diagnostic> take_sorted(std::size_t errors_per_file_max);

 private:
  DiagnosticBuilder add(Code code, Span span, std::string message);

  std::vector<Diagnostic> diagnostics_;
  std::size_t errors_ = 0;
  std::optional<Span> origin_;
  Span own_;
};

}  // namespace gate::compiler
