#include <gate/evaluator.hpp>

namespace gate {

Evaluator::Evaluator(std::shared_ptr<const PolicySet> policies) {
  replace(std::move(policies));
}

Decision Evaluator::Snapshot::evaluate(const SignInRequest& request) const noexcept {
  Decision decision;
  if (policies == nullptr) {
    decision.error_code = 53003;
    decision.reason_count = 1;
    decision.reasons[0].code = ReasonCode::kNoPolicySet;
  } else {
    decision = policies->evaluate(request);
  }
  decision.generation = generation;
  return decision;
}

Decision Evaluator::evaluate(const SignInRequest& request) const noexcept {
  const std::shared_ptr<const Snapshot> current = current_.load();
  return current == nullptr ? Snapshot{}.evaluate(request) : current->evaluate(request);
}

Evaluator::Snapshot Evaluator::snapshot() const noexcept {
  const std::shared_ptr<const Snapshot> current = current_.load();
  return current == nullptr ? Snapshot{} : *current;
}

std::uint64_t Evaluator::replace(std::shared_ptr<const PolicySet> next) {
  GATE_CHECK(next != nullptr, "no policy set to put in force");
  auto fresh = std::make_shared<Snapshot>(Snapshot{std::move(next), 0});
  // Concurrent replacers: the set in force at the end is the one with the highest generation.
  fresh->generation = ++generation_;
  std::shared_ptr<const Snapshot> current = current_.load();
  while (current == nullptr || current->generation < fresh->generation) {
    if (current_.compare_exchange_weak(current, fresh)) {
      break;
    }
  }
  return fresh->generation;
}

}  // namespace gate
