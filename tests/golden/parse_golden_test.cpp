// Golden files of tests/golden/parse: what the parser alone says of a file.

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "compiler/ast/dump.h"
#include "compiler/parse/parser.h"
#include "tests/golden/golden_file.h"

namespace golden {
namespace {

using gate::compiler::DiagnosticCollector;
using gate::compiler::SourceMap;

std::string diagnostics_text(gate::CompileOutput& output) {
  const std::string text = gate::render_text(output, false);
  return text.empty() ? "none\n" : text;
}

Outcome produce_parse(const GoldenFile& file) {
  gate::CompileOutput output;
  output.files = inputs(file);
  SourceMap sources;
  for (const gate::SourceFile& source : output.files) {
    sources.add(source.name, source.text);
  }
  DiagnosticCollector diagnostics;
  const gate::compiler::ast::File tree =
      gate::compiler::parse_file(sources, 0, file.options.limits, diagnostics);
  output.diagnostics = diagnostics.take_sorted(file.options.limits.errors_per_file_max);

  GoldenFile now = file;
  if (std::all_of(now.sections.begin(), now.sections.end(), is_input)) {
    now.sections.push_back({"diagnostics", {}});
  }
  for (Section& section : now.sections) {
    if (section.heading == "diagnostics") {
      section.body = encode(diagnostics_text(output), file.options);
    } else if (section.heading == "tokens") {
      section.body = encode(gate::compiler::dump_tokens(sources, 0), file.options);
    } else if (section.heading == "ast") {
      section.body = encode(gate::compiler::dump_ast(sources, tree, gate::compiler::Places::kShow),
                            file.options);
    } else if (!section.heading.empty()) {
      throw std::runtime_error("a parse test has no section `" + section.heading + "`");
    }
  }
  return {join(now), output.has_errors()};
}

const bool kGoldenParse = register_kind("GoldenParse", "parse", produce_parse);

}  // namespace
}  // namespace golden
