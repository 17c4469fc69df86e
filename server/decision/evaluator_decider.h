#pragma once

#include <gate/evaluator.hpp>

#include "server/decision/decider.h"
#include "server/decision/principal_cache.h"

namespace gate::server {

/// The native evaluator behind the Decider port. `evaluator` must outlive this. Who signs in is
/// kept bound from one decision to the next where that pays (principal_cache.h); the verdicts are
/// those of the evaluator.
class EvaluatorDecider final : public Decider {
 public:
  explicit EvaluatorDecider(const Evaluator& evaluator) : evaluator_(evaluator) {}
  [[nodiscard]] PolicyVerdict decide(const SignInFacts& facts) const override;
  [[nodiscard]] bool protects_context(std::string_view auth_context) const override;
  [[nodiscard]] const PrincipalCache& principals() const { return principals_; }

 private:
  [[nodiscard]] Decision decide(const Evaluator::Snapshot& snapshot,
                                const SignInRequest& request) const;
  const Evaluator& evaluator_;
  mutable PrincipalCache principals_;
};

}  // namespace gate::server
