#include "server/flow/enrolment/plan.h"

#include <algorithm>

#include "server/domain/address.h"
#include "server/flow/model/methods.h"

namespace gate::server {
namespace {

std::optional<FlowEvent> refuse(FlowRun& run, RefusalReason reason) {
  run.stop(Refused{reason});
  return std::nullopt;
}

/// The contact to enrol. Its kind must be offered, its form valid, and it must not be a mailbox or
/// number that this flow has proven already: one mailbox must not count as two factors (C4).
std::optional<CodeDestination> contact(const FlowRun& run, const RequestEnrolment& command) {
  const FlowRecord& flow = run.flow;
  if (!command.kind || !flow.subject || !flow.offered.contains(method_of(*command.kind)) ||
      !allows_second_factor(run.caller.tenant, *command.kind)) {
    return std::nullopt;
  }
  const auto address = normalize_address(*command.kind, command.target);
  if (!address || !can_deliver(run.services.settings, *command.kind, *address)) {
    return std::nullopt;
  }
  for (const Channel& channel : run.found.channels) {
    const bool same =
        channel.kind == *command.kind && same_place(channel.kind, channel.address, *address);
    const bool proven =
        std::any_of(flow.completed.begin(), flow.completed.end(),
                    [&](const CompletedFactor& f) { return f.channel_id == channel.channel_id; });
    if (same && (proven || channel.blocked)) {
      return std::nullopt;
    }
  }
  return CodeDestination{
      *command.kind,
      channel_id_of(flow.tenant_id, flow.subject->user_id, *command.kind, *address),
      *address,
      true,
      "",
      false};
}

}  // namespace

std::optional<FlowEvent> plan_enrolment_list(FlowRun& run) {
  if (run.flow.state.phase != FlowPhase::kAwaitingEnrolment) {
    return refuse(run, RefusalReason::kWrongStep);
  }
  for (const ChannelKind kind : kChannelKinds) {
    if (run.flow.offered.contains(method_of(kind)) &&
        allows_second_factor(run.caller.tenant, kind)) {
      run.material.methods.push_back({std::string(name(kind)), kind, ""});
    }
  }
  if (run.material.methods.empty()) {
    // The tenant allows none of them any more. The mobile clients treat an empty list as an error.
    run.stop(GoToWeb{"No method that policy accepts is available here"});
    return std::nullopt;
  }
  return FlowEvent::kMethodsListed;
}

std::optional<FlowEvent> plan_enrolment(FlowRun& run, const RequestEnrolment& command) {
  const FlowPhase phase = run.flow.state.phase;
  if (phase != FlowPhase::kAwaitingEnrolment && phase != FlowPhase::kEnrolmentChallenged) {
    return refuse(run, RefusalReason::kWrongStep);
  }
  if (!command.by_code) {
    return refuse(run, RefusalReason::kUnsupportedChallenge);
  }
  std::optional<CodeDestination> destination = contact(run, command);
  if (!destination) {
    return refuse(run, RefusalReason::kUnacceptableContact);
  }
  run.flow.pending_kind = destination->kind;
  run.flow.pending_address = destination->address;
  run.material.destination = std::move(destination);
  return FlowEvent::kEnrolmentRequested;
}

}  // namespace gate::server
