#pragma once

#include <string>
#include <vector>

#include "compiler/graph/import.h"

namespace gate::graph {

/// What came of one way there and back: imported, exported, and held against the original after
/// normalising (normalise.h).
struct RoundTrip {
  std::string source;  ///< a folder, as given
  std::size_t policies = 0;
  std::size_t locations = 0;
  std::size_t strengths = 0;
  std::size_t equal = 0;
  std::vector<std::string> problems;  ///< one line each: what differs, or what could not be read
  [[nodiscard]] bool ok() const { return problems.empty(); }
};

/// `gatec import graph … --check-roundtrip`, for one set of files.
[[nodiscard]] RoundTrip check_round_trip(std::string source, const std::vector<GraphFile>& input);

}  // namespace gate::graph
