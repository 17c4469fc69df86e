#include "server/store/contract/scenes.h"

#include <latch>

#include "server/store/contract/store_contract.h"

namespace gate::server::store_contract {
namespace {

std::string at(const char* what, int round) {
  return std::string(what) + "/" + std::to_string(round);
}
std::string at(const char* what, int round, int thread, int i) {
  return at(what, round) + "/" + std::to_string(thread) + "." + std::to_string(i);
}

/// Sometimes yields, so that another thread runs in between.
void pause(std::mt19937& dice) {
  if (const auto choice = dice() % 4; choice == 0) {
    std::this_thread::sleep_for(std::chrono::microseconds(dice() % 60));
  } else if (choice == 1) {
    std::this_thread::yield();
  }
}

/// A user for one round, with a password, a mailbox and a known device.
Result<void> add_user(UnitOfWork& unit, int round) {
  GATE_TRY_VOID(unit.put_tenant({kTenant, "Bank", "bank.example"}));
  User user = sample_user();
  user.user_id = at("user", round);
  user.username = at("user", round) + "@bank.example";
  GATE_TRY_VOID(unit.put_user(user));
  GATE_TRY_VOID(unit.put_password(kTenant, user.user_id, "$argon2id$fake", kNow));
  Channel mail = sample_channel(ChannelKind::kEmail);
  mail.channel_id = at("mail", round);
  GATE_TRY_VOID(unit.put_channel(kTenant, user.user_id, mail, kNow));
  KnownDevice device = sample_device(at("key", round), at("device", round));
  device.user_id = user.user_id;
  return unit.remember_device(device, 0, 5);
}
constexpr std::int64_t kMethodsAtFirst = 2;  // after `add_user`

/// Reads the user and its device as a flow does, and records the result.
SubjectGuard look_at_user(History& history, int round) {
  // Shared with the operation, which the model runs again after this function has returned.
  const auto seen = std::make_shared<SubjectGuard>();
  history.run("look", looking([round, seen](StoreReads& reads) -> Result<std::string> {
                GATE_TRY(SubjectGuard guard, guard_of(reads, at("user", round)));
                GATE_TRY(const auto device,
                         reads.find_device(kTenant, guard.user_id, hash_of(at("key", round)),
                                           guard.epoch, 0));
                if (device) {
                  guard.device_id = device->device_id;
                  guard.device_epoch = device->epoch;
                }
                *seen = guard;
                return "epoch " + std::to_string(guard.epoch) + " methods " +
                       std::to_string(guard.methods_gen) + " device " + guard.device_id + " " +
                       std::to_string(guard.device_epoch);
              }));
  return *seen;
}

}  // namespace

namespace {

Result<void> set_up_codes(UnitOfWork& unit, int round) {
  FlowRecord flow = sample_flow(at("flow", round));
  GATE_TRY_VOID(unit.create_flow(flow));
  return unit.open_challenge(sample_challenge(at("code", round), flow.flow_id, "right"),
                             sample_mail("right"), kNow);
}

Operation submit(int round, const std::string& challenge, bool right) {
  return writing([=](UnitOfWork& unit) -> Result<Answer> {
    const std::string flow = at("flow", round);
    GATE_TRY(const CodeTrial trial,
             unit.try_code(kTenant, challenge, flow, hash_of(right ? "right" : "wrong"), kNow));
    if (trial.verdict == CodeVerdict::kGone) {
      return Answer{"gone", false};
    }
    if (trial.verdict == CodeVerdict::kAccepted) {
      return Answer{"accepted as try " + std::to_string(trial.attempts), true};
    }
    GATE_TRY(const auto total, unit.count_wrong(kTenant, flow, 0, 7, FlowPhase::kExpired));
    return Answer{"wrong as try " + std::to_string(trial.attempts) + ", of the flow " +
                      std::to_string(total.value_or(-1)),
                  true};
  });
}

void act_on_codes(History& history, int round, int thread, std::mt19937& dice) {
  std::string challenge = at("code", round);
  for (int i = 0; i < 4; ++i) {
    pause(dice);
    const auto choice = dice() % 8;
    if (choice == 0) {
      challenge = at("code", round, thread, i);
      history.run("resend " + challenge, writing_plainly([=](UnitOfWork& unit) {
                    return unit.open_challenge(
                        sample_challenge(challenge, at("flow", round), "right"),
                        sample_mail("right"), kNow);
                  }));
    } else {
      const bool right = choice < 3;
      history.run((right ? "right for " : "wrong for ") + challenge,
                  submit(round, challenge, right));
    }
  }
}

}  // namespace

const Scene kRacingCodes{"codes", set_up_codes, act_on_codes};

namespace {

Result<void> set_up_steps(UnitOfWork& unit, int round) {
  return unit.create_flow(sample_flow(at("flow", round)));
}

void act_on_steps(History& history, int round, int thread, std::mt19937& dice) {
  constexpr FlowPhase kPhases[] = {FlowPhase::kAwaitingFirstFactor,
                                   FlowPhase::kFirstFactorChallenged,
                                   FlowPhase::kAwaitingSecondFactor};
  for (int i = 0; i < 3; ++i) {
    const auto found = std::make_shared<FlowRecord>();
    history.run("look", looking([round, found](StoreReads& reads) -> Result<std::string> {
                  GATE_TRY(const auto flow, reads.find_flow(kTenant, at("flow", round)));
                  *found = flow.value_or(FlowRecord{});
                  return std::to_string(found->gen) + " " + std::string(name(found->state.phase)) +
                         " " + found->policy_digest;
                }));
    const FlowRecord seen = *found;
    pause(dice);
    FlowRecord next = seen;
    next.state.phase = kPhases[dice() % 3];
    next.policy_digest = at("step", round, thread, i);
    history.run("advance from " + std::to_string(seen.gen),
                writing_plainly([next, seen](UnitOfWork& unit) {
                  return unit.advance_flow(next, seen.gen, seen.state.phase, std::nullopt);
                }));
  }
}

}  // namespace

const Scene kRacingSteps{"steps", set_up_steps, act_on_steps};

namespace {

void act_on_enrolments(History& history, int round, int thread, std::mt19937& dice) {
  const std::string user = at("user", round);
  for (int i = 0; i < 3; ++i) {
    const auto choice = dice() % 6;
    if (choice == 0) {
      const bool blocked = dice() % 2 == 0;
      history.run("block " + std::to_string(blocked), writing_plainly([=](UnitOfWork& unit) {
                    return unit.set_channel_blocked(kTenant, user, at("mail", round), blocked);
                  }));
      continue;
    }
    if (choice == 1) {
      const std::string password = at("password", round, thread, i);
      history.run("new password", writing_plainly([=](UnitOfWork& unit) {
                    return unit.put_password(kTenant, user, password, kNow);
                  }));
      continue;
    }
    const SubjectGuard guard = look_at_user(history, round);
    pause(dice);
    Channel channel = sample_channel(ChannelKind::kEmail);
    channel.channel_id = at("new", round, thread, i);
    history.run("enrol under methods " + std::to_string(guard.methods_gen),
                writing_plainly(
                    [=](UnitOfWork& unit) { return unit.enrol_channel(guard, channel, kNow); }));
  }
}

}  // namespace

const Scene kRacingEnrolments{"enrolments", add_user, act_on_enrolments};

namespace {

Result<void> add_session(UnitOfWork& unit, int round, const char* what, bool on_device) {
  GATE_TRY(const SubjectGuard guard, guard_of(unit, at("user", round)));
  SessionRecord session = sample_session(at(what, round));
  session.user_id = guard.user_id;
  session.user_epoch = guard.epoch;
  session.device_id = on_device ? at("device", round) : "";
  return unit.create_session(session, sample_family(at(what, round), at(what, round)), guard);
}

Result<void> set_up_rotations(UnitOfWork& unit, int round) {
  GATE_TRY_VOID(add_user(unit, round));
  return add_session(unit, round, "token", false);
}

/// True if this thread holds the successor now.
bool rotate(History& history, const std::string& from, const std::string& to, const Ties& ties,
            std::int64_t methods = kMethodsAtFirst) {
  return history
      .run("rotate " + from + " under methods " + std::to_string(methods),
           writing_plainly([=](UnitOfWork& unit) {
             return unit.rotate_refresh(kTenant, {hash_of(from), hash_of(to), Bytes(3, 1)}, methods,
                                        kNow);
           }),
           ties)
      .changed;
}

void act_on_rotations(History& history, int round, int thread, std::mt19937& dice) {
  std::string token = at("token", round);
  for (int i = 0; i < 3; ++i) {
    pause(dice);
    const std::string next = at("token", round, thread, i);
    if (dice() % 12 == 0) {
      history.run("revoke", writing_plainly([=](UnitOfWork& unit) {
                    return unit.revoke_family(kTenant, at("token", round));
                  }));
    } else if (rotate(history, token, next, {})) {
      token = next;
    } else {
      history.run("look at " + token, looking([token](StoreReads& reads) -> Result<std::string> {
                    GATE_TRY(const auto row, reads.find_refresh(kTenant, hash_of(token)));
                    return std::string(row && row->used_at ? "used" : "unused") +
                           (row && row->revoked ? ", revoked" : "");
                  }));
    }
  }
}

}  // namespace

const Scene kRacingRotations{"rotations", set_up_rotations, act_on_rotations};

namespace {

constexpr const char* kEpoch = "the first epoch";
constexpr const char* kDeviceEpoch = "the first epoch of the device";
constexpr const char* kMethods = "the first methods";
constexpr const char* kOrigin = "the session that a step-up rests on";

Result<void> set_up_revocations(UnitOfWork& unit, int round) {
  GATE_TRY_VOID(add_user(unit, round));
  GATE_TRY_VOID(add_session(unit, round, "plain", false));
  GATE_TRY_VOID(add_session(unit, round, "origin", false));
  return add_session(unit, round, "bound", true);
}

void revoke(History& history, int round, std::mt19937& dice) {
  const std::string user = at("user", round);
  switch (dice() % 6) {
    case 0:
      history.run("raise_epoch", writing_plainly([=](UnitOfWork& unit) {
                    return unit.raise_epoch(kTenant, user);
                  }),
                  {{}, kEpoch});
      return;
    case 1:
      history.run("raise_device_epoch", writing_plainly([=](UnitOfWork& unit) {
                    return unit.raise_device_epoch(kTenant, user, at("device", round));
                  }),
                  {{}, kDeviceEpoch});
      return;
    case 2:
      history.run("revoke_family", writing_plainly([=](UnitOfWork& unit) {
                    return unit.revoke_family(kTenant, at("origin", round));
                  }),
                  {{}, kOrigin});
      return;
    case 3:
      history.run("put_user", writing_plainly([=](UnitOfWork& unit) -> Result<void> {
                    GATE_TRY(std::optional<User> row, unit.find_user(kTenant, user));
                    row->groups.emplace_back("More");
                    return unit.put_user(*row);
                  }),
                  {{}, kMethods});
      return;
    case 4:
      history.run("block", writing_plainly([=](UnitOfWork& unit) {
                    return unit.set_channel_blocked(kTenant, user, at("mail", round), true);
                  }),
                  {{}, kMethods});
      return;
    default:
      history.run("disable", writing_plainly([=](UnitOfWork& unit) -> Result<void> {
                    GATE_TRY(std::optional<User> row, unit.find_user(kTenant, user));
                    row->enabled = false;
                    return unit.put_user(*row);
                  }),
                  {{}, kEpoch});
  }
}

void issue(History& history, int round, int thread, int i, std::mt19937& dice) {
  SubjectGuard guard = look_at_user(history, round);
  if (dice() % 2 == 0) {
    guard.family_id = at("origin", round);
  }
  // The time that a flow takes for evaluating and signing between its snapshot and its unit of
  // work.
  std::this_thread::sleep_for(std::chrono::microseconds(dice() % 200));
  Ties ties;
  Ties refresh_ties;
  if (guard.epoch == 0) {
    ties.rests_on.emplace_back(kEpoch);
    refresh_ties.rests_on.emplace_back(kEpoch);
  }
  if (!guard.device_id.empty() && guard.device_epoch == 0) {
    ties.rests_on.emplace_back(kDeviceEpoch);
    refresh_ties.rests_on.emplace_back(kDeviceEpoch);
  }
  if (guard.methods_gen == kMethodsAtFirst) {
    ties.rests_on.emplace_back(kMethods);
    refresh_ties.rests_on.emplace_back(kMethods);
  }
  if (!guard.family_id.empty()) {
    ties.rests_on.emplace_back(kOrigin);
  }
  SessionRecord session = sample_session(at("session", round, thread, i));
  session.user_id = guard.user_id;
  session.user_epoch = guard.epoch;
  session.device_id = guard.device_id;
  session.device_epoch = guard.device_epoch;
  const NewFamily family = sample_family(session.sid, session.sid);
  const Answer issued = history.run("issue under epoch " + std::to_string(guard.epoch) +
                                        " methods " + std::to_string(guard.methods_gen) +
                                        " device " + std::to_string(guard.device_epoch) +
                                        (guard.family_id.empty() ? "" : " as a step-up"),
                                    writing_plainly([=](UnitOfWork& unit) {
                                      return unit.create_session(session, family, guard);
                                    }),
                                    ties);
  if (issued.changed) {
    pause(dice);
    rotate(history, session.sid, session.sid + "+", refresh_ties, guard.methods_gen);
  }
}

void act_on_revocations(History& history, int round, int thread, std::mt19937& dice) {
  const bool bound = thread % 4 == 3;
  std::string token = at(bound ? "bound" : "plain", round);
  for (int i = 0; i < 2; ++i) {
    pause(dice);
    if (thread % 4 == 0) {
      revoke(history, round, dice);
    } else if (thread % 4 == 1) {
      issue(history, round, thread, i, dice);
    } else {
      const std::string next = at("next", round, thread, i);
      Ties ties{{kEpoch, kMethods}, ""};
      if (bound) {
        ties.rests_on.emplace_back(kDeviceEpoch);
      }
      token = rotate(history, token, next, ties) ? next : token;
    }
  }
}

}  // namespace

const Scene kRacingRevocations{"revocations", set_up_revocations, act_on_revocations};

std::vector<Event> play(Store& store, const Scene& scene, int round, int threads, unsigned seed) {
  const auto set_up = store.write([&](UnitOfWork& unit) { return scene.set_up(unit, round); });
  EXPECT_TRUE(set_up) << set_up.error().message;
  History history(store);
  std::latch start(threads);
  in_threads(threads, [&](int thread) {
    std::mt19937 dice(seed + static_cast<unsigned>(round * 64 + thread));
    start.arrive_and_wait();
    scene.act(history, round, thread, dice);
  });
  return history.events();
}

std::unique_ptr<MemoryStore> model_of(const Scene& scene, int round) {
  auto model = std::make_unique<MemoryStore>();
  const auto set_up = model->write([&](UnitOfWork& unit) { return scene.set_up(unit, round); });
  EXPECT_TRUE(set_up) << set_up.error().message;
  return model;
}

}  // namespace gate::server::store_contract
