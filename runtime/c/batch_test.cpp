#include <gate/gate.h>
#include <gtest/gtest.h>

#include "runtime/c/c_testing.h"

namespace gate::c {
namespace {

using namespace testing;

std::vector<gate_request> three() {
  std::vector<gate_request> requests = {request_of("amy"), request_of("bob"), request_of("cem")};
  requests[1].ip = gate_text("203.0.113.999");  // rejected: an answer, not a mistake of the caller
  return requests;
}

TEST(CBatch, EqualsOneDecisionAfterTheOther) {
  const auto set = loaded();
  const std::vector<gate_request> requests = three();
  std::vector<gate_decision> decisions(3, gate_decision_new());
  ASSERT_EQ(gate_policy_set_evaluate_batch(set.get(), requests.data(), 3, decisions.data()),
            GATE_OK);
  for (std::size_t i = 0; i < 3; ++i) {
    gate_decision alone = gate_decision_new();
    ASSERT_EQ(gate_policy_set_evaluate(set.get(), &requests[i], &alone), GATE_OK);
    EXPECT_EQ(std::memcmp(&alone, &decisions[i], sizeof alone), 0) << i;
  }
  EXPECT_EQ(fault_of(decisions[1]), RequestFault::kMalformedIp);
  EXPECT_EQ(gate_policy_set_evaluate_batch(set.get(), nullptr, 0, nullptr), GATE_OK);
}

TEST(CBatch, OneGenerationForAllOfThem) {
  const auto set = loaded();
  gate_evaluator* raw = nullptr;
  ASSERT_EQ(gate_evaluator_new(set.get(), &raw, nullptr), GATE_OK);
  const Handle<gate_evaluator> evaluator(raw);
  ASSERT_EQ(gate_evaluator_replace(evaluator.get(), set.get(), nullptr, nullptr), GATE_OK);
  const std::vector<gate_request> requests = three();
  std::vector<gate_decision> decisions(3, gate_decision_new());
  ASSERT_EQ(gate_evaluator_evaluate_batch(evaluator.get(), requests.data(), 3, decisions.data()),
            GATE_OK);
  for (const gate_decision& d : decisions) {
    EXPECT_EQ(d.generation, 2U);
  }
}

/// A request of a later version of the header: larger, and zero where we know nothing.
struct Later {
  gate_request request = gate_request_new();
  std::uint64_t added = 0;
  Later() { request.struct_size = sizeof(Later); }
};

TEST(CBatch, StructsOfALaterVersionAreWalkedByTheirOwnSize) {
  const auto set = loaded();
  std::vector<Later> requests(2);
  requests[0].request.user = requests[1].request.user = gate_text("amy");
  std::vector<gate_decision> decisions(2, gate_decision_new());
  ASSERT_EQ(gate_policy_set_evaluate_batch(set.get(), &requests[0].request, 2, decisions.data()),
            GATE_OK);
  EXPECT_EQ(std::memcmp(decisions.data(), &decisions[1], sizeof(gate_decision)), 0);
  requests[1].added = 1;  // asks for something that is not known here
  EXPECT_EQ(gate_policy_set_evaluate_batch(set.get(), &requests[0].request, 2, decisions.data()),
            GATE_INVALID_ARGUMENT);
  EXPECT_EQ(decisions[1].outcome, static_cast<unsigned>(GATE_OUTCOME_BLOCK));
}

TEST(CBatch, NonsenseIsRefusedAndBlocks) {
  const auto set = loaded();
  std::vector<gate_request> requests = three();
  std::vector<gate_decision> decisions(3, gate_decision_new());
  const auto run = [&](const gate_policy_set* s, const gate_request* r, gate_decision* d) {
    for (gate_decision& each : decisions) {
      each = gate_decision_new();
      each.outcome = GATE_OUTCOME_ALLOW;
    }
    return gate_policy_set_evaluate_batch(s, r, 3, d);
  };
  const auto all_block = [&] {
    return decisions[0].outcome == GATE_OUTCOME_BLOCK &&
           decisions[1].outcome == GATE_OUTCOME_BLOCK && decisions[2].outcome == GATE_OUTCOME_BLOCK;
  };
  EXPECT_EQ(run(nullptr, requests.data(), decisions.data()), GATE_INVALID_ARGUMENT);
  EXPECT_TRUE(all_block());
  EXPECT_EQ(run(set.get(), nullptr, decisions.data()), GATE_INVALID_ARGUMENT);
  EXPECT_TRUE(all_block());
  EXPECT_EQ(run(set.get(), requests.data(), nullptr), GATE_INVALID_ARGUMENT);
  requests[0].struct_size = 8;
  EXPECT_EQ(run(set.get(), requests.data(), decisions.data()), GATE_INVALID_ARGUMENT);
  EXPECT_TRUE(all_block());
  requests = three();
  requests[2].struct_size += 8;  // not the distance that the others have
  EXPECT_EQ(run(set.get(), requests.data(), decisions.data()), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(decisions[2].outcome, static_cast<unsigned>(GATE_OUTCOME_BLOCK));
}

TEST(CExplain, OfThePoliciesThatApplyAlone) {
  const auto set = loaded();
  const gate_request r = request_of("amy");
  gate_explanation* raw = nullptr;
  ASSERT_EQ(gate_policy_set_explain_applied(set.get(), &r, &raw, nullptr), GATE_OK);
  const Handle<gate_explanation> e(raw);
  ASSERT_EQ(gate_explanation_policy_count(e.get()), 1U);
  gate_policy_trace t = gate_policy_trace_new();
  ASSERT_EQ(gate_explanation_policy(e.get(), 0, &t), GATE_OK);
  EXPECT_EQ(t.applies, 1U);
  EXPECT_GT(t.criterion_count, 2U);
}

}  // namespace
}  // namespace gate::c
