#include "server/store/memory/memory_store.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "server/store/memory/unit_of_work.h"

namespace gate::server {
namespace {

// Rows that ended this long ago are not needed for an answer or a limit.
constexpr Micros kSweepAfter = kMicrosPerHour;
// Longer than any window that a rule may have.
constexpr Micros kThrottleSweepAfter = 2 * kMicrosPerDay;
// The hard stop depends on failures in a row (B3). They are kept so long that further guessing is
// pointless, but not forever, because tries for made-up user names leave such rows too.
constexpr Micros kFailuresSweepAfter = 400 * kMicrosPerDay;

/// Removes up to `rows` rows, oldest first. `ended` gives when a row ended; nothing if it stays.
template <typename K, typename V, typename Ended, typename Removed>
std::size_t sweep_table(Table<K, V>& table, std::size_t rows, const Ended& ended,
                        const Removed& removed) {
  std::vector<std::pair<Micros, K>> over;
  table.each([&](const K& key, const V& row) {
    if (const std::optional<Micros> end = ended(key, row)) {
      over.emplace_back(*end, key);
    }
    return true;
  });
  std::sort(over.begin(), over.end());
  over.resize(std::min(over.size(), rows));
  for (const auto& [end, key] : over) {
    const V row = *table.find(key);
    table.erase(key);
    removed(key, row);
  }
  return over.size();
}
template <typename K, typename V, typename Ended>
std::size_t sweep_table(Table<K, V>& table, std::size_t rows, const Ended& ended) {
  return sweep_table(table, rows, ended, [](const K&, const V&) {});
}

/// `end`, if it is before `limit`.
std::optional<Micros> ended_before(Micros limit, Micros end) {
  return end < limit ? std::optional(end) : std::nullopt;
}

std::size_t sweep_challenges(State& state, Micros before, std::size_t rows) {
  return sweep_table(
      state.challenges, rows,
      [&](const Key&, const ChallengeRow& row) {
        return ended_before(before, row.challenge.expires_at);
      },
      [&](const Key& key, const ChallengeRow& row) {
        const Key flow = key_of(row.challenge.tenant_id, row.challenge.flow_id);
        const std::string* newest = state.newest_challenge.find(flow);
        if (newest != nullptr && *newest == row.challenge.challenge_id) {
          state.newest_challenge.erase(flow);
        }
        const UserKey sent =
            key_of(row.challenge.tenant_id, row.challenge.flow_id, row.challenge.channel_id);
        if (const Micros* at = state.last_code.find(sent); at != nullptr && *at == row.sent_at) {
          state.last_code.erase(sent);
        }
        if (const std::int64_t* place = state.message_of.find(key); place != nullptr) {
          state.messages.erase(*place);
        }
        state.message_of.erase(key);
      });
}

/// Idle counters, either those with failures in a row or those without: no delay, and the window
/// began long ago.
std::size_t sweep_counters(State& state, bool failures, Micros before, std::size_t rows) {
  return sweep_table(state.throttle, rows, [&](const Key&, const ThrottleRow& row) {
    const bool over = (row.consecutive > 0) == failures && row.until < before;
    return over ? ended_before(before, row.window_start) : std::nullopt;
  });
}

/// A family is removed after its tokens, and a session after its family.
std::size_t sweep_sessions(State& state, Micros before, std::size_t rows) {
  std::size_t gone = sweep_table(state.refresh, rows, [&](const Key& key, const RefreshRow& row) {
    const FamilyRow* family = state.families.find(key_of(std::get<0>(key), row.family_id));
    return ended_before(before, family == nullptr ? 0 : family->ends_at);
  });
  Table<Key, bool> in_use;
  state.refresh.each([&](const Key& key, const RefreshRow& row) {
    in_use.put(key_of(std::get<0>(key), row.family_id), true);
    return true;
  });
  gone += sweep_table(state.families, rows, [&](const Key& key, const FamilyRow& row) {
    return in_use.contains(key) ? std::nullopt : ended_before(before, row.ends_at);
  });
  gone += sweep_table(state.sessions, rows, [&](const Key&, const SessionRecord& row) {
    return ended_before(before, row.ends_at);
  });
  return gone;
}

}  // namespace

std::unique_ptr<MemoryStore> MemoryStore::fork() const {
  auto other = std::make_unique<MemoryStore>();
  other->state_ = committed();
  return other;
}

State MemoryStore::committed() const {
  const std::lock_guard lock(state_mutex_);
  return state_;
}

void MemoryStore::commit(State next) {
  const std::lock_guard lock(state_mutex_);
  std::swap(state_, next);
}

Result<void> MemoryStore::read(const Look& look) {
  State snapshot = committed();
  MemoryReads<StoreReads> reads(snapshot);
  return look(reads);
}

Result<void> MemoryStore::write(const Work& work) {
  const std::lock_guard alone(writing_);
  State next = committed();
  MemoryUnitOfWork unit(next);
  GATE_TRY_VOID(work(unit));
  commit(std::move(next));
  return {};
}

Result<std::size_t> MemoryStore::sweep(Micros now, std::size_t rows) {
  const std::lock_guard alone(writing_);
  State next = committed();
  const Micros before = now - kSweepAfter;
  std::size_t gone = sweep_table(next.flows, rows, [&](const Key&, const FlowRecord& row) {
    return ended_before(before, row.state.flow_ends_at);
  });
  gone += sweep_table(next.answers, rows, [&](const Key&, const StoredAnswer& row) {
    return ended_before(now - kAnswerLife, row.at);
  });
  gone += sweep_challenges(next, before, rows);
  gone += sweep_sessions(next, before, rows);
  gone += sweep_counters(next, false, now - kThrottleSweepAfter, rows);
  gone += sweep_counters(next, true, now - kFailuresSweepAfter, rows);
  gone += sweep_table(next.sign_ins, rows, [&](const SignInKey& key, const SignInEntry&) {
    return ended_before(now - kSignInEntryLife, std::get<2>(key));
  });
  commit(std::move(next));
  return gone;
}

Result<std::vector<OutboxMessage>> MemoryStore::claim_outbox(Micros now, std::size_t limit) {
  const std::lock_guard alone(writing_);
  State next = committed();
  const auto waiting = next.messages;
  std::vector<OutboxMessage> claimed;
  waiting.each([&](std::int64_t seq, const MessageRow& row) {
    if (row.next_at > now) {
      return true;
    }
    const ChallengeRow* challenge =
        next.challenges.find(key_of(row.message.tenant_id, row.message.challenge_id));
    const bool stale = row.notice ? row.message.tries >= kNoticeTriesMax
                                  : challenge == nullptr || !challenge->live ||
                                        challenge->challenge.expires_at <= now;
    const bool unknown = row.claimed && row.message.kind == ChannelKind::kSms;
    if (stale || unknown) {
      next.messages.erase(seq);
    } else if (claimed.size() < limit) {
      MessageRow taken = row;
      taken.claimed = true;
      taken.next_at = now + kOutboxLease;
      ++taken.message.tries;
      claimed.push_back(taken.message);
      next.messages.put(seq, std::move(taken));
    }
    return true;
  });
  commit(std::move(next));
  return claimed;
}

Result<void> MemoryStore::finish_outbox(std::int64_t seq, DeliveryOutcome outcome,
                                        Micros retry_at) {
  const std::lock_guard alone(writing_);
  State next = committed();
  const MessageRow* row = next.messages.find(seq);
  if (row == nullptr || !row->claimed) {
    return {};
  }
  // Mail may arrive twice, with one Message-ID. An SMS that may have been sent is never sent again
  // (T5).
  const bool again =
      outcome == DeliveryOutcome::kRetry ||
      (outcome == DeliveryOutcome::kUnknown && row->message.kind == ChannelKind::kEmail);
  if (again) {
    next.messages.update(seq, [&](MessageRow& waiting) {
      waiting.claimed = false;
      waiting.next_at = retry_at;
    });
  } else {
    next.messages.erase(seq);
  }
  commit(std::move(next));
  return {};
}

}  // namespace gate::server
