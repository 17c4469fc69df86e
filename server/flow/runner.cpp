#include "server/flow/runner.h"

#include <algorithm>

#include "server/flow/effects/effects.h"
#include "server/flow/model/methods.h"
#include "server/flow/model/repeat.h"

namespace gate::server {
namespace {

/// Calls `stage` for every effect taken, in order, until the run is stopped.
template <typename Stage>
Result<void> for_each_effect(FlowRun& run, const Stage& stage) {
  for (const FlowEffects& effects : run.taken) {
    for (std::size_t i = 0; i < kFlowEffectCount && !run.stopped(); ++i) {
      const auto effect = static_cast<FlowEffect>(i);
      if (effects.contains(effect)) {
        GATE_TRY_VOID(stage(steps_of(effect)));
      }
    }
  }
  return {};
}

bool is_late(const FlowRecord& flow, Micros now) {
  return is_live(flow.state.phase) &&
         (now >= flow.state.flow_ends_at || now >= flow.state.token_ends_at);
}

/// What was blocked after the proof must not carry the flow to its tokens (T6).
bool factors_stand(const FlowRecord& flow, const std::vector<Channel>& channels) {
  return std::all_of(
      flow.completed.begin(), flow.completed.end(),
      [&channels](const CompletedFactor& factor) { return stands(factor, channels); });
}

/// True if the session that a step-up rests on goes on. When the step-up is done, its new session
/// is in the place of the old one.
Result<bool> origin_stands(const FlowRecord& flow, StoreReads& reads, Micros now) {
  return flow.origin && flow.state.phase != FlowPhase::kDone
             ? reads.family_stands(flow.tenant_id, flow.origin->family_id, now)
             : Result<bool>(true);
}

/// Behind an unknown name the same rows are asked for, and there are none (C6).
Result<void> read_subject(FlowRun& run, StoreReads& reads) {
  Snapshot& found = run.found;
  const FlowRecord& flow = found.flow;
  GATE_TRY(std::optional<User> user, reads.find_user(flow.tenant_id, owner_of(flow)));
  GATE_TRY(std::vector<Channel> channels, reads.channels_of(flow.tenant_id, owner_of(flow)));
  GATE_TRY(const bool origin, origin_stands(flow, reads, run.caller.now));
  if (flow.subject && user && user->enabled && user->epoch == flow.subject->epoch && origin &&
      factors_stand(flow, channels)) {
    found.user = std::move(*user);
    found.user_is_real = true;
    found.channels = std::move(channels);
  }
  return {};
}

/// The account that has the user name of a sign-up.
Result<std::optional<NameHolder>> read_name_holder(const FlowRecord& flow, StoreReads& reads) {
  GATE_TRY(const std::optional<User> user,
           reads.find_user_by_name(flow.tenant_id, flow.label_address));
  // Asked for where there is no such account as well, so that the work is the same (C6).
  const std::string& id = user ? user->user_id : flow.label_address;
  GATE_TRY(const std::vector<Channel> channels, reads.channels_of(flow.tenant_id, id));
  return user ? std::optional(holder_of(*user, channels)) : std::nullopt;
}

/// The stored answer to this very request, or the mark that its try was counted (T4).
Result<std::optional<StoredAnswer>> find_own_answer(const FlowRun& run, StoreReads& reads,
                                                    const FlowPlace& place) {
  std::optional<StoredAnswer> found;
  if (!run.caller.request_mark.empty()) {
    GATE_TRY(found, reads.find_answer(run.caller.tenant.id, place.flow_id));
  }
  return found && is_same_request(run.caller, place.gen, *found) ? found : std::nullopt;
}

/// True if the answer may be given again: the user of the flow, the channels of its factors and the
/// session in the answer stand as they did (T6).
Result<bool> still_holds(const FlowRun& run, StoreReads& reads, const StoredAnswer& answer) {
  if (run.found.flow.subject && !run.found.user_is_real) {
    return false;
  }
  return answer.sid.empty() ? Result<bool>(true)
                            : reads.session_stands(answer.tenant_id, answer.sid);
}

Result<void> answer_again(FlowRun& run, StoreReads& reads, const StoredAnswer& answer) {
  GATE_TRY(const bool holds, still_holds(run, reads, answer));
  if (holds) {
    GATE_TRY(std::string text, open_answer(run.caller, answer));
    run.stop(AnsweredBefore{std::move(text)});
  } else if (run.found.flow.gen != answer.gen) {
    run.stop(Refused{RefusalReason::kWrongStep});
  }
  return {};
}

Result<void> read_flow(FlowRun& run, StoreReads& reads, const FlowPlace& place,
                       const TokenWish* asked) {
  if (asked != nullptr) {
    GATE_TRY_VOID(grant_tokens(run, reads, *asked));
    if (run.stopped()) {
      return {};
    }
  }
  GATE_TRY(std::optional<FlowRecord> flow, reads.find_flow(run.caller.tenant.id, place.flow_id));
  GATE_TRY(const std::optional<StoredAnswer> own, find_own_answer(run, reads, place));
  const bool answered = own && !own->sealed.empty();
  if (!flow || flow->client_id != run.caller.client.client_id ||
      (flow->gen != place.gen && !answered)) {
    run.stop(Refused{RefusalReason::kWrongStep});
    return {};
  }
  if (!answered && (flow->state.phase == FlowPhase::kExpired || is_late(*flow, run.caller.now))) {
    run.stop(Refused{RefusalReason::kExpired});
    return {};
  }
  run.found.flow = std::move(*flow);
  GATE_TRY_VOID(read_subject(run, reads));
  if (answered) {
    GATE_TRY_VOID(answer_again(run, reads, *own));
  }
  if (run.stopped()) {
    return {};
  }
  run.is_counted = own.has_value();
  if (run.found.flow.draft && !run.found.flow.subject) {
    run.found.user = new_user(run.found.flow);
    GATE_TRY(run.found.name_holder, read_name_holder(run.found.flow, reads));
  }
  GATE_TRY(run.found.device,
           find_known_device(reads, run.services.device_rules(), run.caller, run.found.flow));
  run.flow = run.found.flow;
  if (asked != nullptr) {
    take_grant(run, *asked);
  }
  return {};
}

/// A store may run the unit of work again, so what the last time set is reset.
Result<void> admit_effects(FlowRun& run, UnitOfWork& work) {
  run.ended.reset();
  run.reached_cap.reset();
  run.prepared.decisions_written = 0;
  return for_each_effect(run, [&](const EffectSteps& steps) {
    return steps.admit == nullptr ? Result<void>() : steps.admit(run, work);
  });
}

Result<void> perform_effects(FlowRun& run, UnitOfWork& work) {
  return for_each_effect(run, [&](const EffectSteps& steps) {
    return steps.perform == nullptr ? Result<void>() : steps.perform(run, work);
  });
}

}  // namespace

Result<void> load_flow(FlowRun& run, const FlowPlace& place, const TokenWish* asked) {
  GATE_TRY_VOID(run.services.store.read(
      [&](StoreReads& reads) { return read_flow(run, reads, place, asked); }));
  if (!run.stopped() && run.flow.subject && !run.found.user_is_real) {
    GATE_TRY(const Reply reply, carry_out(run, FlowEvent::kSubjectRevoked));
    run.stop(reply.outcome);
  }
  return {};
}

Result<void> prepare(FlowRun& run, FlowEvent event) {
  run.next_event = event;
  while (run.next_event && !run.stopped()) {
    const FlowMachine::Step step =
        run.machine().step(run.flow.state, *run.next_event, run.caller.now);
    run.next_event.reset();
    if (step.verdict != StepVerdict::kTaken) {
      run.stop(Refused{step.verdict == StepVerdict::kExpired ? RefusalReason::kExpired
                                                             : RefusalReason::kWrongStep});
      return {};
    }
    run.flow.state = step.state;
    run.taken.push_back(step.effects);
    for (std::size_t i = 0; i < kFlowEffectCount && !run.stopped(); ++i) {
      const EffectSteps& steps = steps_of(static_cast<FlowEffect>(i));
      if (step.effects.contains(static_cast<FlowEffect>(i)) && steps.prepare != nullptr) {
        GATE_TRY_VOID(steps.prepare(run));
      }
    }
  }
  return {};
}

Result<void> seal_reply(FlowRun& run) {
  // A stopped run is sealed as well, so that it takes as long; it is never committed.
  if (!run.is_answered && !run.stopped()) {
    return Error{ErrorCode::kInternal, "no effect of a step answers the client"};
  }
  if (run.rolls_token()) {
    run.reply.next = next_place(run);
  }
  GATE_TRY(run.prepared.answer, seal_answer(run.services, run.caller, run.found.flow, run.reply));
  run.is_sealed = true;
  if (run.prepared.answer && run.prepared.session) {
    run.prepared.answer->sid = run.prepared.session->sid;
  }
  return {};
}

Result<void> commit(FlowRun& run, UnitOfWork& work) {
  if (!run.is_sealed) {
    return Error{ErrorCode::kInternal, "a step is committed without its answer"};
  }
  GATE_TRY_VOID(admit_effects(run, work));
  if (run.stopped()) {
    return must_be_unanswered(run, work);  // the counters are committed
  }
  // A flow that ends without tokens needs no guard: it may end even if the user has changed.
  const bool goes_on = is_live(run.flow.state.phase) || run.flow.state.phase == FlowPhase::kDone;
  GATE_TRY_VOID(work.advance_flow(run.flow, run.found.flow.gen, run.found.flow.state.phase,
                                  goes_on ? run.guard() : std::nullopt));
  GATE_TRY_VOID(perform_effects(run, work));
  return run.prepared.answer
             ? work.keep_answer(*run.prepared.answer, run.caller.now - kAnswerLife + 1)
             : Result<void>();
}

Result<Reply> commit_in_place(FlowRun& run, UnitOfWork& work) {
  GATE_TRY_VOID(admit_effects(run, work));
  if (!run.stopped()) {
    GATE_TRY_VOID(perform_effects(run, work));
  }
  Reply reply = run.stopped() ? *run.ended : run.reply;
  if (run.rolls_token()) {
    reply.next = next_place(run);
  }
  GATE_TRY_VOID(keep_reply(run, work, reply));
  return reply;
}

Reply conclude(FlowRun& run) {
  if (run.reached_cap && run.services.on_cap) {
    run.services.on_cap(*run.reached_cap);
  }
  if (run.has_message && run.services.on_message) {
    run.services.on_message();
  }
  return run.stopped() ? std::move(*run.ended) : std::move(run.reply);
}

Result<Reply> carry_out(FlowRun& run, FlowEvent event) {
  GATE_TRY_VOID(prepare(run, event));
  if (!run.stopped()) {
    GATE_TRY_VOID(seal_reply(run));
    GATE_TRY_VOID(run.services.store.write([&](UnitOfWork& work) { return commit(run, work); }));
  }
  return conclude(run);
}

Result<void> keep_reply(const FlowRun& run, UnitOfWork& work, const Reply& reply) {
  GATE_TRY(const std::optional<StoredAnswer> answer,
           seal_answer(run.services, run.caller, run.found.flow, reply));
  return answer ? work.keep_answer(*answer, run.caller.now - kAnswerLife + 1) : Result<void>();
}

Result<void> must_be_unanswered(const FlowRun& run, UnitOfWork& work) {
  const FlowRecord& found = run.found.flow;
  GATE_TRY(const auto flow, work.find_flow(found.tenant_id, found.flow_id));
  GATE_TRY(const auto own, find_own_answer(run, work, {found.flow_id, found.gen}));
  const bool answered = own && !own->sealed.empty();
  if (answered || !flow || flow->gen != found.gen) {
    return Error{ErrorCode::kConflict, "the flow moved on, or this request was answered"};
  }
  return {};
}

Reply attempt_times(int times, const FlowServices& services,
                    const std::function<Result<Reply>()>& attempt) {
  for (int i = 0; i < times; ++i) {
    Result<Reply> reply = attempt();
    if (reply) {
      return std::move(reply).value();
    }
    if (reply.error().code != ErrorCode::kConflict) {
      if (services.on_failure) {
        services.on_failure(reply.error());
      }
      return {Refused{RefusalReason::kUnavailable}, std::nullopt};
    }
  }
  return {Refused{RefusalReason::kWrongStep}, std::nullopt};
}

}  // namespace gate::server
