// Every published policy of the corpus becomes text of the policy language.

#include <gtest/gtest.h>

#include "compiler/graph/import.h"
#include "compiler/graph/roundtrip.h"
#include "compiler/parse/parser.h"
#include "tests/graph/corpus.h"

namespace {

std::vector<gate::graph::GraphFile> files_of(const graph_corpus::Source& source) {
  std::vector<gate::graph::GraphFile> out;
  for (const auto& file : source.files) {
    out.push_back({file.filename().string(), graph_corpus::read_file(file)});
  }
  return out;
}

void expect_parses(const gate::graph::OutputFile& file) {
  if (!file.name.ends_with(".gate")) {
    return;
  }
  gate::compiler::SourceMap sources;
  sources.add(file.name, file.text);
  gate::compiler::DiagnosticCollector diagnostics;
  (void)gate::compiler::parse_file(sources, 0, {}, diagnostics);
  for (const auto& diagnostic : diagnostics.take_sorted(20)) {
    ADD_FAILURE() << file.name << " " << diagnostic.code << " " << diagnostic.message << "\n"
                  << file.text;
  }
}

TEST(ImportCorpus, EveryPolicyAndLocationIsImported) {
  GATE_NEEDS_CORPUS();
  std::size_t policies = 0;
  for (const auto& source : graph_corpus::sources()) {
    SCOPED_TRACE(source.name);
    const auto result = gate::graph::import_graph(files_of(source));
    for (const auto& finding : result.findings) {
      if (finding.level == gate::graph::FindingLevel::kError) {
        ADD_FAILURE() << to_text(finding);
      }
    }
    EXPECT_EQ(0U, result.left_out);
    EXPECT_EQ(source.policies.get_array().size(), result.policies);
    for (const auto& file : result.files) {
      expect_parses(file);
    }
    policies += result.policies;
  }
  EXPECT_EQ(334U, policies);
}

TEST(ImportCorpus, ThereAndBackEqualsTheOriginal) {
  GATE_NEEDS_CORPUS();
  for (const auto& source : graph_corpus::sources()) {
    const auto result = gate::graph::check_round_trip(source.name, files_of(source));
    std::printf("[          ] %-70s %3zu policies %3zu locations %3zu equal\n", source.name.c_str(),
                result.policies, result.locations, result.equal);
    EXPECT_EQ(source.files.size(), result.equal);
    for (const auto& problem : result.problems) {
      ADD_FAILURE() << problem;
    }
  }
}

}  // namespace
