// Random units of work, one after the other. Every store answers as the model does, and holds the
// same afterwards.

#include <algorithm>
#include <cstdlib>
#include <random>

#include "server/store/contract/store_contract.h"
#include "server/store/memory/memory_store.h"

namespace gate::server::store_contract {
namespace {

/// One statement with fixed parameters. Returns its answer as a text.
struct Statement {
  std::string name;
  std::function<Result<std::string>(UnitOfWork&)> run;
};

struct Draw {
  std::mt19937& dice;
  int& challenges;  ///< opened so far; each has an id of its own, as in the server
  Micros now = kNow;

  [[nodiscard]] int below(int bound) const {
    return static_cast<int>(dice() % static_cast<unsigned>(bound));
  }
  [[nodiscard]] bool one_in(int bound) const { return below(bound) == 0; }
  [[nodiscard]] std::string name(const char* prefix, int bound) const {
    return prefix + std::to_string(below(bound));
  }
};

Statement plain(std::string name, Store::Work work) {
  return {std::move(name), [work = std::move(work)](UnitOfWork& unit) -> Result<std::string> {
            GATE_TRY_VOID(work(unit));
            return std::string("done");
          }};
}

/// Mostly a guard that holds at the moment, sometimes one that fails.
std::function<Result<SubjectGuard>(UnitOfWork&)> draw_guard(const Draw& draw) {
  const std::int64_t epoch_off = draw.one_in(8) ? 1 : 0;
  const std::int64_t methods_off = draw.one_in(8) ? 1 : 0;
  const std::string device = draw.one_in(2) ? draw.name("d", 5) : "";
  const std::int64_t device_epoch = draw.below(2);
  const std::string family = draw.one_in(4) ? "fam" + std::to_string(draw.below(8)) : "";
  return [=](UnitOfWork& unit) -> Result<SubjectGuard> {
    GATE_TRY(SubjectGuard guard, guard_of(unit, kUser));
    guard.epoch -= epoch_off;
    guard.methods_gen -= methods_off;
    guard.device_id = device;
    guard.device_epoch = device_epoch;
    guard.family_id = family;
    return guard;
  };
}

Statement draw_user(const Draw& draw) {
  User user = sample_user();
  user.enabled = !draw.one_in(6);
  user.display_name = draw.name("name", 3);
  user.groups = {draw.name("group", 2)};
  user.user_risk = draw.one_in(4) ? "high" : "";
  if (draw.one_in(2)) {
    user.attributes = {{"city", draw.name("city", 3)}};
  }
  if (draw.one_in(3)) {
    user.user_id = "bob-id";
    user.username = draw.one_in(2) ? "bob@bank.example" : user.username;
  }
  return plain("put_user", [=](UnitOfWork& unit) { return unit.put_user(user); });
}

Statement draw_risk(const Draw& draw) {
  SignInEntry entry;
  entry.at = draw.now + draw.below(3);
  entry.country = draw.one_in(3) ? "" : "AT";
  if (draw.one_in(2)) {
    entry.place = GridPoint{draw.below(900), -draw.below(1800)};
  }
  entry.device_known = draw.one_in(2);
  const std::string risk = draw.one_in(2) ? "high" : "";
  switch (draw.below(4)) {
    case 0:
      return plain("set_raised_risk",
                   [=](UnitOfWork& unit) { return unit.set_raised_risk(kTenant, kUser, risk); });
    case 1:
      return plain("mark_password_leaked",
                   [](UnitOfWork& unit) { return unit.mark_password_leaked(kTenant, kUser); });
    default:
      return plain("record_sign_in",
                   [=](UnitOfWork& unit) { return unit.record_sign_in(kTenant, kUser, entry); });
  }
}

Statement draw_password(const Draw& draw) {
  const std::string encoded = draw.name("$argon2id$", 3);
  const auto guard = draw_guard(draw);
  if (draw.one_in(2)) {
    return plain("put_password", [=](UnitOfWork& unit) {
      return unit.put_password(kTenant, kUser, encoded, kNow);
    });
  }
  return plain("rehash_password", [=](UnitOfWork& unit) -> Result<void> {
    GATE_TRY(const SubjectGuard now, guard(unit));
    return unit.rehash_password(now, encoded, kNow);
  });
}

Statement draw_channel(const Draw& draw) {
  Channel channel = sample_channel(ChannelKind::kEmail);
  channel.channel_id = draw.one_in(3) ? "mail" : draw.name("channel", 4);
  channel.verified = draw.one_in(2);
  channel.preferred = draw.one_in(3);
  const bool blocked = draw.one_in(2);
  const auto guard = draw_guard(draw);
  switch (draw.below(3)) {
    case 0:
      return plain("put_channel", [=](UnitOfWork& unit) {
        return unit.put_channel(kTenant, kUser, channel, kNow);
      });
    case 1:
      return plain("enrol_channel", [=](UnitOfWork& unit) -> Result<void> {
        GATE_TRY(const SubjectGuard now, guard(unit));
        return unit.enrol_channel(now, channel, kNow);
      });
    default:
      return plain("set_channel_blocked", [=](UnitOfWork& unit) {
        return unit.set_channel_blocked(kTenant, kUser, channel.channel_id, blocked);
      });
  }
}

Statement draw_device(const Draw& draw) {
  const std::string number = std::to_string(draw.below(5));
  KnownDevice device = sample_device("k" + number, "d" + number);
  device.seen_at = draw.now;
  switch (draw.below(5)) {
    case 0:
      return plain("forget_device", [=](UnitOfWork& unit) {
        return unit.forget_device(kTenant, kUser, device.device_id);
      });
    case 1:
      return plain("raise_device_epoch", [=](UnitOfWork& unit) {
        return unit.raise_device_epoch(kTenant, kUser, device.device_id);
      });
    case 2:
      return plain("raise_epoch",
                   [](UnitOfWork& unit) { return unit.raise_epoch(kTenant, kUser); });
    default:
      return plain("remember_device", [=](UnitOfWork& unit) -> Result<void> {
        GATE_TRY(const SubjectGuard now, guard_of(unit, kUser));
        KnownDevice known = device;
        known.user_epoch = now.epoch;
        return unit.remember_device(known, known.seen_at - kMicrosPerMinute, 3);
      });
  }
}

Statement draw_flow(const Draw& draw) {
  constexpr FlowPhase kPhases[] = {FlowPhase::kAwaitingFirstFactor,
                                   FlowPhase::kSecondFactorChallenged, FlowPhase::kDone};
  FlowRecord flow = sample_flow(draw.name("f", 6));
  if (draw.one_in(3)) {
    return plain("create_flow", [=](UnitOfWork& unit) { return unit.create_flow(flow); });
  }
  if (draw.one_in(3)) {
    return {"count_wrong", [=](UnitOfWork& unit) -> Result<std::string> {
              GATE_TRY(const auto total,
                       unit.count_wrong(kTenant, flow.flow_id, flow.gen, 4, FlowPhase::kExpired));
              return std::to_string(total.value_or(-1));
            }};
  }
  flow.state.phase = kPhases[draw.below(3)];
  flow.client_id = draw.name("client", 2);
  flow.policy_digest = draw.name("digest", 9);
  flow.capabilities = static_cast<std::uint32_t>(draw.below(3));
  flow.wrong_total = 9;
  flow.failures_before = draw.below(4);
  const bool stale = draw.one_in(4);
  const bool guarded = draw.one_in(2);
  const auto guard = draw_guard(draw);
  return plain("advance_flow", [=](UnitOfWork& unit) -> Result<void> {
    GATE_TRY(const auto old, unit.find_flow(kTenant, flow.flow_id));
    const FlowRecord seen = old.value_or(FlowRecord{});
    std::optional<SubjectGuard> now;
    if (guarded) {
      GATE_TRY(now, guard(unit));
    }
    return unit.advance_flow(flow, seen.gen - (stale ? 1 : 0), seen.state.phase, now);
  });
}

Statement draw_code(const Draw& draw) {
  // One of the newest, which may still be live.
  const std::string id = "c" + std::to_string(draw.challenges - draw.below(4));
  const std::string flow = draw.name("f", 3);
  const Micros now = draw.now;
  if (draw.one_in(3)) {
    ChallengeRecord challenge =
        sample_challenge("c" + std::to_string(++draw.challenges), flow, "right");
    challenge.expires_at = now + kMicrosPerMinute;
    OutboxMessage message = sample_mail(draw.name("", 100));
    message.deliver = !draw.one_in(4);
    message.kind = draw.one_in(2) ? ChannelKind::kSms : ChannelKind::kEmail;
    return plain("open_challenge",
                 [=](UnitOfWork& unit) { return unit.open_challenge(challenge, message, now); });
  }
  const std::string code = draw.one_in(4) ? "right" : "wrong";
  return {"try_code", [=](UnitOfWork& unit) -> Result<std::string> {
            GATE_TRY(const CodeTrial trial, unit.try_code(kTenant, id, flow, hash_of(code), now));
            return std::to_string(static_cast<int>(trial.verdict)) + " " +
                   std::to_string(trial.attempts);
          }};
}

Statement draw_answer(const Draw& draw) {
  StoredAnswer answer = sample_answer(draw.name("f", 3), draw.name("request", 3),
                                      draw.one_in(3) ? "" : draw.name("answer", 9));
  answer.gen = draw.below(2);
  answer.at = draw.now;
  answer.sid = draw.name("s", 3);
  const Micros since = draw.now - kAnswerLife;
  return plain("keep_answer", [=](UnitOfWork& unit) { return unit.keep_answer(answer, since); });
}

/// One rule for each key, as in the server. Hot windows are longer than the sequence, because
/// stores may begin them at different times.
ThrottleClaim claim_of(int number) {
  ThrottleRule rule;
  switch (number) {
    case 0:
      return {"password:amy", ThrottleRule{kMicrosPerMinute, 3}};
    case 1:
      rule.delay_from = 2;
      rule.delay_first = kMicrosPerSecond;
      rule.delay_max = kMicrosPerMinute;
      rule.stop_at = 6;
      return {"code:amy:mail", rule};
    case 2:
      rule.spacing = 10 * kMicrosPerSecond;
      return {"send", rule};
    case 3:
      rule.stop_at = 3;
      return {"device:d1:code", rule};
    default:
      return {"hot", ThrottleRule{400 * kMicrosPerDay, 9}, true};
  }
}

Statement draw_limit(const Draw& draw) {
  const Micros now = draw.now;
  const ThrottleClaim some = claim_of(draw.below(4));
  if (draw.one_in(8)) {
    return plain("lift", [](UnitOfWork& unit) { return unit.lift(kTenant, "amy"); });
  }
  if (draw.one_in(4)) {
    return plain("succeeded", [=](UnitOfWork& unit) { return unit.succeeded(kTenant, some.key); });
  }
  std::vector<ThrottleClaim> claims;
  for (int i = 4; i >= 0; --i) {
    if (draw.one_in(3)) {
      claims.push_back(claim_of(i));
    }
  }
  return {"take", [=](UnitOfWork& unit) -> Result<std::string> {
            GATE_TRY(const ThrottleSetVerdict verdict, unit.take(kTenant, claims, now));
            if (verdict.admitted) {
              return std::string("admitted");
            }
            const bool hot = claims[verdict.refused_by].hot;
            return "refused by " + std::to_string(verdict.refused_by) + " until " +
                   std::to_string(hot ? 0 : verdict.retry_at);
          }};
}

Statement draw_session(const Draw& draw) {
  const std::string number = std::to_string(draw.below(8));
  const std::string token = draw.name("t", 10);
  const std::string next = draw.name("t", 10);
  const Micros now = draw.now;
  const auto guard = draw_guard(draw);
  switch (draw.below(6)) {
    case 0:
    case 1:
      return plain("create_session", [=](UnitOfWork& unit) -> Result<void> {
        GATE_TRY(const SubjectGuard seen, guard(unit));
        SessionRecord session = sample_session("s" + number);
        session.user_epoch = seen.epoch;
        session.device_id = seen.device_id;
        session.device_epoch = seen.device_epoch;
        return unit.create_session(session, sample_family("fam" + number, token), seen);
      });
    case 2:
      return plain("confirm_refresh", [=](UnitOfWork& unit) -> Result<void> {
        GATE_TRY(const SubjectGuard seen, guard(unit));
        return unit.confirm_refresh(kTenant, hash_of(token), seen.methods_gen, now);
      });
    case 3:
      return plain("revoke_family",
                   [=](UnitOfWork& unit) { return unit.revoke_family(kTenant, "fam" + number); });
    default:
      return plain("rotate_refresh", [=](UnitOfWork& unit) -> Result<void> {
        GATE_TRY(const SubjectGuard seen, guard(unit));
        return unit.rotate_refresh(kTenant, {hash_of(token), hash_of(next), Bytes(3, 1)},
                                   seen.methods_gen, now);
      });
  }
}

Statement draw_record(const Draw& draw) {
  if (draw.one_in(3)) {
    const SigningKeyRecord key{draw.name("key", 3), KeyState::kActive, draw.below(5),
                               draw.below(50), Bytes(4, 1)};
    return plain("put_signing_key", [=](UnitOfWork& unit) { return unit.put_signing_key(key); });
  }
  if (draw.one_in(3)) {
    const Tenant tenant{draw.one_in(2) ? kTenant : "other", "Bank",
                        draw.one_in(2) ? "bank.example" : "other.example"};
    return plain("put_tenant", [=](UnitOfWork& unit) { return unit.put_tenant(tenant); });
  }
  const AuditChain chain{draw.name("node", 2), draw.one_in(2) ? kTenant : ""};
  const std::int64_t off = draw.one_in(4) ? draw.below(3) : 1;
  return plain("append_audit", [=](UnitOfWork& unit) -> Result<void> {
    GATE_TRY(const std::optional<AuditHead> head, unit.audit_head(chain));
    return unit.append_audit(sample_audit(chain, (head ? head->seq : 0) + off));
  });
}

/// Up to three statements, as one unit of work.
std::vector<Statement> draw_work(const Draw& draw) {
  constexpr Statement (*kKinds[])(const Draw&) = {
      draw_user,    draw_password, draw_channel, draw_device, draw_flow,  draw_code, draw_limit,
      draw_session, draw_record,   draw_session, draw_code,   draw_limit, draw_risk, draw_answer};
  std::vector<Statement> work;
  for (int i = draw.below(3); i >= 0; --i) {
    work.push_back(kKinds[draw.below(std::size(kKinds))](draw));
  }
  return work;
}

std::string run(Store& store, const std::vector<Statement>& work) {
  std::string text;
  const auto outcome = store.write([&](UnitOfWork& unit) -> Result<void> {
    text.clear();
    for (const Statement& statement : work) {
      GATE_TRY(const std::string one, statement.run(unit));
      text += one + "; ";
    }
    return {};
  });
  return outcome ? text : "refused";
}

std::string names(const std::vector<Statement>& work) {
  std::string all;
  for (const Statement& statement : work) {
    all += statement.name + "; ";
  }
  return all;
}

/// Claims all due messages and reports on them. Their places in the queue may differ from store to
/// store.
std::string deliver(Store& store, Micros now, DeliveryOutcome outcome) {
  std::string text;
  auto messages = store.claim_outbox(now, 1000);
  EXPECT_TRUE(messages);
  std::sort(messages->begin(), messages->end(),
            [](const auto& a, const auto& b) { return a.challenge_id < b.challenge_id; });
  for (const OutboxMessage& message : *messages) {
    text += message.challenge_id + " " + message.code + " " + std::to_string(message.tries) + "; ";
    if (message.code.back() % 2 == 0) {  // the lease of the others runs out
      EXPECT_TRUE(store.finish_outbox(message.seq, outcome, now + kMicrosPerSecond));
    }
  }
  return text;
}

TEST_P(StoreContract, T1_RandomSequencesAgreeWithTheModel) {
  const char* again = std::getenv("GATE_SEED");  // NOLINT(concurrency-mt-unsafe): one thread
  const unsigned seed =
      again == nullptr ? std::random_device{}() : static_cast<unsigned>(std::stoul(again));
  SCOPED_TRACE("GATE_SEED=" + std::to_string(seed) + " runs this again");
  std::mt19937 dice(seed);
  MemoryStore model;
  fill(model);
  int challenges = 0;
  Draw draw{dice, challenges};
  int refused = 0;
  constexpr int kWorks = 600;
  for (int i = 0; i < kWorks; ++i) {
    draw.now += draw.below(4) * kMicrosPerSecond;
    const auto work = draw_work(draw);
    const std::string expected = run(model, work);
    refused += expected == "refused" ? 1 : 0;
    ASSERT_EQ(run(store_, work), expected) << "work " << i << ": " << names(work);
    if (i % 10 == 0) {
      const auto outcome = static_cast<DeliveryOutcome>(draw.below(4));
      ASSERT_EQ(deliver(store_, draw.now, outcome), deliver(model, draw.now, outcome)) << i;
      ASSERT_EQ(picture(store_), picture(model)) << "after work " << i;
    }
  }
  EXPECT_GT(refused, kWorks / 20);
  EXPECT_LT(refused, kWorks * 19 / 20);
  for (Store* store : {&store_, static_cast<Store*>(&model)}) {
    while (*store->sweep(draw.now + 10 * kMicrosPerDay, 100) > 0) {
    }
  }
  EXPECT_EQ(picture(store_), picture(model));
}

}  // namespace
}  // namespace gate::server::store_contract
