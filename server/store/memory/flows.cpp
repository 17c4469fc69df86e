#include "server/store/memory/unit_of_work.h"

namespace gate::server {

Result<void> MemoryUnitOfWork::create_flow(const FlowRecord& flow) {
  const Key key = key_of(flow.tenant_id, flow.flow_id);
  if (state_.flows.contains(key)) {
    return conflict("there is such a flow already");
  }
  state_.flows.put(key, flow);
  return {};
}

Result<void> MemoryUnitOfWork::advance_flow(const FlowRecord& next, std::int64_t expected_gen,
                                            FlowPhase expected_phase,
                                            const std::optional<SubjectGuard>& guard) {
  const Key key = key_of(next.tenant_id, next.flow_id);
  const FlowRecord* old = state_.flows.find(key);
  if (old == nullptr || old->gen != expected_gen || old->state.phase != expected_phase) {
    return conflict("the flow is not where it was");
  }
  if (guard && !holds(*guard)) {
    return conflict("the user, the user's methods or the device have changed");
  }
  FlowRecord row = next;
  row.kind = old->kind;
  row.client_id = old->client_id;
  if (old->subject && (!next.subject || next.subject->user_id != old->subject->user_id)) {
    row.subject = old->subject;
  }
  row.account_key = old->account_key;
  row.origin = old->origin;
  row.gen = expected_gen + 1;
  row.state.flow_ends_at = old->state.flow_ends_at;
  row.wrong_total = old->wrong_total;
  state_.flows.put(key, std::move(row));
  return {};
}

Result<std::optional<std::int64_t>> MemoryUnitOfWork::count_wrong(std::string_view tenant_id,
                                                                  std::string_view flow_id,
                                                                  std::int64_t expected_gen,
                                                                  std::int64_t max,
                                                                  FlowPhase over) {
  std::optional<std::int64_t> total;
  const Key key = key_of(tenant_id, flow_id);
  const FlowRecord* flow = state_.flows.find(key);
  if (flow != nullptr && flow->gen == expected_gen && is_live(flow->state.phase)) {
    total = flow->wrong_total + 1;
    state_.flows.update(key, [&](FlowRecord& row) {
      row.wrong_total = *total;
      row.state.phase = *total >= max ? over : row.state.phase;
    });
  }
  return total;
}

Result<void> MemoryUnitOfWork::open_challenge(const ChallengeRecord& challenge,
                                              const OutboxMessage& message, Micros now) {
  const Key key = key_of(challenge.tenant_id, challenge.challenge_id);
  if (state_.challenges.contains(key)) {
    return conflict("there is such a challenge already");
  }
  const Key flow = key_of(challenge.tenant_id, challenge.flow_id);
  if (const std::string* newest = state_.newest_challenge.find(flow); newest != nullptr) {
    const Key old = key_of(challenge.tenant_id, *newest);
    state_.challenges.update(old, [](ChallengeRow& row) { row.live = false; });
    if (const std::int64_t* place = state_.message_of.find(old); place != nullptr) {
      const MessageRow* waiting = state_.messages.find(*place);
      if (waiting != nullptr && !waiting->claimed) {
        state_.messages.erase(*place);
      }
    }
  }
  state_.challenges.put(key, ChallengeRow{challenge, 0, true, now});
  state_.last_code.put(key_of(challenge.tenant_id, challenge.flow_id, challenge.channel_id), now);
  state_.newest_challenge.put(flow, challenge.challenge_id);
  if (message.deliver) {
    MessageRow row{message, false, now};
    row.message.seq = ++state_.last_message;
    row.message.tenant_id = challenge.tenant_id;
    row.message.challenge_id = challenge.challenge_id;
    row.message.tries = 0;
    state_.message_of.put(key, row.message.seq);
    state_.messages.put(row.message.seq, std::move(row));
  }
  return {};
}

Result<void> MemoryUnitOfWork::queue_notice(const OutboxMessage& notice, Micros now) {
  MessageRow row{notice, false, now, true};
  row.message.seq = ++state_.last_message;
  row.message.tries = 0;
  state_.messages.put(row.message.seq, std::move(row));
  return {};
}

Result<CodeTrial> MemoryUnitOfWork::try_code(std::string_view tenant_id,
                                             std::string_view challenge_id,
                                             std::string_view flow_id, ByteSpan mac, Micros now) {
  const Key key = key_of(tenant_id, challenge_id);
  const ChallengeRow* row = state_.challenges.find(key);
  if (row == nullptr || !row->live || row->challenge.flow_id != flow_id ||
      row->attempts >= row->challenge.attempts_max || row->challenge.expires_at <= now) {
    return CodeTrial{CodeVerdict::kGone, 0};
  }
  const bool right = text_of(row->challenge.mac) == text_of(mac);
  const std::int64_t attempts = row->attempts + 1;
  state_.challenges.update(key, [&](ChallengeRow& next) {
    next.attempts = attempts;
    next.live = !right && attempts < next.challenge.attempts_max;
  });
  return CodeTrial{right ? CodeVerdict::kAccepted : CodeVerdict::kWrong, attempts};
}

}  // namespace gate::server
