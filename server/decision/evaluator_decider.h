#pragma once

#include <gate/evaluator.hpp>

#include "server/decision/decider.h"

namespace gate::server {

/// The native evaluator behind the Decider port. `evaluator` must outlive this.
class EvaluatorDecider final : public Decider {
 public:
  explicit EvaluatorDecider(const Evaluator& evaluator) : evaluator_(evaluator) {}
  [[nodiscard]] PolicyVerdict decide(const SignInFacts& facts) const override;
  [[nodiscard]] std::string digest() const override;
  [[nodiscard]] bool protects_context(std::string_view auth_context) const override;

 private:
  const Evaluator& evaluator_;
};

}  // namespace gate::server
