// Three readings of the same policies: the independent one over Graph JSON, the interpreter of the
// imported set, and its native code. They agree on outcome, required controls, applied policies and
// session controls, for sign-ins derived from the policies. GATE_SEED and GATE_ROUNDS replay.

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <set>

#include "tests/graph/corpus.h"
#include "tests/graph/documented_pairs.h"
#include "tests/graph/oracle/json_access.h"
#include "tests/graph/oracle_comparison.h"
#include "tests/sanitized.h"

namespace graph_corpus {
namespace {

/// An id that is defined twice means its first definition, as import has it.
json::value first_definitions(const json::value& locations) {
  json::array out;
  std::set<std::string> seen;
  for (const auto& each : locations.get_array()) {
    const auto id = graph_oracle::text(&each, "id");
    if (id.empty() || seen.insert(id).second) {
      out.push_back(each);
    }
  }
  return out;
}

TEST(Agreement, OracleInterpreterAndNativeCodeDecideAlike) {
  GATE_NEEDS_CORPUS();
  const auto seed = setting("GATE_SEED", 20'260'101);
  const auto rounds = setting("GATE_ROUNDS", gate::kThreadSanitized ? 40 : 400);
  Counts counts;
  for (auto source : sources()) {
    source.locations = first_definitions(source.locations);
    compare(source, seed, rounds, counts);
    // Published policies are mostly off or reporting: on, all of them at once decide too.
    source.policies = with_state(std::move(source.policies), "enabled");
    compare(source, seed + 1, rounds, counts);
    for (const auto& one : one_by_one(source)) {
      compare(one, seed + 2, std::max<std::uint64_t>(rounds / 20, 1), counts);
    }
  }
  EXPECT_GT(counts.applied, 0U) << "sign-ins to which nothing applies agree about nothing";
  EXPECT_EQ(counts.outcomes.size(), 3U) << "allowed, challenged and blocked: " << to_text(counts);
  std::printf("[          ] seed %llu: %s\n", static_cast<unsigned long long>(seed),
              to_text(counts).c_str());
}

/// The examples of docs/from-entra.md as one source.
Source documented() {
  Source out;
  out.name = "docs/from-entra.md";
  json::array policies, locations;
  const auto take = [&](json::value each) {
    if (auto* conditions = each.as_object().if_contains("conditions"); conditions != nullptr) {
      if (auto* times = conditions->as_object().if_contains("times"); times != nullptr) {
        for (const auto* key : {"includeDays", "excludeDays"}) {
          if (auto* window = times->as_object().if_contains(key);
              window != nullptr && window->is_object()) {
            window->as_object()["timeZone"] = "UTC";  // the oracle knows no summer time
          }
        }
      }
      policies.push_back(std::move(each));
    } else {
      locations.push_back(std::move(each));
    }
  };
  for (const auto& pair : documented_pairs()) {
    auto value = json::parse(pair.document.bytes);
    if (value.is_array()) {
      std::ranges::for_each(value.get_array(), take);
    } else {
      take(std::move(value));
    }
  }
  out.policies = std::move(policies);
  out.locations = std::move(locations);
  return out;
}

TEST(Agreement, TheDocumentedExamplesCompileAndDecideAlike) {
  const auto seed = setting("GATE_SEED", 20'260'101);
  const auto rounds = setting("GATE_ROUNDS", gate::kThreadSanitized ? 40 : 400);
  Counts counts;
  auto source = documented();
  compare(source, seed, rounds, counts);
  for (const auto& one : one_by_one(source)) {
    compare(one, seed + 3, rounds / 2, counts);
  }
  EXPECT_GT(counts.applied, rounds);
  for (const auto* outcome : {"allow", "challenge", "block"}) {
    EXPECT_GT(counts.outcomes[outcome], rounds / 4) << outcome;
  }
}

}  // namespace
}  // namespace graph_corpus
