#include "runtime/ir/packed_policies.h"

#include <gtest/gtest.h>

#include "runtime/ir/describe.h"
#include "runtime/ir/memory.h"
#include "runtime/ir/sample_program.h"

namespace gate::ir {
namespace {

/// `count` policies that differ in everything a policy has, most of it left out now and then.
std::vector<Policy> different_policies(std::uint32_t count) {
  std::vector<Policy> out;
  for (std::uint32_t i = 0; i < count; ++i) {
    Policy& p = out.emplace_back();
    p.id = "policy-" + std::to_string(i);
    p.name = i % 3 == 0 ? "" : "Require MFA for \xC3\xA9quipe " + std::to_string(i);
    p.description = std::string(i % 10 == 0 ? 300 : 0, 'd');
    p.state = static_cast<PolicyState>(i % kPolicyStateCount);
    p.include.all_users = i % 2 == 0;
    p.include.all_service_principals = i % 7 == 0;
    p.include.members.assign(i % 4, i * 65'537U);
    if (i % 6 == 0) {
      p.exclude.guests.push_back({static_cast<std::uint8_t>(i), {i, i + 1}});
      p.exclude.guests.push_back({0xFF, {}});
    }
    p.exclude.members.assign(i % 3, i);
    p.include_targets = {static_cast<TargetKind>(i % kTargetKindCount), i % 2 == 1, {i, i * 2}};
    p.exclude_targets = {static_cast<TargetKind>(i % kTargetKindCount), false, {}};
    p.condition = 0xFFFFFFFFU - i;
    p.effect = i * 1'000U;
    p.source_file = i % 9 == 0 ? "" : "policies/file" + std::to_string(i % 5) + ".gate";
    p.source_line = i;
    p.never_applies = i % 11 == 0 ? "no user is in an empty group" : "";
  }
  return out;
}

TEST(PackedPolicies, EachComesBackAsItWasWhereverItStands) {
  for (const std::uint32_t count : {0U, 1U, 7U, 8U, 9U, 100U}) {
    const std::vector<Policy> policies = different_policies(count);
    const PackedPolicies packed(policies);
    ASSERT_EQ(packed.size(), count);
    for (std::uint32_t i = count; i-- > 0;) {
      EXPECT_EQ(packed.policy(i), policies[i]) << i << " of " << count;
      EXPECT_EQ(packed.state(i), policies[i].state);
    }
  }
}

TEST(PackedPolicies, TheSampleOfEveryTableComesBack) {
  const Program program = sample_program();
  const PackedPolicies packed(program.policies);
  for (std::size_t i = 0; i < program.policies.size(); ++i) {
    EXPECT_EQ(packed.policy(i), program.policies[i]);
  }
}

TEST(PackedPolicies, LabelsSayWhatPoliciesSay) {
  const std::vector<Policy> policies = different_policies(50);
  const PackedPolicies packed(policies);
  for (std::size_t i = 0; i < policies.size(); ++i) {
    const PackedPolicies::Label label = packed.label(i);
    EXPECT_EQ(label.id, policies[i].id);
    EXPECT_EQ(label.name, policies[i].name);
    EXPECT_EQ(label.description, policies[i].description);
    EXPECT_EQ(label.source_file, policies[i].source_file);
    EXPECT_EQ(label.source_line, policies[i].source_line);
    EXPECT_EQ(label.effect, policies[i].effect);
  }
}

TEST(PackedPolicies, TakeAThirdOfTheMemory) {
  Program program;
  program.policies = different_policies(1'000);
  program.policies.shrink_to_fit();
  EXPECT_LT(PackedPolicies(program.policies).bytes() * 3, memory_bytes(program));
}

}  // namespace
}  // namespace gate::ir
