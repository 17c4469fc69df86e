#pragma once

#include <gate/evaluator.hpp>

#include "server/decision/decider.h"

namespace gate::server {

/// The port to the policy sets in force, one for each tenant or one for all. Safe from any number
/// of threads.
struct PolicySets {
  PolicySets() = default;
  PolicySets(const PolicySets&) = delete;
  PolicySets& operator=(const PolicySets&) = delete;
  virtual ~PolicySets() = default;
  /// The set in force of the tenant. A snapshot without a set, which blocks everything: the tenant
  /// has none.
  [[nodiscard]] virtual Evaluator::Snapshot in_force(std::string_view tenant_id) const = 0;
};

/// The native evaluator behind the Decider port. `sets` must outlive this.
class EvaluatorDecider final : public Decider {
 public:
  explicit EvaluatorDecider(const PolicySets& sets) : sets_(sets) {}
  [[nodiscard]] PolicyVerdict decide(std::string_view tenant_id,
                                     const SignInFacts& facts) const override;
  [[nodiscard]] std::string digest(std::string_view tenant_id) const override;
  [[nodiscard]] bool protects_context(std::string_view tenant_id,
                                      std::string_view auth_context) const override;

 private:
  const PolicySets& sets_;
};

}  // namespace gate::server
