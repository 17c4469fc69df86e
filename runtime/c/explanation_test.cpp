#include <gate/gate.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "runtime/c/c_testing.h"

namespace gate::c {
namespace {

using namespace testing;

TEST(CExplain, TellsWhatCppTells) {
  const auto set = loaded();
  gate_request r = request_of("amy");
  gate_explanation* raw = nullptr;
  ASSERT_EQ(gate_policy_set_explain(set.get(), &r, &raw, nullptr), GATE_OK);
  const Handle<gate_explanation> e(raw);
  SignInFacts facts;
  facts.user = "amy";
  const SignInView view(facts);
  const Explanation expected = sample()->explain(view.request(), ExplainScope::kEvery);
  gate_decision d = gate_decision_new();
  ASSERT_EQ(gate_explanation_decision(e.get(), &d), GATE_OK);
  expect_same(d, expected.decision);
  ASSERT_EQ(gate_explanation_report_only(e.get(), &d), GATE_OK);
  expect_same(d, expected.report_only);
  ASSERT_EQ(gate_explanation_policy_count(e.get()), expected.policies.size());
  for (std::size_t i = 0; i < expected.policies.size(); ++i) {
    const PolicyTrace& p = expected.policies[i];
    gate_policy_trace t = gate_policy_trace_new();
    ASSERT_EQ(gate_explanation_policy(e.get(), i, &t), GATE_OK);
    EXPECT_EQ(t.policy, p.policy);
    EXPECT_EQ(t.applies != 0, p.applies);
    EXPECT_EQ(t.satisfied != 0, p.satisfied);
    EXPECT_EQ(t.outcome, static_cast<std::uint32_t>(p.outcome));
    ASSERT_EQ(t.criterion_count, p.criteria.size());
    for (std::size_t k = 0; k < t.criterion_count; ++k) {
      gate_criterion c = gate_criterion_new();
      ASSERT_EQ(gate_explanation_criterion(e.get(), i, k, &c), GATE_OK);
      EXPECT_EQ(to_view(c.section), p.criteria[k].section);
      EXPECT_EQ(to_view(c.text), p.criteria[k].text);
      EXPECT_EQ(to_view(c.detail), p.criteria[k].detail);
      EXPECT_EQ(c.truth, static_cast<std::uint32_t>(p.criteria[k].truth));
    }
    gate_criterion c = gate_criterion_new();
    EXPECT_EQ(gate_explanation_criterion(e.get(), i, t.criterion_count, &c), GATE_NOT_FOUND);
    ASSERT_EQ(t.requirement_count, p.requires_text.size());
    for (std::size_t k = 0; k < t.requirement_count; ++k) {
      EXPECT_EQ(to_view(gate_explanation_requirement(e.get(), i, k)), p.requires_text[k]);
    }
    EXPECT_EQ(gate_explanation_requirement(e.get(), i, t.requirement_count).size, 0U);

    gate_policy_info info = gate_policy_info_new();
    ASSERT_EQ(gate_policy_set_policy(set.get(), i, &info), GATE_OK);
    const auto cpp_set = sample();
    const PolicyInfo policy = cpp_set->policy(i);
    EXPECT_EQ(to_view(info.id), policy.id);
    EXPECT_EQ(to_view(info.name), policy.name);
    EXPECT_EQ(to_view(info.description), policy.description);
    EXPECT_EQ(to_view(info.source_file), policy.source_file);
    EXPECT_EQ(info.source_line, policy.source_line);
    EXPECT_EQ(info.state, static_cast<std::uint32_t>(policy.state));
    EXPECT_EQ(info.blocks != 0, policy.blocks);
  }
  gate_policy_trace t = gate_policy_trace_new();
  EXPECT_EQ(gate_explanation_policy(e.get(), 99, &t), GATE_NOT_FOUND);
  gate_policy_info info = gate_policy_info_new();
  EXPECT_EQ(gate_policy_set_policy(set.get(), 99, &info), GATE_NOT_FOUND);
}

TEST(CExplain, ARejectedRequestHasNoPolicies) {
  const auto set = loaded();
  const std::vector<gate_str> many(2049, gate_text("g"));
  gate_request r = request_of("amy");
  r.groups = many.data(), r.group_count = many.size();
  gate_explanation* raw = nullptr;
  ASSERT_EQ(gate_policy_set_explain(set.get(), &r, &raw, nullptr), GATE_OK);
  const Handle<gate_explanation> e(raw);
  gate_decision d = gate_decision_new();
  ASSERT_EQ(gate_explanation_decision(e.get(), &d), GATE_OK);
  EXPECT_EQ(fault_of(d), RequestFault::kTooManyPrincipals);
  EXPECT_EQ(gate_explanation_policy_count(e.get()), 0U);
}

TEST(CEvaluator, WithoutASetBlocksAndCountsGenerations) {
  gate_evaluator* raw = nullptr;
  ASSERT_EQ(gate_evaluator_new(nullptr, &raw, nullptr), GATE_OK);
  const Handle<gate_evaluator> evaluator(raw);
  gate_request r = request_of("amy");
  gate_decision d = gate_decision_new();
  ASSERT_EQ(gate_evaluator_evaluate(evaluator.get(), &r, &d), GATE_OK);
  EXPECT_EQ(d.outcome, static_cast<unsigned>(GATE_OUTCOME_BLOCK));
  EXPECT_EQ(d.reasons[0].code, static_cast<unsigned>(GATE_REASON_NO_POLICY_SET));
  gate_policy_set* snapshot = nullptr;
  std::uint64_t generation = 9;
  ASSERT_EQ(gate_evaluator_snapshot(evaluator.get(), &snapshot, &generation, nullptr), GATE_OK);
  EXPECT_EQ(snapshot, nullptr);
  EXPECT_EQ(generation, 0U);

  const auto set = loaded();
  ASSERT_EQ(gate_evaluator_replace(evaluator.get(), set.get(), &generation, nullptr), GATE_OK);
  EXPECT_EQ(generation, 1U);
  ASSERT_EQ(gate_evaluator_evaluate(evaluator.get(), &r, &d), GATE_OK);
  EXPECT_EQ(d.generation, 1U);
  EXPECT_EQ(gate_evaluator_replace(evaluator.get(), nullptr, nullptr, nullptr),
            GATE_INVALID_ARGUMENT);
  ASSERT_EQ(gate_evaluator_snapshot(evaluator.get(), &snapshot, &generation, nullptr), GATE_OK);
  const Handle<gate_policy_set> held(snapshot);
  EXPECT_EQ(to_view(gate_policy_set_digest(held.get())),
            to_view(gate_policy_set_digest(set.get())));
}

TEST(CEvaluator, IsReplacedWhileOthersDecide) {
  const auto set = loaded();
  gate_evaluator* raw = nullptr;
  ASSERT_EQ(gate_evaluator_new(set.get(), &raw, nullptr), GATE_OK);
  const Handle<gate_evaluator> evaluator(raw);
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> decided{0};
  std::thread decider([&] {
    gate_request r = request_of("amy");
    std::uint64_t last = 0;
    while (!stop || decided == 0) {
      gate_decision d = gate_decision_new();
      GATE_CHECK(gate_evaluator_evaluate(evaluator.get(), &r, &d) == GATE_OK, "must decide");
      GATE_CHECK(d.generation >= last && d.applied_count == 1, "generations never go back");
      last = d.generation;
      ++decided;
    }
  });
  for (int i = 0; i < 300; ++i) {
    const auto next = loaded();
    gate_policy_set* again = gate_policy_set_retain(next.get());
    EXPECT_EQ(gate_evaluator_replace(evaluator.get(), again, nullptr, nullptr), GATE_OK);
    gate_policy_set_release(again);
  }
  stop = true;
  decider.join();
  EXPECT_GT(decided, 0U);
}

}  // namespace
}  // namespace gate::c
