#pragma once

#include <cstdint>
#include <gate/policy_set.hpp>
#include <string>
#include <vector>

#include "bench/baselines/answer.h"

namespace gate::bench {

/// What the interpreter says: the meaning that every other answer is held against.
struct OracleAnswer {
  Decision decision;
  std::vector<std::uint32_t> applied;  ///< policies that are on and apply, ascending
};
[[nodiscard]] OracleAnswer ask_oracle(const PolicySet& set, const SignInRequest& request);

/// Translates the clause numbers of a baseline to those of a policy set, by their texts.
class ClauseMap {
 public:
  explicit ClauseMap(const PolicySet& set);
  /// The clauses of `required` (bits of clause_table()) in the numbers of the set. A clause that
  /// the set does not know comes back in `unknown`.
  [[nodiscard]] ClauseSet in_set(std::uint64_t required, bool& unknown) const;

 private:
  std::vector<std::int32_t> number_;  ///< by clause_table(); -1 = not in the set
};

/// How an answer differs from the oracle's, in words; empty if it does not.
[[nodiscard]] std::string difference(const OracleAnswer& oracle, const Decision& decision);
[[nodiscard]] std::string difference(const OracleAnswer& oracle, const Answer& answer,
                                     const ClauseMap& clauses);

}  // namespace gate::bench
