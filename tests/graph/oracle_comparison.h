#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/graph/corpus.h"

/// Generated sign-ins, decided by the independent reading, the interpreter of the imported set and
/// its native code.
namespace graph_corpus {

struct Counts {
  std::size_t sign_ins = 0;
  std::size_t applied = 0;
  std::map<std::string, std::size_t> outcomes;
};
[[nodiscard]] std::string to_text(const Counts& counts);

/// A number from the environment: GATE_SEED and GATE_ROUNDS replay.
[[nodiscard]] std::uint64_t setting(const char* name, std::uint64_t otherwise);

/// Fails the running test at the first sign-in on which the three do not agree, and shows it.
void compare(const Source& source, std::uint64_t seed, std::uint64_t rounds, Counts& counts);

/// The policies on their own, one at a time and all switched on: no block hides what another asks
/// for.
[[nodiscard]] std::vector<Source> one_by_one(const Source& source);

/// With `state` for every policy, so that what is off or only reported is compared too.
[[nodiscard]] json::value with_state(json::value policies, std::string_view state);

/// The policies of our own making, below oracle/policies: what published ones do not use.
[[nodiscard]] std::vector<Source> own_sources();

}  // namespace graph_corpus
