#pragma once

#include <cstdint>
#include <gate/decision.hpp>
#include <vector>

#include "bench/baselines/bound_sign_in.h"
#include "bench/workload/model.h"

namespace gate::bench {

/// What a baseline says of a sign-in.
struct Answer {
  Outcome outcome = Outcome::kBlock;
  std::uint64_t required = 0;          ///< bits of clause_table()
  std::vector<std::uint32_t> applied;  ///< indices of policies, ascending; memory is used again
};

/// Gathers what the policies that apply ask for, and decides by it.
class Demands {
 public:
  void add(const Policy& policy) {
    block_ = block_ || policy.block;
    for (const Id clause : policy.clauses) {
      required_ |= std::uint64_t{1} << clause;
    }
    frequency_s_ =
        policy.session.frequency_s < frequency_s_ ? policy.session.frequency_s : frequency_s_;
  }
  /// Sets outcome and required of `answer`.
  void conclude(const BoundSignIn& sign_in, Answer& answer) const;

 private:
  bool block_ = false;
  std::uint64_t required_ = 0;
  std::uint32_t frequency_s_ = Session::kNone;
};

/// Whether `sign_in` has what `clause` asks for.
[[nodiscard]] bool met(const ClauseSpec& clause, const BoundSignIn& sign_in);

/// The conditions of a policy that are not a look-up: the model and the expression.
[[nodiscard]] bool residual_holds(const Conditions& conditions, const BoundSignIn& sign_in);

}  // namespace gate::bench
