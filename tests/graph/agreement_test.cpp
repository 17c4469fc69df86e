// Three readings of the same policies: the independent one over Graph JSON, the interpreter of the
// imported set, and its native code. They agree on outcome, required controls, applied policies and
// session controls, for sign-ins derived from the policies. GATE_SEED and GATE_ROUNDS replay.

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>

#include "tests/graph/corpus.h"
#include "tests/graph/documented_pairs.h"
#include "tests/graph/imported_set.h"
#include "tests/graph/sign_in_generator.h"

namespace graph_corpus {
namespace {

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* given = std::getenv(name);
  return given == nullptr ? otherwise : std::strtoull(given, nullptr, 10);
}

/// With `state` for every policy, so that what is off or only reported is compared too.
json::value with_state(json::value policies, std::string_view state) {
  for (auto& policy : policies.as_array()) {
    policy.as_object()["state"] = state;
  }
  return policies;
}

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

struct Counts {
  std::size_t sign_ins = 0;
  std::size_t applied = 0;
  std::map<std::string, std::size_t> outcomes;
};

void compare(const Source& source, std::uint64_t seed, std::uint64_t rounds, Counts& counts) {
  SignInGenerator generator(source, seed);
  const ImportedSet set(source.policies, source.locations, generator.app_groups());
  ASSERT_TRUE(set.ready()) << source.name;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const auto sign_in = generator.next();
    const auto expected = set.oracle(sign_in);
    const auto facts = set.facts(sign_in);
    const auto interpreted = set.verdict(set.interpreted(), facts);
    const auto native = set.verdict(set.native(), facts);
    ++counts.sign_ins;
    counts.applied += expected.applied.size();
    ++counts.outcomes[expected.outcome];
    ASSERT_TRUE(expected == interpreted && expected == native)
        << source.name << ", GATE_SEED=" << seed << ", round " << round << "\n"
        << json::serialize(sign_in) << "\noracle      " << to_text(expected) << "\ninterpreter "
        << to_text(interpreted) << "\nnative      " << to_text(native);
  }
}

TEST(Agreement, OracleInterpreterAndNativeCodeDecideAlike) {
  GATE_NEEDS_CORPUS();
  const auto seed = setting("GATE_SEED", 20'260'101);
  const auto rounds = setting("GATE_ROUNDS", 400);
  Counts counts;
  for (auto source : sources()) {
    source.locations = first_definitions(source.locations);
    compare(source, seed, rounds, counts);
    // Published policies are mostly off or reporting: on, all of them at once decide too.
    source.policies = with_state(std::move(source.policies), "enabled");
    compare(source, seed + 1, rounds, counts);
    // One policy at a time, so that no block hides what the others ask for.
    const auto all = source.policies.get_array();
    for (const auto& policy : all) {
      source.policies = json::array{policy};
      compare(source, seed + 2, std::max<std::uint64_t>(rounds / 20, 1), counts);
    }
  }
  std::printf("[          ] seed %llu: %zu sign-ins, %zu policies applied",
              static_cast<unsigned long long>(seed), counts.sign_ins, counts.applied);
  for (const auto& [outcome, count] : counts.outcomes) {
    std::printf(", %zu %s", count, outcome.c_str());
  }
  std::printf("\n");
}

/// The examples of docs/from-entra.md as one source.
Source documented() {
  Source out;
  out.name = "docs/from-entra.md";
  json::array policies, locations;
  const auto take = [&](json::value each) {
    if (auto* conditions = each.as_object().if_contains("conditions"); conditions != nullptr) {
      if (auto* times = conditions->as_object().if_contains("times"); times != nullptr) {
        times->as_object()["timeZone"] = "UTC";  // the only zone that the oracle knows
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
  const auto rounds = setting("GATE_ROUNDS", 400);
  Counts counts;
  auto source = documented();
  compare(source, seed, rounds, counts);
  const auto all = source.policies.get_array();
  for (const auto& policy : all) {
    source.policies = with_state(json::array{policy}, "enabled");
    compare(source, seed + 3, rounds / 2, counts);
  }
  EXPECT_GT(counts.applied, rounds);
  for (const auto* outcome : {"allow", "challenge", "block"}) {
    EXPECT_GT(counts.outcomes[outcome], 100U) << outcome;
  }
}

}  // namespace
}  // namespace graph_corpus
