#include "server/flow/enrolment/verdict.h"

#include "server/flow/model/methods.h"

namespace gate::server {
namespace {

constexpr std::string_view kRegisterAction = "register_security_info";

struct EnrolmentVerdict {
  PolicyVerdict verdict;
  MethodSet methods;     ///< the methods that may be enrolled
  bool revokes = false;  ///< a policy blocks and ends all sessions of the user
};

EnrolmentVerdict decide(const FlowRun& run, SignInFacts facts, MethodSet wanted) {
  const auto by_policy = [&run](const SignInFacts& asked) {
    return run.services.decider.decide(run.caller.tenant.id, asked);
  };
  facts.target_kind = TargetKind::kUserAction;
  facts.target = kRegisterAction;
  EnrolmentVerdict out{by_policy(facts), {}, false};
  out.revokes = revokes_all(out.verdict);
  if (has_another_method(run.found.user, run.found.channels, run.flow)) {
    if (out.verdict.outcome != Outcome::kBlock) {
      out.verdict.outcome = Outcome::kBlock;
      out.verdict.reasons.emplace_back("another_method_is_registered");
    }
  } else if (out.verdict.outcome == Outcome::kAllow) {
    out.methods = wanted;
  } else if (out.verdict.outcome == Outcome::kChallenge) {
    for (const ChannelKind kind : kChannelKinds) {
      SignInFacts with = facts;
      with.completed.push_back({method_of(kind), 0});
      PolicyVerdict then = wanted.contains(method_of(kind)) ? by_policy(with) : PolicyVerdict{};
      if (then.outcome == Outcome::kAllow) {
        out.methods.add(method_of(kind));
        out.verdict = std::move(then);
      }
    }
  }
  return out;
}

}  // namespace

PolicyVerdict weigh_enrolment(FlowRun& run, SignInFacts facts, FlowEvent& event) {
  const bool binds = run.flow.state.phase == FlowPhase::kBindingMethod;
  const MethodSet wanted =
      binds ? MethodSet::of(method_of(run.flow.pending_kind)) : run.flow.offered;
  EnrolmentVerdict decided = decide(run, std::move(facts), wanted);
  if (!binds) {
    run.flow.offered = decided.methods;
  }
  run.prepared.revoke_all = run.prepared.revoke_all || decided.revokes;
  run.material.refusal = blocked_by(decided.verdict);
  event = decided.methods.empty() ? FlowEvent::kPolicyBlocks : FlowEvent::kPolicyAllows;
  return std::move(decided.verdict);
}

}  // namespace gate::server
