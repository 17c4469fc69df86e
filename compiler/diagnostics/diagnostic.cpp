#include "compiler/diagnostics/diagnostic.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace gate::compiler {
namespace {

auto sort_key(const Diagnostic& d) {
  return std::tuple(d.span.file, d.span.begin, d.span.end, std::string_view(d.code),
                    std::string_view(d.message));
}

}  // namespace

DiagnosticBuilder DiagnosticCollector::add(Code code, Span span, std::string message) {
  Diagnostic diagnostic;
  diagnostic.code = to_string(code);
  diagnostic.severity = info_of(code).severity;
  diagnostic.message = std::move(message);
  diagnostic.span = span;
  errors_ += diagnostic.severity == Severity::kError ? 1 : 0;
  if (origin_ && (span.file != own_.file || span.begin < own_.begin || span.end > own_.end)) {
    diagnostic.notes.push_back({origin_, "the template is applied here"});
  }
  diagnostics_.push_back(std::move(diagnostic));
  return DiagnosticBuilder(diagnostics_.back());
}

void DiagnosticCollector::append(DiagnosticCollector&& other) {
  diagnostics_.insert(diagnostics_.end(), std::make_move_iterator(other.diagnostics_.begin()),
                      std::make_move_iterator(other.diagnostics_.end()));
  errors_ += std::exchange(other.errors_, 0);
  other.diagnostics_.clear();
}

std::vector<Diagnostic> DiagnosticCollector::take_sorted(std::size_t errors_per_file_max) {
  std::vector<Diagnostic> all = std::exchange(diagnostics_, {});
  errors_ = 0;
  std::stable_sort(all.begin(), all.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return sort_key(a) < sort_key(b);
  });
  const auto same = [](const Diagnostic& a, const Diagnostic& b) {
    return sort_key(a) == sort_key(b);
  };
  all.erase(std::unique(all.begin(), all.end(), same), all.end());

  std::vector<Diagnostic> kept;
  kept.reserve(all.size());
  for (std::size_t i = 0; i < all.size();) {
    const std::uint32_t file = all[i].span.file;
    std::size_t errors = 0;
    std::size_t dropped = 0;
    Span last_shown;
    for (; i < all.size() && all[i].span.file == file; ++i) {
      if (all[i].severity == Severity::kError && ++errors > errors_per_file_max) {
        ++dropped;
        continue;
      }
      last_shown = all[i].span;
      kept.push_back(std::move(all[i]));
    }
    if (dropped > 0) {
      DiagnosticCollector note;
      note.report<Code::kTooManyErrors>(last_shown, dropped);
      kept.push_back(std::move(note.diagnostics_.front()));
    }
  }
  return kept;
}

}  // namespace gate::compiler
