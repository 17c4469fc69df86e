// Golden files of tests/golden/format: the canonical form of a file, below the file.

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "compiler/format/format.h"
#include "tests/golden/golden_file.h"

namespace golden {
namespace {

using gate::compiler::DiagnosticCollector;
using gate::compiler::SourceMap;

Outcome produce_format(const GoldenFile& file) {
  gate::CompileOutput output;
  output.files = inputs(file);
  SourceMap sources;
  sources.add(output.files[0].name, output.files[0].text);
  DiagnosticCollector diagnostics;
  const auto formatted = gate::compiler::format_file(sources, 0, file.options.limits, diagnostics);
  output.diagnostics = diagnostics.take_sorted(file.options.limits.errors_per_file_max);

  GoldenFile now = file;
  if (std::all_of(now.sections.begin(), now.sections.end(), is_input)) {
    now.sections.push_back({"formatted", {}});
  }
  for (Section& section : now.sections) {
    if (section.heading == "formatted") {
      section.body = formatted ? encode(*formatted, file.options)
                               : encode(gate::render_text(output, false), file.options);
    } else if (!section.heading.empty()) {
      throw std::runtime_error("a format test has no section `" + section.heading + "`");
    }
  }
  return {join(now), !formatted.has_value()};
}

const bool kGoldenFormat = register_kind("GoldenFormat", "format", produce_format);

}  // namespace
}  // namespace golden
