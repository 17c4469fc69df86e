#include "server/flow/trial.h"

#include <algorithm>
#include <gate/export.hpp>

#include "server/factor/code.h"
#include "server/flow/effects/leaked_password.h"
#include "server/flow/effects/record_lock.h"
#include "server/flow/model/methods.h"
#include "server/flow/model/repeat.h"
#include "server/flow/runner.h"
#include "server/limits/tries.h"

namespace gate::server {
namespace {

FlowPhase phase_of(CodeStep step) {
  switch (step) {
    case CodeStep::kFirstFactor:
      return FlowPhase::kFirstFactorChallenged;
    case CodeStep::kSecondFactor:
      return FlowPhase::kSecondFactorChallenged;
    case CodeStep::kEnrolment:
      return FlowPhase::kEnrolmentChallenged;
    case CodeStep::kSignUp:
    case CodeStep::kReset:
      return FlowPhase::kMailboxChallenged;
  }
  GATE_CHECK(false, "a code of no step");
}

FlowEvent proof_of(CodeStep step) {
  switch (step) {
    case CodeStep::kFirstFactor:
      return FlowEvent::kFirstFactorProven;
    case CodeStep::kSecondFactor:
      return FlowEvent::kSecondFactorProven;
    case CodeStep::kEnrolment:
      return FlowEvent::kEnrolmentProven;
    case CodeStep::kSignUp:
    case CodeStep::kReset:
      return FlowEvent::kMailboxProven;
  }
  GATE_CHECK(false, "a code of no step");
}

/// True if the step belongs to this kind of flow: every flow may ask for a second factor or an
/// enrolment.
bool is_step_of(CodeStep step, FlowKind kind) {
  switch (step) {
    case CodeStep::kFirstFactor:
      return kind == FlowKind::kSignIn || kind == FlowKind::kStepUp;
    case CodeStep::kSignUp:
      return kind == FlowKind::kSignUp;
    case CodeStep::kReset:
      return kind == FlowKind::kPasswordReset;
    case CodeStep::kSecondFactor:
    case CodeStep::kEnrolment:
      return true;
  }
  GATE_CHECK(false, "a code of no step");
}

/// True if the tenant allows what the code is to prove. A mailbox that a sign-up or a reset proves
/// is no factor of a sign-in, so it needs no permission.
bool is_allowed(const Tenant& tenant, CodeStep step, ChannelKind kind) {
  if (step == CodeStep::kFirstFactor) {
    return tenant.rules.first_factors.contains(method_of(kind));
  }
  return step == CodeStep::kSignUp || step == CodeStep::kReset ||
         allows_second_factor(tenant, kind);
}

/// Sets the factor that the code proves. False if its channel may not be used any more (T6), or for
/// an unknown name.
bool take_code_factor(FlowRun& run, CodeStep step) {
  const std::string& id = run.flow.challenge_channel_id;
  const Tenant& tenant = run.caller.tenant;
  if (step == CodeStep::kEnrolment) {
    Channel channel;
    channel.channel_id = id;
    channel.kind = run.flow.pending_kind;
    channel.address = run.flow.pending_address;
    channel.verified = true;
    run.material.new_channel = channel;
    run.material.factor = {method_of(channel.kind), run.caller.now, id};
    return is_allowed(tenant, step, channel.kind);
  }
  if (step == CodeStep::kSignUp) {
    run.material.factor = {Method::kEmailOtp, run.caller.now, id};
    return true;
  }
  const auto used = std::find_if(
      run.found.channels.begin(), run.found.channels.end(), [&id](const Channel& channel) {
        return channel.channel_id == id && channel.verified && !channel.blocked;
      });
  const bool usable = used != run.found.channels.end();
  run.material.factor = {method_of(usable ? used->kind : ChannelKind::kEmail), run.caller.now, id};
  return usable && is_allowed(tenant, step, used->kind);
}

/// The steps of the table that a wrong try takes. Which of the two it is, the count of the store
/// says, so both are prepared before it.
class FailedTry {
 public:
  /// `run` has loaded its flow, and outlives this.
  explicit FailedTry(const FlowRun& run)
      : failed_(run.services, run.caller, run.machines),
        exhausted_(run.services, run.caller, run.machines) {
    for (FlowRun* one : {&failed_, &exhausted_}) {
      one->found = run.found;
      one->flow = run.found.flow;
    }
  }

  /// `wrong`: the refusal of a try after which some are left. kInternal if the table has no such
  /// steps here: a try that cannot be counted is not evaluated.
  Result<void> prepare(RefusalReason wrong) {
    failed_.material.refusal = Refused{wrong};
    exhausted_.material.refusal = Refused{RefusalReason::kTriesExhausted};
    GATE_TRY_VOID(server::prepare(failed_, FlowEvent::kFactorFailed));
    GATE_TRY_VOID(server::prepare(exhausted_, FlowEvent::kTriesExhausted));
    const bool stays = failed_.flow.state.phase == failed_.found.flow.state.phase;
    if (failed_.stopped() || exhausted_.stopped() || !failed_.is_answered ||
        !exhausted_.is_answered || !stays || is_live(exhausted_.flow.state.phase)) {
      return Error{ErrorCode::kInternal, "the table does not say where a failed try leads"};
    }
    return {};
  }

  /// Counts the try, carries out the effects of its step and stores the answer. Nothing if the flow
  /// has ended or was advanced since its snapshot. While tries are left, the client keeps its token
  /// and the flow its place; when none are left, the store ends the flow (B2).
  Result<std::optional<Reply>> commit(UnitOfWork& work) {
    const std::int64_t max = failed_.services.settings.tries_per_flow;
    const FlowRecord& flow = failed_.found.flow;
    GATE_TRY(
        const std::optional<std::int64_t> total,
        work.count_wrong(flow.tenant_id, flow.flow_id, flow.gen, max, exhausted_.flow.state.phase));
    if (!total) {
      return std::optional<Reply>();
    }
    GATE_TRY(Reply reply, commit_in_place(*total >= max ? exhausted_ : failed_, work));
    return std::optional(std::move(reply));
  }

 private:
  FlowRun failed_;
  FlowRun exhausted_;
};

/// The refusal of a try by a limit. It was not counted, so it is not stored either.
Result<Reply> locked(const FlowRun& run, UnitOfWork& work, const TryAdmission& admission,
                     TriedSecret secret) {
  GATE_TRY_VOID(must_be_unanswered(run, work));
  GATE_TRY_VOID(record_lock(run, work, admission, secret));
  return Reply{Refused{RefusalReason::kLocked, admission.verdict.retry_at - run.caller.now},
               std::nullopt};
}

}  // namespace

namespace {

/// The channel under which a code is counted. That of a sign-up has a new id each time, and its
/// tries are counted over all sign-ups with the address (B3, B4).
std::string_view counted_channel(const FlowRecord& flow) {
  return flow.draft ? std::string_view("sign-up") : std::string_view(flow.challenge_channel_id);
}

}  // namespace

Result<Reply> try_code(FlowRun& run, const SubmitCode& command) {
  if (!is_step_of(command.step, run.flow.kind) || run.flow.state.phase != phase_of(command.step) ||
      run.flow.challenge_id.empty()) {
    return Reply{Refused{RefusalReason::kWrongStep}, std::nullopt};
  }
  const FlowRecord& flow = run.found.flow;
  const Digest mac = code_mac(run.services.code_pepper, flow.challenge_id, command.code);
  FailedTry failure(run);
  GATE_TRY_VOID(failure.prepare(RefusalReason::kWrongCode));
  bool usable = take_code_factor(run, command.step);
  GATE_TRY_VOID(prepare(run, proof_of(command.step)));
  usable = usable && !run.stopped();
  GATE_TRY_VOID(seal_reply(run));
  std::optional<Reply> ended;
  const Result<void> written = run.services.store.write([&](UnitOfWork& work) -> Result<void> {
    ended.reset();
    GATE_TRY(const TryAdmission admitted,
             admit_try(work, run.services.device_rules(), run.caller, flow, TriedSecret::kCode,
                       counted_channel(flow)));
    if (!admitted.verdict.admitted) {
      GATE_TRY(ended, locked(run, work, admitted, TriedSecret::kCode));
      return {};
    }
    GATE_TRY(const CodeTrial trial,
             work.try_code(flow.tenant_id, flow.challenge_id, flow.flow_id, mac, run.caller.now));
    if (trial.verdict != CodeVerdict::kAccepted) {
      // Wrong, expired, used and replaced codes get the same answer (T1).
      GATE_TRY(ended, failure.commit(work));
      // Another request advanced the flow first. This one is answered from the new state and is not
      // counted.
      return ended ? Result<void>()
                   : Result<void>(Error{ErrorCode::kConflict, "the flow moved on"});
    }
    GATE_TRY_VOID(work.succeeded(flow.tenant_id, admitted.key));
    if (!usable) {
      // The code was right but its channel is not usable; the code is used up all the same.
      ended = Reply{Refused{RefusalReason::kMethodBlocked}, std::nullopt};
      return keep_reply(run, work, *ended);
    }
    return commit(run, work);
  });
  if (!written) {
    return written.error();
  }
  if (ended) {
    return std::move(*ended);
  }
  return conclude(run);
}

namespace {

/// A password try that may be evaluated.
struct ReservedTry {
  std::optional<std::string> encoded;  ///< absent: no user, or a user without a password
  std::string counted_on;
};

/// Counts one try of the flow's account (B3, B6), before the hash is computed, so that parallel
/// tries cannot exceed the limit. A request that was counted before and has no answer yet is not
/// counted again: its server was killed, or still computes. It tries the same password, so it
/// reveals nothing new (T4).
Result<std::optional<Reply>> count_try(FlowRun& run, UnitOfWork& work, ReservedTry& reserved) {
  const DeviceRules rules = run.services.device_rules();
  if (run.is_counted) {
    GATE_TRY(reserved.counted_on,
             counter_of(work, rules, run.caller, run.flow, TriedSecret::kPassword, ""));
    return std::optional<Reply>();
  }
  GATE_TRY(TryAdmission admission,
           admit_try(work, rules, run.caller, run.flow, TriedSecret::kPassword, ""));
  reserved.counted_on = std::move(admission.key);
  if (!admission.verdict.admitted) {
    GATE_TRY(Reply reply, locked(run, work, admission, TriedSecret::kPassword));
    return std::optional(std::move(reply));
  }
  if (const auto claim = claim_answer(run.caller, run.found.flow)) {
    GATE_TRY_VOID(work.keep_answer(*claim, run.caller.now - kAnswerLife + 1));
  }
  return std::optional<Reply>();
}

/// Admits one try of the flow.
Result<std::optional<Reply>> reserve(FlowRun& run, const FlowPlace& place, const TokenWish& wish,
                                     ReservedTry& reserved) {
  GATE_TRY_VOID(load_flow(run, place, &wish));
  if (run.stopped()) {
    return std::optional(std::move(*run.ended));
  }
  if (run.flow.state.phase != FlowPhase::kFirstFactorChallenged ||
      run.flow.first_factor != Method::kPassword) {
    return std::optional(Reply{Refused{RefusalReason::kWrongStep}, std::nullopt});
  }
  if (!run.caller.tenant.rules.first_factors.contains(Method::kPassword)) {
    return std::optional(Reply{Refused{RefusalReason::kMethodBlocked}, std::nullopt});
  }
  GATE_TRY_VOID(run.services.store.read([&](StoreReads& reads) -> Result<void> {
    GATE_TRY(reserved.encoded, reads.find_password(run.flow.tenant_id, owner_of(run.flow)));
    return {};
  }));
  if (!run.flow.subject) {
    reserved.encoded.reset();  // looked for all the same (C6)
  }
  std::optional<Reply> refused;
  GATE_TRY_VOID(run.services.store.write([&](UnitOfWork& work) -> Result<void> {
    GATE_TRY(refused, count_try(run, work, reserved));
    return {};
  }));
  return refused;
}

/// What follows from the right password, from a new snapshot.
Result<Reply> accept(FlowRun& run, const FlowPlace& place, const SubmitPassword& command,
                     const ReservedTry& reserved, const std::string& rehashed) {
  GATE_TRY_VOID(load_flow(run, place, &command.wish));
  if (run.stopped()) {
    return std::move(*run.ended);
  }
  if (run.flow.state.phase != FlowPhase::kFirstFactorChallenged) {
    return Reply{Refused{RefusalReason::kWrongStep}, std::nullopt};
  }
  std::optional<std::string> stored;
  GATE_TRY_VOID(run.services.store.read([&](StoreReads& reads) -> Result<void> {
    GATE_TRY(stored, reads.find_password(run.flow.tenant_id, run.found.user.user_id));
    return {};
  }));
  if (stored != reserved.encoded) {
    // The password changed in the meantime, so the proof is void (T6). An equal request that was
    // first may have stored it anew at a higher cost; then its answer is given.
    GATE_TRY_VOID(must_be_as_found(run));
    return Reply{Refused{RefusalReason::kWrongPassword}, std::nullopt};
  }
  run.material.factor = CompletedFactor{Method::kPassword, run.caller.now, ""};
  run.material.rehashed_password = rehashed;
  run.material.right_tries = 1;  // it was counted before it was evaluated
  GATE_TRY_VOID(prepare(run, FlowEvent::kFirstFactorProven));
  if (!run.stopped()) {
    GATE_TRY_VOID(seal_reply(run));
    GATE_TRY_VOID(run.services.store.write([&](UnitOfWork& work) {
      const Result<void> lifted = work.succeeded(run.flow.tenant_id, reserved.counted_on);
      return lifted ? commit(run, work) : lifted;
    }));
  }
  return conclude(run);
}

Result<Reply> evaluate_password(const FlowServices& services, const Caller& caller,
                                const FlowMachines& machines, const FlowPlace& place,
                                const SubmitPassword& command) {
  FlowRun tried(services, caller, machines);
  ReservedTry reserved;
  GATE_TRY(std::optional<Reply> refused, reserve(tried, place, command.wish, reserved));
  if (refused) {
    return std::move(*refused);
  }
  FailedTry failure(tried);
  GATE_TRY_VOID(failure.prepare(RefusalReason::kWrongPassword));
  bool right = false;
  if (reserved.encoded) {
    right = services.passwords.verify(*reserved.encoded, command.password);
  } else {
    services.passwords.verify_unknown(command.password);
  }
  if (!right) {
    std::optional<Reply> reply;
    GATE_TRY_VOID(services.store.write([&](UnitOfWork& work) -> Result<void> {
      GATE_TRY(reply, failure.commit(work));
      return {};
    }));
    return reply.value_or(Reply{Refused{RefusalReason::kTriesExhausted}, std::nullopt});
  }
  GATE_TRY_VOID(mark_if_leaked(services, caller, tried.flow,
                               {command.password, *reserved.encoded, reserved.counted_on}));
  std::string rehashed;
  if (services.passwords.is_outdated(*reserved.encoded)) {
    auto hashed = services.passwords.hash(command.password);
    rehashed = hashed ? std::move(*hashed) : std::string();  // if it fails, at the next sign-in
  }
  return attempt_twice(services, [&]() -> Result<Reply> {
    FlowRun run(services, caller, machines);
    return accept(run, place, command, reserved, rehashed);
  });
}

}  // namespace

Reply try_password(const FlowServices& services, const Caller& caller, const FlowMachines& machines,
                   const FlowPlace& place, const SubmitPassword& command) {
  // Conflicts are with equal requests only: over the count of the try, then over its answer. The
  // third attempt finds the answer of the other.
  return attempt_times(
      3, services, [&] { return evaluate_password(services, caller, machines, place, command); });
}

}  // namespace gate::server
