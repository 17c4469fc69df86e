#pragma once

#include <vector>

#include "bench/baselines/answer.h"

namespace gate::bench {

/// The evaluator that most people would write first: every policy, one after the other, with the
/// cheapest tests in front. No allocation once `answer` has grown.
class PlainLoop {
 public:
  /// Keeps a reference: `policies` must outlive the evaluator.
  explicit PlainLoop(const std::vector<Policy>& policies) : policies_(policies) {}
  void evaluate(const BoundSignIn& sign_in, Answer& answer) const;

 private:
  const std::vector<Policy>& policies_;
};

/// Whether `policy` applies, its state aside.
[[nodiscard]] bool applies(const Policy& policy, const BoundSignIn& sign_in);

}  // namespace gate::bench
