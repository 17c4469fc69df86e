#include "server/flow/runner.h"

#include <algorithm>

#include "server/flow/effects/effects.h"
#include "server/flow/model/authenticate.h"
#include "server/flow/model/methods.h"

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

/// A factor that was proven over a channel counts as long as the channel may be used (T6): what was
/// blocked after the proof must not carry the flow to its tokens.
bool factors_stand(const FlowRecord& flow, const std::vector<Channel>& channels) {
  return std::all_of(
      flow.completed.begin(), flow.completed.end(), [&channels](const CompletedFactor& factor) {
        return factor.channel_id.empty() ||
               std::any_of(channels.begin(), channels.end(), [&factor](const Channel& channel) {
                 return channel.channel_id == factor.channel_id && channel.verified &&
                        !channel.blocked;
               });
      });
}

/// Behind an unknown name the same rows are asked for, and there are none (C6).
Result<void> read_subject(FlowRun& run, StoreReads& reads) {
  Snapshot& found = run.found;
  const FlowRecord& flow = found.flow;
  GATE_TRY(std::optional<User> user, reads.find_user(flow.tenant_id, owner_of(flow)));
  GATE_TRY(std::vector<Channel> channels, reads.channels_of(flow.tenant_id, owner_of(flow)));
  if (flow.subject && user && user->enabled && user->epoch == flow.subject->epoch &&
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

Result<void> read_flow(FlowRun& run, StoreReads& reads, const FlowPlace& place) {
  GATE_TRY(std::optional<FlowRecord> flow, reads.find_flow(run.caller.tenant.id, place.flow_id));
  if (!flow || flow->gen != place.gen || flow->client_id != run.caller.client.client_id) {
    run.stop(Refused{RefusalReason::kWrongStep});
    return {};
  }
  if (flow->state.phase == FlowPhase::kExpired || is_late(*flow, run.caller.now)) {
    run.stop(Refused{RefusalReason::kExpired});
    return {};
  }
  run.found.flow = std::move(*flow);
  GATE_TRY_VOID(read_subject(run, reads));
  if (run.found.flow.draft && !run.found.flow.subject) {
    run.found.user = new_user(run.found.flow);
    GATE_TRY(run.found.name_holder, read_name_holder(run.found.flow, reads));
  }
  GATE_TRY(run.found.device,
           find_known_device(reads, run.services.device_rules(), run.caller, run.found.flow));
  run.flow = run.found.flow;
  return {};
}

Result<FlowOutcome> sign(const FlowRun& run) {
  const SessionRecord& session = *run.prepared.session;
  const std::string email = verified_email(run.found.channels, run.found.user.username);
  return authenticate(run.services.keys, run.services.random, run.services.settings,
                      {.tenant = run.caller.tenant,
                       .client = run.caller.client,
                       .resource = run.material.wish.resource,
                       .user = run.found.user,
                       .session = session,
                       .scope = session.scope,
                       .auth_context = run.prepared.granted_context,
                       .email = email,
                       .refresh_token = run.prepared.refresh_token},
                      run.caller.now);
}

}  // namespace

Result<void> load_flow(FlowRun& run, const FlowPlace& place) {
  GATE_TRY_VOID(
      run.services.store.read([&](StoreReads& reads) { return read_flow(run, reads, place); }));
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

Result<void> commit(FlowRun& run, UnitOfWork& work) {
  // A store may run the unit of work again.
  run.ended.reset();
  run.reached_cap.reset();
  run.prepared.decisions_written = 0;
  GATE_TRY_VOID(for_each_effect(run, [&](const EffectSteps& steps) {
    return steps.admit == nullptr ? Result<void>() : steps.admit(run, work);
  }));
  if (run.stopped()) {
    return {};  // the counters are committed
  }
  // A flow that ends without tokens needs no guard: it may end even if the user has changed.
  const bool goes_on = is_live(run.flow.state.phase) || run.flow.state.phase == FlowPhase::kDone;
  GATE_TRY_VOID(work.advance_flow(run.flow, run.found.flow.gen, run.found.flow.state.phase,
                                  goes_on ? run.guard() : std::nullopt));
  return for_each_effect(run, [&](const EffectSteps& steps) {
    return steps.perform == nullptr ? Result<void>() : steps.perform(run, work);
  });
}

Result<Reply> conclude(FlowRun& run) {
  if (run.reached_cap && run.services.on_cap) {
    run.services.on_cap(*run.reached_cap);
  }
  if (run.stopped()) {
    return std::move(*run.ended);
  }
  if (run.prepared.session) {
    // Nothing is signed before its session is on disk. A failure here costs the user this sign-in,
    // and nothing else.
    GATE_TRY(run.reply.outcome, sign(run));
  }
  if (run.rolls_token()) {
    run.reply.next = next_place(run);
  }
  return std::move(run.reply);
}

Result<Reply> carry_out(FlowRun& run, FlowEvent event) {
  GATE_TRY_VOID(prepare(run, event));
  if (!run.stopped()) {
    GATE_TRY_VOID(run.services.store.write([&](UnitOfWork& work) { return commit(run, work); }));
  }
  return conclude(run);
}

Reply attempt_twice(const FlowServices& services, const std::function<Result<Reply>()>& attempt) {
  constexpr int kAttempts = 2;
  for (int i = 0; i < kAttempts; ++i) {
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
