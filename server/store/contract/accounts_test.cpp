// The contract of the store for what sign-ups and password resets write.

#include <atomic>

#include "server/store/contract/store_contract.h"

namespace gate::server::store_contract {
namespace {

OutboxMessage sample_notice() {
  OutboxMessage notice = sample_mail("");
  notice.tenant_id = kTenant;
  notice.challenge_id = "notice-1";
  notice.body = "Your password was changed.";
  return notice;
}

std::vector<std::string> carriers(const std::vector<Channel>& channels) {
  std::vector<std::string> ids;
  for (const Channel& channel : channels) {
    if (channel.carried_reset) {
      ids.push_back(channel.channel_id);
    }
  }
  return ids;
}

TEST_P(StoreContract, ATenantKeepsItsSignUpMode) {
  EXPECT_EQ(found([](StoreReads& reads) { return reads.find_tenant(kTenant); })->sign_up,
            SignUpMode::kClosed);
  for (const SignUpMode mode : kSignUpModes) {
    must([&](UnitOfWork& unit) {
      return unit.put_tenant({kTenant, "Bank", "bank.example", {}, mode});
    });
    EXPECT_EQ(found([](StoreReads& reads) { return reads.find_tenant(kTenant); })->sign_up, mode);
  }
}

TEST_P(StoreContract, D4_AChangedPasswordEndsWhatIsOpenAndRemembersItsChannel) {
  const std::string mailbox = sample_channel(ChannelKind::kEmail).channel_id;
  const SubjectGuard before = guard();
  must([&](UnitOfWork& unit) { return unit.change_password(before, "$new", mailbox, kNow); });
  EXPECT_EQ(found([](StoreReads& reads) { return reads.find_password(kTenant, kUser); }), "$new");
  EXPECT_EQ(amy().epoch, before.epoch + 1);
  EXPECT_EQ(amy().methods_gen, before.methods_gen + 1);
  const auto channels = [&] {
    return found([](StoreReads& reads) { return reads.channels_of(kTenant, kUser); });
  };
  EXPECT_EQ(carriers(channels()), std::vector{mailbox});
  refused([&](UnitOfWork& unit) { return unit.change_password(before, "$other", "", kNow); });
  must([&](UnitOfWork& unit) { return unit.mark_reset_channel(kTenant, kUser, ""); });
  EXPECT_TRUE(carriers(channels()).empty());
}

TEST_P(StoreContract, D4_APasswordOfTheOperatorForgetsTheChannelOfTheReset) {
  const std::string mailbox = sample_channel(ChannelKind::kEmail).channel_id;
  must([&](UnitOfWork& unit) { return unit.change_password(guard(), "$new", mailbox, kNow); });
  must([](UnitOfWork& unit) { return unit.put_password(kTenant, kUser, "$new", kNow); });
  const auto channels = [&] {
    return found([](StoreReads& reads) { return reads.channels_of(kTenant, kUser); });
  };
  EXPECT_EQ(carriers(channels()).size(), 1U) << "the same one changes nothing";
  must([](UnitOfWork& unit) { return unit.put_password(kTenant, kUser, "$operator", kNow); });
  EXPECT_TRUE(carriers(channels()).empty());
}

TEST_P(StoreContract, T6_OfTwoChangesOfOnePasswordAtOnceOneWins) {
  const SubjectGuard seen = guard();
  std::atomic<int> won = 0;
  in_threads(8, [&](int i) {
    const auto done = store_.write([&](UnitOfWork& unit) {
      return unit.change_password(seen, "$" + std::to_string(i), "", kNow);
    });
    won += done ? 1 : 0;
  });
  EXPECT_EQ(won, 1);
  EXPECT_EQ(amy().epoch, seen.epoch + 1);
}

TEST_P(StoreContract, AnEvictedAccountHasNoNameAndNoRights) {
  const SubjectGuard holder = guard();
  must([&](UnitOfWork& unit) { return unit.evict(holder); });
  EXPECT_FALSE(found(
      [](StoreReads& reads) { return reads.find_user_by_name(kTenant, "amy@bank.example"); }));
  EXPECT_FALSE(amy().enabled);
  EXPECT_EQ(amy().epoch, holder.epoch + 1);
  User heir = sample_user();
  heir.user_id = "heir-id";
  must([&](UnitOfWork& unit) { return unit.put_user(heir); });
  EXPECT_EQ(found([](StoreReads& reads) {
              return reads.find_user_by_name(kTenant, "amy@bank.example");
            })->user_id,
            "heir-id");
  refused([&](UnitOfWork& unit) { return unit.evict(holder); });
}

TEST_P(StoreContract, AFlowKeepsItsDraftAndGetsItsSubjectLater) {
  FlowRecord signs_up = sample_flow("f0");
  signs_up.kind = FlowKind::kSignUp;
  signs_up.subject.reset();
  signs_up.draft = AccountDraft{"nora-id", "$hash", {{"city", "Lyon"}}};
  must([&](UnitOfWork& unit) { return unit.create_flow(signs_up); });
  EXPECT_EQ(flow("f0"), signs_up);
  FlowRecord next = signs_up;
  next.draft.reset();
  next.subject = FlowSubject{"nora-id", 0};
  must([&](UnitOfWork& unit) {
    return unit.advance_flow(next, signs_up.gen, signs_up.state.phase, std::nullopt);
  });
  next.gen = signs_up.gen + 1;
  EXPECT_EQ(flow("f0"), next);
}

TEST_P(StoreContract, F6_ANoticeNeedsNoLiveCodeAndIsTriedABoundedNumberOfTimes) {
  must([](UnitOfWork& unit) { return unit.queue_notice(sample_notice(), kNow); });
  Micros now = kNow;
  std::int64_t tries = 0;
  for (auto claimed = claim(now); !claimed.empty(); claimed = claim(now)) {
    ASSERT_EQ(claimed.size(), 1U);
    EXPECT_EQ(claimed[0].body, "Your password was changed.");
    EXPECT_EQ(claimed[0].tries, ++tries);
    ASSERT_LE(tries, kNoticeTriesMax);
    now += kMicrosPerMinute;
    ASSERT_TRUE(store_.finish_outbox(claimed[0].seq, DeliveryOutcome::kRetry, now));
  }
  EXPECT_EQ(tries, kNoticeTriesMax);
}

}  // namespace
}  // namespace gate::server::store_contract
