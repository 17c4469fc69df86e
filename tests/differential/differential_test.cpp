// All executors on policies that are generated as text, for a bounded time. `./dev fuzz
// --differential` goes on for as long as one likes.

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/differential/campaign.h"
#include "tests/differential/relations.h"
#include "tests/sanitized.h"

namespace gate::differential {
namespace {

std::uint64_t number(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// A generator that no longer varies finds nothing, and its tests still pass.
void expect_a_lively_campaign(const Statistics& s) {
  EXPECT_EQ(s.features.missing(), std::vector<std::string>{}) << "never generated";
  for (const std::string_view executor : executor_names()) {
    const std::string name(executor);
    EXPECT_GT(s.decisions.count(name) + s.verdicts.count(name), 0U) << name << " never compared";
  }
  for (const std::string_view relation : relations()) {
    EXPECT_GT(s.relations.count(std::string(relation)), 0U) << relation << " was never looked at";
  }
  for (const std::size_t size : edge_sizes()) {
    EXPECT_GT(s.sizes.count(size), 0U) << "no set of " << size << " policies";
  }
  EXPECT_GT(s.with_many_groups, 0U);
  for (const char* outcome : {"allow", "challenge", "block"}) {
    const auto found = s.outcomes.find(outcome);
    EXPECT_TRUE(found != s.outcomes.end() && found->second > s.requests / 100) << outcome;
  }
  for (const ReasonCode code :
       {ReasonCode::kRequestRejected, ReasonCode::kPolicyBlocks, ReasonCode::kDefaultDeny,
        ReasonCode::kControlUnmet, ReasonCode::kReauthenticate, ReasonCode::kUnknownSignal,
        ReasonCode::kControlMet, ReasonCode::kNoPolicyApplies, ReasonCode::kFactRefused,
        ReasonCode::kCannotRegister}) {
    EXPECT_GT(s.reasons.count(std::string(name(code))), 0U) << name(code) << " was never given";
  }
}

/// Some ten seconds of a processor. The same rounds every time, so that a change is to blame for
/// what they find; other ones by GATE_SEED, and by `./dev fuzz --differential`. GATE_ROUNDS=1
/// repeats one.
TEST(Differential, EveryExecutorDecidesTextAlike) {
  constexpr std::uint64_t kRounds = kSanitized ? 40 : 100;
  constexpr std::size_t kPoliciesMax = kSanitized ? 260 : 1025;
  const std::uint64_t first = number("GATE_SEED", 20'261'125);
  const std::uint64_t rounds = number("GATE_ROUNDS", kRounds);
  std::printf("seed %llu\n", static_cast<unsigned long long>(first));
  RoundOptions options;
  options.policies_max = kPoliciesMax;
  Statistics statistics;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const auto found = run_round(first + round, options, statistics);
    ASSERT_FALSE(found) << "GATE_SEED=" << first + round << " GATE_ROUNDS=1\n"
                        << report(*found, ::testing::TempDir() + "gate_differential");
  }
  std::printf("%s", statistics.text().c_str());
  if (rounds >= 100) {
    expect_a_lively_campaign(statistics);
  }
}

}  // namespace
}  // namespace gate::differential
