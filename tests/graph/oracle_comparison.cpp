#include "tests/graph/oracle_comparison.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>

#include "tests/graph/imported_set.h"
#include "tests/graph/sign_in_generator.h"

namespace graph_corpus {

std::string to_text(const Counts& counts) {
  auto out = std::to_string(counts.sign_ins) + " sign-ins, " + std::to_string(counts.applied) +
             " policies applied";
  for (const auto& [outcome, count] : counts.outcomes) {
    out += ", " + std::to_string(count) + " " + outcome;
  }
  return out;
}

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* given = std::getenv(name);
  return given == nullptr ? otherwise : std::strtoull(given, nullptr, 10);
}

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

std::vector<Source> one_by_one(const Source& source) {
  std::vector<Source> out;
  for (const auto& policy : source.policies.get_array()) {
    auto one = source;
    one.policies = with_state(json::array{policy}, "enabled");
    out.push_back(std::move(one));
  }
  return out;
}

json::value with_state(json::value policies, std::string_view state) {
  for (auto& policy : policies.as_array()) {
    policy.as_object()["state"] = state;
  }
  return policies;
}

std::vector<Source> own_sources() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(
           std::filesystem::path(GATE_SOURCE_DIR) / "tests/graph/oracle/policies")) {
    files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::vector<Source> out;
  for (const auto& file : files) {
    const auto document = read_json(file);
    Source source;
    source.name = file.filename().string();
    source.policies = document.at("policies");
    source.locations = document.at("locations");
    out.push_back(std::move(source));
  }
  return out;
}

}  // namespace graph_corpus
