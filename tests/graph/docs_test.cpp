// docs/from-entra.md keeps its word: every JSON block imports to the lines beside it and comes
// back.

#include <gtest/gtest.h>

#include "compiler/graph/roundtrip.h"
#include "tests/graph/documented_pairs.h"

namespace graph_corpus {
namespace {

/// The lines of a block, with the lines that continue them.
std::vector<std::string> statements(const std::string& block) {
  std::vector<std::string> out;
  std::string line;
  for (std::size_t at = 0; at < block.size();) {
    const auto end = block.find('\n', at);
    line = block.substr(at, end - at);
    at = end + 1;
    const bool continues = line.starts_with("           ") && !out.empty();
    if (continues) {
      out.back() += "\n" + line;
    } else if (!line.empty()) {
      out.push_back(line);
    }
  }
  return out;
}

TEST(FromEntra, EveryPairImportsToWhatStandsBesideIt) {
  const auto pairs = documented_pairs();
  EXPECT_GT(pairs.size(), 25U);
  for (const auto& pair : pairs) {
    SCOPED_TRACE("docs/from-entra.md line " + std::to_string(pair.line));
    const auto result = gate::graph::import_graph({pair.document});
    std::string text;
    for (const auto& file : result.files) {
      text += file.text;
    }
    for (const auto& finding : result.findings) {
      EXPECT_NE(finding.level, gate::graph::FindingLevel::kError) << to_text(finding);
    }
    const auto squeezed_text = squeezed(text);
    for (const auto& statement : statements(pair.gate)) {
      EXPECT_NE(squeezed_text.find(squeezed(statement)), std::string::npos)
          << statement << "\nis not in\n"
          << text;
    }
  }
}

TEST(FromEntra, EveryPairComesBackEqual) {
  for (const auto& pair : documented_pairs()) {
    SCOPED_TRACE("docs/from-entra.md line " + std::to_string(pair.line));
    const auto trip = gate::graph::check_round_trip("docs", {pair.document});
    for (const auto& problem : trip.problems) {
      ADD_FAILURE() << problem;
    }
    EXPECT_EQ(trip.equal, trip.policies + trip.locations);
    EXPECT_GE(trip.policies, 1U);
  }
}

}  // namespace
}  // namespace graph_corpus
