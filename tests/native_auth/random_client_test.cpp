// C1: a random walk over all endpoints. Whatever a client sends, a token comes only after the
// factors that policy demands of this user, for this resource, at this moment. The account of the
// factors is kept beside the server, from what goes over the wire (factor_ledger.h).

#include "tests/native_auth/random_client.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "server/flow/password_reset/table.h"
#include "server/flow/sign_in/table.h"
#include "server/flow/sign_up/table.h"
#include "server/flow/step_up/table.h"

namespace gate::server::testing_support {
namespace {

constexpr int kSteps = 2500;
constexpr int kStepsMax = 40'000;

unsigned seed_of_run() {
  const char* given = std::getenv("GATE_SEED");
  return given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10))
                          : std::random_device{}();
}

/// Kinds of ends that a walk has to have seen: one without them has tested nothing.
bool has_seen_all(const FactorLedger& ledger) {
  for (const char* end : {"sign-in1", "sign-in2", "sign-up1", "sign-up2", "reset1", "reset2",
                          "refresh1", "refresh2", "step-up2"}) {
    if (!ledger.issued.contains(end)) {
      return false;
    }
  }
  return ledger.enrolled > 0;
}

TEST(RandomWalk, C1_C3_C4_NoRequestOfAnyEndpointYieldsATokenBeforeTheFactors) {
  const unsigned seed = seed_of_run();
  SCOPED_TRACE("replay with GATE_SEED=" + std::to_string(seed));
  RandomClient client(seed);
  const FactorLedger& ledger = client.ledger();
  for (int i = 0; ledger.faults.empty() && (i < kSteps || (i < kStepsMax && !has_seen_all(ledger)));
       ++i) {
    client.step();
  }
  for (const std::string& fault : ledger.faults) {
    ADD_FAILURE() << fault;
  }
  EXPECT_TRUE(client.server().failures.empty());
  for (const auto& [end, times] : ledger.issued) {
    RecordProperty(end, times);
  }
  EXPECT_TRUE(has_seen_all(ledger)) << "the walk did not get everywhere";
}

using Table = std::vector<FlowTransition>;

Table table_of(const FlowMachine& machine) {
  return {machine.table().begin(), machine.table().end()};
}

/// The table with one transition changed.
Table with(Table table, FlowPhase from, FlowEvent event, FlowPhase to, FlowEffects effects) {
  int changed = 0;
  for (FlowTransition& transition : table) {
    if (transition.from == from && transition.event == event) {
      transition.to = to;
      transition.effects = effects;
      ++changed;
    }
  }
  EXPECT_EQ(changed, 1) << "nothing is planted";
  return table;
}

/// A fault in the tables or in the decisions.
struct Planted {
  const char* name;
  Table sign_in = table_of(sign_in_machine());
  Table sign_up = table_of(sign_up_machine());
  Table reset = table_of(password_reset_machine());
  Table step_up = table_of(step_up_machine());
  RandomClient::Fault decides{};
};

std::vector<Planted> planted_faults() {
  using enum FlowPhase;
  using enum FlowEvent;
  using enum FlowEffect;
  std::vector<Planted> all;
  all.push_back({.name = "after a first factor tokens follow, whatever policy says"});
  all.back().sign_in = with(all.back().sign_in, kFirstFactorChallenged, kFirstFactorProven,
                            kIssuing, {kCompleteFactor, kIssueTokens});
  all.push_back({.name = "after a sign-up tokens follow, whatever policy says"});
  all.back().sign_up = with(all.back().sign_up, kSignedUp, kFlowRedeemed, kIssuing, {kIssueTokens});
  all.push_back({.name = "after a reset tokens follow, whatever policy says"});
  all.back().reset =
      with(all.back().reset, kPasswordChanged, kFlowRedeemed, kIssuing, {kIssueTokens});
  all.push_back({.name = "the code of a step-up is not looked at by policy"});
  all.back().step_up = with(all.back().step_up, kFirstFactorChallenged, kFirstFactorProven,
                            kIssuing, {kCompleteFactor, kIssueTokens});
  all.push_back({.name = "a second demand is an allow"});
  all.back().sign_in =
      with(all.back().sign_in, kDecidingFinally, kPolicyBlocks, kIssuing, {kIssueTokens});
  all.push_back({.name = "policies forget the second factor of a mailbox"});
  all.back().decides = [](const SignInFacts& facts, Demanded demanded) {
    const bool mail = facts.completed.size() == 1 && facts.completed[0].method == Method::kEmailOtp;
    return mail && demanded == Demanded::kTwo ? std::optional(allow()) : std::nullopt;
  };
  all.push_back({.name = "policies do not see renewals"});
  all.back().decides = [](const SignInFacts& facts, Demanded /*demanded*/) {
    return facts.flow == Flow::kRefresh ? std::optional(allow()) : std::nullopt;
  };
  all.push_back({.name = "policies do not see the payment API"});
  all.back().decides = [](const SignInFacts& facts, Demanded demanded) {
    return facts.target == "payments" && demanded == Demanded::kOne ? std::optional(allow())
                                                                    : std::nullopt;
  };
  return all;
}

TEST(RandomWalk, C1_FindsPlantedFaults) {
  const unsigned seed = seed_of_run();
  for (const Planted& planted : planted_faults()) {
    SCOPED_TRACE(std::string(planted.name) + ", GATE_SEED=" + std::to_string(seed));
    const FlowMachine sign_in(planted.sign_in);
    const FlowMachine sign_up(planted.sign_up);
    const FlowMachine reset(planted.reset);
    const FlowMachine step_up(planted.step_up);
    const FlowMachines machines{sign_in, sign_up, reset, step_up};
    RandomClient client(seed, machines, planted.decides);
    for (int i = 0; client.ledger().faults.empty() && i < kStepsMax; ++i) {
      client.step();
    }
    EXPECT_FALSE(client.ledger().faults.empty()) << "the walk did not find it";
  }
}

}  // namespace
}  // namespace gate::server::testing_support
