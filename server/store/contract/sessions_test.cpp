// The contract of the store for sessions and refresh tokens (E3).

#include "server/store/contract/store_contract.h"

namespace gate::server::store_contract {
namespace {

class Tokens {
 public:
  explicit Tokens(Store& store) : store_(store) {}
  bool rotate(const std::string& from, const std::string& to, Micros now = kNow) {
    return done(store_.write([&](UnitOfWork& unit) {
      return rotate_now(unit, {hash_of(from), hash_of(to), Bytes(6, 9)}, now);
    }));
  }
  bool confirm(const std::string& token, Micros now = kNow) {
    return done(store_.write([&](UnitOfWork& unit) { return confirm_now(unit, token, now); }));
  }

 private:
  static bool done(const Result<void>& outcome) {
    EXPECT_TRUE(outcome || outcome.error().code == ErrorCode::kConflict);
    return outcome.has_value();
  }
  Store& store_;
};

TEST_P(StoreContract, ASessionIsFoundThroughItsRefreshToken) {
  SessionRecord session = sample_session("s1");
  session.device_id = "d1";
  session.device_epoch = 3;
  session.user_epoch = 0;
  must([&](UnitOfWork& unit) {
    return unit.create_session(session, sample_family("fam", "t1"), guard());
  });
  const auto token =
      found([](StoreReads& reads) { return reads.find_refresh(kTenant, hash_of("t1")); });
  ASSERT_TRUE(token);
  EXPECT_EQ(token->family_id, "fam");
  EXPECT_EQ(token->family_ends_at, kNow + kMicrosPerDay);
  EXPECT_EQ(token->used_at, std::nullopt);
  EXPECT_FALSE(token->revoked);
  EXPECT_EQ(token->session.sid, "s1");
  EXPECT_EQ(token->session.user_id, kUser);
  EXPECT_EQ(token->session.client_id, "app-1");
  EXPECT_EQ(token->session.device_id, "d1");
  EXPECT_EQ(token->session.device_epoch, 3);
  EXPECT_EQ(token->session.completed, session.completed);
  EXPECT_EQ(token->session.scope, "openid");
  EXPECT_EQ(token->session.ends_at, session.ends_at);
  EXPECT_FALSE(found([](StoreReads& reads) { return reads.find_refresh("x", hash_of("t1")); }));
}

TEST_P(StoreContract, E3_ARefreshTokenRotatesOnceAndDiesWithItsFamily) {
  Tokens tokens(store_);
  must([&](UnitOfWork& unit) {
    return unit.create_session(sample_session("s1"), sample_family("fam", "t1"), guard());
  });
  EXPECT_TRUE(tokens.rotate("t1", "t2"));
  const std::string after = picture(store_);
  EXPECT_FALSE(tokens.rotate("t1", "t3"));
  EXPECT_FALSE(tokens.rotate("t9", "t3")) << "never issued";
  EXPECT_EQ(picture(store_), after);
  EXPECT_TRUE(tokens.confirm("t1")) << "used up, but its family lives";
  EXPECT_TRUE(tokens.confirm("t2"));
  EXPECT_FALSE(tokens.confirm("t9"));
  const auto used =
      found([](StoreReads& reads) { return reads.find_refresh(kTenant, hash_of("t1")); });
  EXPECT_EQ(used->used_at, kNow);
  EXPECT_EQ(used->successor_sealed, Bytes(6, 9));
  EXPECT_EQ(used->session.sid, "s1");
  must([](UnitOfWork& unit) { return unit.revoke_family(kTenant, "fam"); });
  EXPECT_FALSE(tokens.rotate("t2", "t3"));
  EXPECT_FALSE(tokens.confirm("t1"));
  EXPECT_FALSE(tokens.confirm("t2"));
  EXPECT_TRUE(
      found([](StoreReads& reads) { return reads.find_refresh(kTenant, hash_of("t2")); })->revoked);
}

TEST_P(StoreContract, T6_AFamilyStandsUntilItIsRevokedItEndsOrItsUserOrDeviceChanges) {
  const auto stands = [&](const std::string& family, Micros now = kNow) {
    return found([&](StoreReads& reads) { return reads.family_stands(kTenant, family, now); });
  };
  SessionRecord on_device = sample_session("s1");
  on_device.device_id = "d1";
  must([&](UnitOfWork& unit) -> Result<void> {
    GATE_TRY_VOID(unit.remember_device(sample_device("k1", "d1"), 0, 5));
    GATE_TRY(const SubjectGuard now, guard_of(unit, kUser));
    GATE_TRY_VOID(unit.create_session(on_device, sample_family("fam1", "t1"), now));
    GATE_TRY_VOID(unit.create_session(sample_session("s2"), sample_family("fam2", "t2"), now));
    return unit.create_session(sample_session("s3"), sample_family("fam3", "t3"), now);
  });
  for (const char* family : {"fam1", "fam2", "fam3"}) {
    EXPECT_TRUE(stands(family)) << family;
    EXPECT_TRUE(stands(family, kNow + kMicrosPerDay - 1)) << family;
    EXPECT_FALSE(stands(family, kNow + kMicrosPerDay)) << family;
  }
  EXPECT_FALSE(stands("fam4"));
  EXPECT_FALSE(found([](StoreReads& r) { return r.family_stands("other", "fam1", kNow); }));
  must([](UnitOfWork& unit) { return unit.revoke_family(kTenant, "fam2"); });
  EXPECT_FALSE(stands("fam2"));
  must([](UnitOfWork& unit) { return unit.raise_device_epoch(kTenant, kUser, "d1"); });
  EXPECT_FALSE(stands("fam1"));
  EXPECT_TRUE(stands("fam3"));
  must([](UnitOfWork& unit) { return unit.raise_epoch(kTenant, kUser); });
  EXPECT_FALSE(stands("fam3"));
}

TEST_P(StoreContract, E4_AFamilyEndsAtItsDeadline) {
  Tokens tokens(store_);
  must([&](UnitOfWork& unit) {
    return unit.create_session(sample_session("s1"), sample_family("fam", "t1"), guard());
  });
  EXPECT_FALSE(tokens.confirm("t1", kNow + kMicrosPerDay));
  EXPECT_FALSE(tokens.rotate("t1", "t2", kNow + kMicrosPerDay));
  EXPECT_TRUE(tokens.confirm("t1", kNow + kMicrosPerDay - 1));
  EXPECT_TRUE(tokens.rotate("t1", "t2", kNow + kMicrosPerDay - 1));
}

TEST_P(StoreContract, E3_FamiliesOfOneUserAreApart) {
  Tokens tokens(store_);
  must([&](UnitOfWork& unit) -> Result<void> {
    GATE_TRY(const SubjectGuard now, guard_of(unit, kUser));
    GATE_TRY_VOID(unit.create_session(sample_session("s1"), sample_family("fam1", "t1"), now));
    return unit.create_session(sample_session("s2"), sample_family("fam2", "t2"), now);
  });
  must([](UnitOfWork& unit) { return unit.revoke_family(kTenant, "fam1"); });
  EXPECT_FALSE(tokens.rotate("t1", "t3"));
  EXPECT_TRUE(tokens.rotate("t2", "t3"));
}

TEST_P(StoreContract, E3_NothingIsIssuedTwiceUnderOneName) {
  must([&](UnitOfWork& unit) {
    return unit.create_session(sample_session("s1"), sample_family("fam1", "t1"), guard());
  });
  const std::string before = picture(store_);
  const auto fails = [&](const char* sid, const char* family, const char* token) {
    EXPECT_FALSE(store_.write([&](UnitOfWork& unit) {
      return unit.create_session(sample_session(sid), sample_family(family, token), guard());
    }));
    EXPECT_EQ(picture(store_), before);
  };
  fails("s1", "fam2", "t2");
  fails("s2", "fam1", "t2");
  fails("s2", "fam2", "t1");
}

}  // namespace
}  // namespace gate::server::store_contract
