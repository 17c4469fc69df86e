// Any bytes as Graph JSON: nothing crashes, the import says why it refuses, gives the same files
// for the same bytes, and writes only what the parser of policies reads.

#include <cstddef>
#include <cstdint>
#include <gate/result.hpp>
#include <string>

#include "compiler/graph/device_rule.h"
#include "compiler/graph/import.h"
#include "compiler/graph/json_document.h"
#include "compiler/graph/roundtrip.h"
#include "compiler/graph/sign_in.h"
#include "compiler/parse/parser.h"

namespace {

using namespace gate;

void check_files(const graph::ImportResult& result) {
  for (const graph::OutputFile& file : result.files) {
    if (!file.name.ends_with(".gate")) {
      continue;  // the map of ids lies beside the policies
    }
    compiler::SourceMap sources;
    const std::uint32_t number = sources.add(file.name, file.text);
    compiler::DiagnosticCollector diagnostics;
    (void)compiler::parse_file(sources, number, {}, diagnostics);
    GATE_CHECK(!diagnostics.has_errors(), "what the import writes has the syntax of policies");
  }
}

/// Rules of filters have one canonical form, which reads back as itself.
void check_rule(std::string_view text, graph::RuleSubject subject) {
  const auto rule = graph::parse_rule(text, subject);
  if (rule) {
    const std::string canonical = graph::device_rule_text(*rule);
    const auto again = graph::parse_rule(canonical, subject);
    GATE_CHECK(again && graph::device_rule_text(*again) == canonical, "one canonical form");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<graph::GraphFile> input = {
      {"fuzz.json", std::string(reinterpret_cast<const char*>(data), size)}};
  for (const bool partial : {false, true}) {
    const graph::ImportResult result = graph::import_graph(input, {.partial = partial});
    GATE_CHECK(result.ok() || !result.findings.empty(), "a refusal says why");
    check_files(result);
    const graph::ImportResult again = graph::import_graph(input, {.partial = partial});
    GATE_CHECK(again.files.size() == result.files.size(), "the import is a function");
    for (std::size_t i = 0; i < result.files.size(); ++i) {
      GATE_CHECK(again.files[i].text == result.files[i].text, "the import is a function");
    }
    for (const graph::Finding& finding : result.findings) {
      (void)graph::to_text(finding);
    }
  }
  const std::string_view text = input.front().bytes;
  check_rule(text, graph::RuleSubject::kDevice);
  check_rule(text, graph::RuleSubject::kApp);
  (void)graph::check_round_trip("fuzz", input);
  if (const auto document = graph::parse_document(text)) {
    (void)graph::read_what_if(*document);
  }
  return 0;
}
