// Every statement that issues, rotates, enrols or changes compares its guard (T1, T6). A guard that
// finds no row undoes the whole unit of work.

#include "server/store/contract/store_contract.h"

namespace gate::server::store_contract {
namespace {

struct Statement {
  const char* name;
  std::function<Result<void>(UnitOfWork&, const SubjectGuard&)> run;
  bool takes_guard = true;  ///< false: it compares the epochs of the session's own row
};

Result<void> advance(UnitOfWork& unit, const SubjectGuard& guard) {
  FlowRecord next = sample_flow("f0");
  next.state.phase = FlowPhase::kDone;
  return unit.advance_flow(next, 0, FlowPhase::kAwaitingFirstFactor, guard);
}

const std::vector<Statement>& statements() {
  static const std::vector<Statement> all = {
      {"create_session",
       [](UnitOfWork& unit, const SubjectGuard& guard) {
         return unit.create_session(sample_session("s5"), std::nullopt, guard);
       }},
      {"create_session with a family",
       [](UnitOfWork& unit, const SubjectGuard& guard) {
         return unit.create_session(sample_session("s5"), sample_family("fam5", "t5"), guard);
       }},
      {"advance_flow", advance},
      {"enrol_channel",
       [](UnitOfWork& unit, const SubjectGuard& guard) {
         const Channel fresh{"new", ChannelKind::kEmail, "new@bank.example", true, false, false};
         return unit.enrol_channel(guard, fresh, kNow);
       }},
      {"rehash_password",
       [](UnitOfWork& unit, const SubjectGuard& guard) {
         return unit.rehash_password(guard, "$argon2id$stronger", kNow);
       }},
      {"rotate_refresh",
       [](UnitOfWork& unit, const SubjectGuard& guard) {
         return unit.rotate_refresh(kTenant, {hash_of("t0"), hash_of("t1"), Bytes(3, 1)},
                                    guard.methods_gen, kNow);
       },
       false},
      {"confirm_refresh",
       [](UnitOfWork& unit, const SubjectGuard& guard) {
         return unit.confirm_refresh(kTenant, hash_of("t0"), guard.methods_gen, kNow);
       },
       false},
  };
  return all;
}

struct Revocation {
  const char* name;
  Store::Work run;
};

/// Provisioning changes something that policies see.
Store::Work put(void (*change)(User&)) {
  return [change](UnitOfWork& unit) -> Result<void> {
    GATE_TRY(std::optional<User> user, unit.find_user(kTenant, kUser));
    change(*user);
    return unit.put_user(*user);
  };
}

const std::vector<Revocation>& revocations() {
  static const std::vector<Revocation> all = {
      {"raise_epoch", [](UnitOfWork& unit) { return unit.raise_epoch(kTenant, kUser); }},
      {"put_user, disabled",
       [](UnitOfWork& unit) {
         User user = sample_user();
         user.enabled = false;
         return unit.put_user(user);
       }},
      {"raise_device_epoch",
       [](UnitOfWork& unit) { return unit.raise_device_epoch(kTenant, kUser, "d0"); }},
      {"raise_device_epoch, and the device is forgotten",
       [](UnitOfWork& unit) -> Result<void> {
         GATE_TRY_VOID(unit.raise_device_epoch(kTenant, kUser, "d0"));
         return unit.forget_device(kTenant, kUser, "d0");
       }},
      {"raise_device_epoch, and the device is crowded out",
       [](UnitOfWork& unit) -> Result<void> {
         GATE_TRY_VOID(unit.raise_device_epoch(kTenant, kUser, "d0"));
         return unit.remember_device(sample_device("k1", "d1"), 0, 1);
       }},
      {"raise_device_epoch, and the device gets too old",
       [](UnitOfWork& unit) -> Result<void> {
         GATE_TRY_VOID(unit.raise_device_epoch(kTenant, kUser, "d0"));
         KnownDevice later = sample_device("k1", "d1");
         later.seen_at += kMicrosPerDay;
         return unit.remember_device(later, later.seen_at, 5);
       }},
      {"revoke_family", [](UnitOfWork& unit) { return unit.revoke_family(kTenant, "fam0"); }},
      {"put_user, groups", put([](User& user) { user.groups.emplace_back("More"); })},
      {"put_user, roles", put([](User& user) { user.roles.emplace_back("Reader"); })},
      {"put_user, kind", put([](User& user) { user.kind = "guest"; })},
      {"put_user, sign-in risk", put([](User& user) { user.sign_in_risk = "high"; })},
      {"put_user, user risk", put([](User& user) { user.user_risk = "high"; })},
      {"put_user, signals", put([](User& user) { user.signals = {{"amount", "9"}}; })},
      {"set_raised_risk",
       [](UnitOfWork& unit) { return unit.set_raised_risk(kTenant, kUser, "high"); }},
      {"mark_password_leaked",
       [](UnitOfWork& unit) { return unit.mark_password_leaked(kTenant, kUser); }},
      {"set_channel_blocked",
       [](UnitOfWork& unit) { return unit.set_channel_blocked(kTenant, kUser, "phone", true); }},
      {"put_password",
       [](UnitOfWork& unit) { return unit.put_password(kTenant, kUser, "$argon2id$new", kNow); }},
      {"put_channel",
       [](UnitOfWork& unit) {
         Channel phone = sample_channel(ChannelKind::kSms);
         phone.verified = false;
         return unit.put_channel(kTenant, kUser, phone, kNow);
       }},
      {"enrol_channel",
       [](UnitOfWork& unit) -> Result<void> {
         GATE_TRY(const SubjectGuard now, guard_of(unit, kUser));
         const Channel other{"x", ChannelKind::kEmail, "x@bank.example", true, false, false};
         return unit.enrol_channel(now, other, kNow);
       }},
  };
  return all;
}

/// Adds a flow, a known device, and a session on that device with the refresh token t0. The guard
/// rests on this session, as that of a step-up does.
Result<void> sign_in(UnitOfWork& unit, SubjectGuard& guard) {
  GATE_TRY(guard, guard_of(unit, kUser));
  guard.device_id = "d0";
  GATE_TRY_VOID(unit.create_flow(sample_flow("f0")));
  GATE_TRY_VOID(unit.remember_device(sample_device("k0", "d0"), 0, 5));
  SessionRecord session = sample_session("s0");
  session.device_id = "d0";
  GATE_TRY_VOID(unit.create_session(session, sample_family("fam0", "t0"), guard));
  guard.family_id = "fam0";
  return {};
}

TEST_P(StoreContract, T6_WhatNothingRevokedSucceeds) {
  SubjectGuard guard;
  must([&](UnitOfWork& unit) { return sign_in(unit, guard); });
  for (const Statement& statement : statements()) {
    SCOPED_TRACE(statement.name);
    const auto outcome = store_.write([&](UnitOfWork& unit) -> Result<void> {
      GATE_TRY_VOID(statement.run(unit, guard));
      return Error{ErrorCode::kDenied, "undone, for the next one"};
    });
    EXPECT_EQ(outcome.error().code, ErrorCode::kDenied) << outcome.error().message;
  }
}

TEST_P(StoreContract, T6_EveryGuardedStatementFailsAfterEveryRevocation) {
  for (const Revocation& revocation : revocations()) {
    const auto open = GetParam().open();
    fill(*open->store);
    SubjectGuard guard;
    ASSERT_TRUE(open->store->write([&](UnitOfWork& unit) { return sign_in(unit, guard); }));
    ASSERT_TRUE(open->store->write(revocation.run));
    const std::string before = picture(*open->store);
    for (const Statement& statement : statements()) {
      SCOPED_TRACE(std::string(statement.name) + " after " + revocation.name);
      const auto outcome = open->store->write([&](UnitOfWork& unit) -> Result<void> {
        GATE_TRY_VOID(unit.create_flow(sample_flow("f5")));
        GATE_TRY_VOID(unit.append_audit(sample_audit({"n", kTenant}, 1)));
        GATE_TRY_VOID(statement.run(unit, guard));
        return Error{ErrorCode::kDenied, "it was let through"};
      });
      EXPECT_EQ(outcome.error().code, ErrorCode::kConflict);
      EXPECT_EQ(picture(*open->store), before) << "something stayed";
    }
  }
}

TEST_P(StoreContract, T6_AGuardComparesEveryPartOfItself) {
  SubjectGuard good;
  must([&](UnitOfWork& unit) { return sign_in(unit, good); });
  const auto fails = [&](const auto& spoil) {
    SubjectGuard guard = good;
    spoil(guard);
    for (const Statement& statement : statements()) {
      if (statement.takes_guard) {
        SCOPED_TRACE(statement.name);
        refused([&](UnitOfWork& unit) { return statement.run(unit, guard); });
      }
    }
  };
  fails([](SubjectGuard& guard) { guard.user_id = "unknown"; });
  fails([](SubjectGuard& guard) { guard.tenant_id = "other"; });
  fails([](SubjectGuard& guard) { guard.epoch += 1; });
  fails([](SubjectGuard& guard) { guard.epoch -= 1; });
  fails([](SubjectGuard& guard) { guard.methods_gen += 1; });
  fails([](SubjectGuard& guard) { guard.methods_gen -= 1; });
  fails([](SubjectGuard& guard) { guard.device_epoch += 1; });
  fails([](SubjectGuard& guard) { guard.device_epoch -= 1; });
  fails([](SubjectGuard& guard) { guard.family_id = "unknown"; });
}

TEST_P(StoreContract, T6_ADisabledUserIsRefusedUnderTheNewEpochToo) {
  SubjectGuard guard;
  must([&](UnitOfWork& unit) { return sign_in(unit, guard); });
  must([](UnitOfWork& unit) {
    User user = sample_user();
    user.enabled = false;
    return unit.put_user(user);
  });
  guard.epoch = amy().epoch;
  for (const Statement& statement : statements()) {
    SCOPED_TRACE(statement.name);
    refused([&](UnitOfWork& unit) { return statement.run(unit, guard); });
  }
}

// Provisioning the same file again decides nothing anew.
TEST_P(StoreContract, T6_AUserWhoIsPutUnchangedKeepsWhatWasDecided) {
  SubjectGuard guard;
  must([&](UnitOfWork& unit) { return sign_in(unit, guard); });
  must([](UnitOfWork& unit) -> Result<void> {
    GATE_TRY(std::optional<User> user, unit.find_user(kTenant, kUser));
    user->display_name = "Amy B.";
    return unit.put_user(*user);
  });
  EXPECT_EQ(amy().methods_gen, guard.methods_gen);
  must([&](UnitOfWork& unit) { return advance(unit, guard); });
}

TEST_P(StoreContract, T6_ASessionOfAnotherUserIsNothingToRestOn) {
  SubjectGuard guard;
  must([&](UnitOfWork& unit) { return sign_in(unit, guard); });
  must([&](UnitOfWork& unit) -> Result<void> {
    User bob = sample_user();
    bob.user_id = "bob";
    bob.username = "bob@bank.example";
    GATE_TRY_VOID(unit.put_user(bob));
    GATE_TRY(const SubjectGuard his, guard_of(unit, "bob"));
    SessionRecord session = sample_session("s9");
    session.user_id = "bob";
    return unit.create_session(session, sample_family("fam9", "t9"), his);
  });
  guard.family_id = "fam9";
  refused([&](UnitOfWork& unit) { return advance(unit, guard); });
}

TEST_P(StoreContract, T3_AGuardAndTheStepOfTheFlowAreBothCompared) {
  SubjectGuard guard;
  must([&](UnitOfWork& unit) { return sign_in(unit, guard); });
  must([&](UnitOfWork& unit) { return advance(unit, guard); });
  refused([&](UnitOfWork& unit) { return advance(unit, guard); });
  EXPECT_EQ(flow("f0")->gen, 1);
}

// One write of every kind, and then a guard that finds no row.
TEST_P(StoreContract, T1_AConflictUndoesEverythingBeforeIt) {
  SubjectGuard guard;
  must([&](UnitOfWork& unit) { return sign_in(unit, guard); });
  open_challenge(sample_challenge("c0", "f0", "right"), sample_mail("right"));
  const ThrottleRule once{kMicrosPerHour, 1};
  refused([&](UnitOfWork& unit) -> Result<void> {
    GATE_TRY_VOID(unit.put_tenant({kTenant, "Other name", "other.example"}));
    GATE_TRY_VOID(unit.put_password(kTenant, kUser, "$argon2id$new", kNow));
    GATE_TRY_VOID(unit.set_channel_blocked(kTenant, kUser, "mail", true));
    GATE_TRY_VOID(unit.raise_epoch(kTenant, kUser));
    GATE_TRY_VOID(unit.remember_device(sample_device("k1", "d1"), 0, 5));
    GATE_TRY_VOID(unit.raise_device_epoch(kTenant, kUser, "d1"));
    GATE_TRY_VOID(unit.forget_device(kTenant, kUser, "d0"));
    GATE_TRY_VOID(unit.create_flow(sample_flow("f1")));
    GATE_TRY([[maybe_unused]] const auto wrong,
             unit.count_wrong(kTenant, "f1", 0, 10, FlowPhase::kExpired));
    GATE_TRY(const CodeTrial trial, unit.try_code(kTenant, "c0", "f0", hash_of("right"), kNow));
    EXPECT_EQ(trial.verdict, CodeVerdict::kAccepted);
    GATE_TRY_VOID(
        unit.open_challenge(sample_challenge("c1", "f0", "1"), sample_mail("second"), kNow));
    const ThrottleClaim claims[] = {{"k", once}};
    GATE_TRY([[maybe_unused]] const auto taken, unit.take(kTenant, claims, kNow));
    GATE_TRY_VOID(unit.revoke_family(kTenant, "fam0"));
    GATE_TRY_VOID(unit.put_signing_key({"key", KeyState::kActive, 1, 2, Bytes(3, 1)}));
    GATE_TRY_VOID(unit.append_audit(sample_audit({"n", kTenant}, 1)));
    return unit.create_session(sample_session("s1"), sample_family("fam1", "t1"), guard);
  });
  EXPECT_TRUE(take("k", once, kNow).admitted);
  const auto messages = claim(kNow);
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].code, "right");
  EXPECT_EQ(try_code("c0", "f0", "right").verdict, CodeVerdict::kAccepted);
  must([&](UnitOfWork& unit) {
    return unit.rotate_refresh(kTenant, {hash_of("t0"), hash_of("t1"), Bytes(3, 1)},
                               guard.methods_gen, kNow);
  });
}

}  // namespace
}  // namespace gate::server::store_contract
