#pragma once

#include <optional>
#include <string>

#include "tests/differential/check.h"
#include "tests/differential/shrink.h"
#include "tests/differential/world.h"

namespace gate::differential {

/// What one round found: the smallest case, and how to see it again.
struct Finding {
  Difference difference;
  Case smallest;
  std::uint64_t seed = 0;
};

struct RoundOptions {
  std::size_t policies_max = 1100;   ///< sets at the switch points have up to 1,025
  const Planted* planted = nullptr;  ///< search for this bug, and nothing else
  bool* planted_in = nullptr;        ///< whether it had a place in the set of this round
  bool smaller = true;               ///< make what is found smaller
};

/// The numbers of policies at which words, blocks and layouts end.
[[nodiscard]] std::vector<std::size_t> edge_sizes();

/// One round: a set, requests derived from its policies, every executor, one of the relations. All
/// of it follows from the seed.
[[nodiscard]] std::optional<Finding> run_round(std::uint64_t seed, const RoundOptions& options,
                                               Statistics& statistics);

/// The finding for people, with the reproducer written below `folder`.
[[nodiscard]] std::string report(const Finding& finding, const std::string& folder);

}  // namespace gate::differential
