#include <gate/policy_set.hpp>

#include "runtime/set/decide.h"
#include "runtime/set/state.h"

namespace gate {

void PolicySet::evaluate_batch(std::span<const SignInRequest> requests,
                               std::span<Decision> decisions) const noexcept {
  GATE_CHECK(requests.size() == decisions.size(), "a batch has one decision for each request");
  const index::Index* const by = state_->index.get();
  if (by == nullptr) {
    for (std::size_t i = 0; i < requests.size(); ++i) {
      decisions[i] = evaluate(requests[i]);
    }
    return;
  }
  index::Bound bound;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const RequestFault fault = by->bind(requests[i], nullptr, Plan::kEnforced, bound);
    if (fault == RequestFault::kNone) {
      decisions[i] = index::kBlank;
      by->decide(bound, decisions[i]);
    } else {
      decisions[i] = rejected(fault);
    }
  }
}

}  // namespace gate
