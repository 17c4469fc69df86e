#include "runtime/replay/tally.h"

#include <gtest/gtest.h>

namespace gate::replay {
namespace {

TEST(Users, AreExactUpToTheBoundAndHonestBeyond) {
  Users users;
  for (std::uint64_t i = 0; i < Users::kMax; ++i) {
    users.add(i);
    users.add(i);
  }
  EXPECT_EQ(users.count(), Users::kMax);
  EXPECT_FALSE(users.more()) << "all of them were seen before";
  users.add(7);
  EXPECT_FALSE(users.more());
  users.add(Users::kMax);
  EXPECT_EQ(users.count(), Users::kMax);
  EXPECT_TRUE(users.more());
  Users other;
  other.add(1);
  other.merge(users);
  EXPECT_TRUE(other.more());
}

Comparison blocked_by(std::uint32_t policy) {
  Comparison c;
  c.change = Change::kNewlyBlocked;
  c.from = Outcome::kAllow;
  c.to = Outcome::kBlock;
  c.policies = {policy};
  c.newly_asked = {0};
  return c;
}

TEST(Tally, TwoThreadsCountWhatOneCounts) {
  Tally one;
  Tally a;
  Tally b;
  for (std::uint64_t line = 1; line <= 40; ++line) {
    const std::string user = "user" + std::to_string(line % 7);
    for (Tally* tally : {&one, line % 3 == 0 ? &a : &b}) {
      tally->add(blocked_by(static_cast<std::uint32_t>(line % 5)),
                 {{0, line}, user, line % 7, false});
    }
  }
  a.merge(b);
  const auto blocked = static_cast<std::size_t>(Change::kNewlyBlocked);
  EXPECT_EQ(a.decided, 40U);
  EXPECT_EQ(a.changes[blocked].sign_ins, one.changes[blocked].sign_ins);
  EXPECT_EQ(a.changes[blocked].users.count(), 7U);
  EXPECT_EQ(a.outcomes, one.outcomes);
  ASSERT_EQ(a.policies.size(), 5U);
  for (std::size_t p = 0; p < 5; ++p) {
    EXPECT_EQ(a.policies[p][blocked].sign_ins, 8U);
    const auto& left = a.policies[p][blocked].examples;
    const auto& right = one.policies[p][blocked].examples;
    ASSERT_EQ(left.size(), right.size());
    for (std::size_t i = 0; i < left.size(); ++i) {
      EXPECT_EQ(left[i].place, right[i].place)
          << "the first ones of the log, whichever thread saw them";
    }
  }
  EXPECT_EQ(a.controls[0].newly_asked.sign_ins, 40U);
}

}  // namespace
}  // namespace gate::replay
