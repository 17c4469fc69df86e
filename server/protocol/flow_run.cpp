#include "server/protocol/flow_run.h"

#include <algorithm>

namespace gate::server {

Result<std::optional<Answer>> FlowRun::open(Transaction& transaction) {
  const std::optional<ContinuationClaim> claim = context_.parts.continuations.open(
      context_.tenant.id, context_.client.client_id, context_.form.get("continuation_token"));
  if (!claim) {
    return std::optional(Answer::error(WireError::kBadContinuation));
  }
  GATE_TRY(std::optional<FlowRecord> found,
           transaction.find_flow(context_.tenant.id, claim->flow_id));
  if (!found || found->gen != claim->gen || found->client_id != context_.client.client_id) {
    return std::optional(Answer::error(WireError::kBadContinuation));
  }
  flow_ = std::move(*found);
  opened_gen_ = flow_.gen;
  opened_phase_ = flow_.state.phase;
  const bool late =
      context_.now >= flow_.state.flow_ends_at || context_.now >= flow_.state.token_ends_at;
  if (flow_.state.phase == FlowPhase::kExpired || (is_live(flow_.state.phase) && late)) {
    return std::optional(Answer::error(WireError::kExpiredContinuation));
  }
  if (!flow_.user_id.empty()) {
    GATE_TRY(user_, transaction.find_user(flow_.tenant_id, flow_.user_id));
    if (!user_ || !user_->enabled || user_->epoch != flow_.user_epoch) {
      if (!take(FlowEvent::kSubjectRevoked)) {
        GATE_TRY_VOID(commit(transaction));
      }
      return std::optional(Answer::error(WireError::kBadContinuation));
    }
  }
  return std::optional<Answer>();
}

std::optional<Answer> FlowRun::take(FlowEvent event) {
  const Step taken = step(flow_.state, event, context_.now);
  switch (taken.verdict) {
    case StepVerdict::kTaken:
      break;
    case StepVerdict::kRefused:
      return Answer::error(WireError::kBadContinuation);
    case StepVerdict::kExpired:
      return Answer::error(WireError::kExpiredContinuation);
  }
  flow_.state = taken.state;
  if (taken.effects.contains(FlowEffect::kRollToken)) {
    flow_.state.token_ends_at = std::min(flow_.state.flow_ends_at,
                                         context_.now + context_.parts.settings.continuation_life);
  }
  return std::nullopt;
}

Result<void> FlowRun::commit(Transaction& transaction) {
  GATE_TRY(const bool first, transaction.advance_flow(flow_, opened_gen_, opened_phase_));
  if (!first) {
    return Error{ErrorCode::kConflict, "another request advanced the flow first"};
  }
  return {};
}

std::string FlowRun::next_token() const {
  return context_.parts.continuations.make(context_.tenant.id, context_.client.client_id,
                                           {flow_.flow_id, opened_gen_ + 1});
}

}  // namespace gate::server
