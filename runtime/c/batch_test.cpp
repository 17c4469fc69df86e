#include <gate/gate.h>
#include <gtest/gtest.h>

#include <cstring>
#include <iterator>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "runtime/c/c_testing.h"
#include "runtime/ir/builder.h"

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

/// Four policies, each about one thing that is known of who signs in.
gate_policy_set about_people() {
  ir::ProgramBuilder b;
  ir::Effect mfa;
  mfa.clauses = {b.clause({{{ControlKind::kMfa, 0}}})};
  ir::Effect device;
  device.clauses = {b.clause({{{ControlKind::kCompliantDevice, 0}}})};
  ir::Effect block;
  block.block = true;
  const auto policy = [&b](const char* id, const ir::PrincipalSet& who, const ir::Effect& effect) {
    ir::Policy p;
    p.id = p.name = id;
    p.include = who;
    p.include_targets.all = true;
    p.condition = b.constant(true);
    p.effect = b.effect(effect);
    b.policy(std::move(p));
  };
  const auto named = [&b](ir::SymbolKind kind, const char* name) {
    ir::PrincipalSet who;
    who.members = {b.symbol(kind, name)};
    return who;
  };
  ir::PrincipalSet guests;
  guests.guests = {{1U << GATE_USER_KIND_B2B_COLLABORATION_GUEST,
                    {b.symbol(ir::SymbolKind::kTenant, "partner")}}};
  policy("user", named(ir::SymbolKind::kUser, "amy"), mfa);
  policy("group", named(ir::SymbolKind::kGroup, "admins"), mfa);
  policy("role", named(ir::SymbolKind::kRole, "break glass"), device);
  policy("guest", guests, block);
  auto set = build_policy_set(b.finish());
  GATE_CHECK(set, "the test's set builds");
  return {std::shared_ptr<const PolicySet>(std::move(*set))};
}

/// Few users often, some of them nearly somebody else, some of whom nothing makes sense, across the
/// pieces in which a batch is grouped (PolicySet::evaluate_batch).
class ManyOfFew {
 public:
  static constexpr std::size_t kCount = 2500;

  ManyOfFew() : requests(kCount) {
    std::minstd_rand dice(7);
    const auto one_in = [&dice](std::size_t n) { return dice() % n == 0; };
    constexpr const char* kUsers[] = {"amy", "bob", "cem", "dee", "eve"};
    for (gate_request& r : requests) {
      const std::size_t who = dice() % std::size(kUsers);
      r = request_of(kUsers[who]);
      // The same groups at one place, or equal ones at another.
      r.groups = one_in(2) ? admins_.data() : again_.data();
      r.group_count = who % 2 == 0 ? 2 : 1;
      r.user_kind = one_in(8) ? GATE_USER_KIND_B2B_COLLABORATION_GUEST : GATE_USER_KIND_MEMBER;
      r.external_tenant = gate_text(one_in(4) ? "partner" : "");
      r.platform = static_cast<std::uint32_t>(dice() % 5);
      r.client = static_cast<std::uint32_t>(dice() % 5);
      r.roles = one_in(8) ? roles_.data() : nullptr;
      r.role_count = r.roles == nullptr ? 0 : 1;
      if (one_in(8)) {
        spoil(r, dice() % 16);
      }
    }
  }
  std::vector<gate_request> requests;

 private:
  void spoil(gate_request& r, std::size_t how) {
    switch (how) {
      case 0:
        r.groups = nullptr;  // with a count
        break;
      case 1:
        r.groups = spoilt_.data();  // NULL with a size
        r.group_count = spoilt_.size();
        break;
      case 2:
        r.groups = many_.data();
        r.group_count = many_.size();
        break;
      case 3:
        r.user = {nullptr, 3};
        break;
      case 4:
        r.device_registered = 2;
        break;
      default:  // often: one of them after the other
        r.groups = no_text_.data();
        r.group_count = no_text_.size();
    }
  }
  std::vector<gate_str> admins_ = {gate_text("staff"), gate_text("admins")};
  std::string staff_ = "staff";
  std::vector<gate_str> again_ = {gate_text(staff_.c_str()), gate_text("admins")};
  std::vector<gate_str> spoilt_ = {gate_text("staff"), {nullptr, 6}};
  std::vector<gate_str> many_ = std::vector<gate_str>(ir::kPrincipalsMax + 1, gate_text("g"));
  std::vector<gate_str> no_text_ = {gate_text("\xC3"), gate_text("admins")};
  std::vector<gate_str> roles_ = {gate_text("break glass")};
};

TEST(CBatch, BindsTheUserOnceAndMixesNoUsers) {
  const gate_policy_set set = about_people();
  const ManyOfFew many;
  std::vector<gate_decision> decisions(many.requests.size(), gate_decision_new());
  EXPECT_EQ(gate_policy_set_evaluate_batch(&set, many.requests.data(), many.requests.size(),
                                           decisions.data()),
            GATE_INVALID_ARGUMENT)
      << "some make no sense";
  std::set<std::tuple<gate_status, std::uint32_t, std::uint32_t>> seen;
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    gate_decision alone = gate_decision_new();
    const gate_status status = gate_policy_set_evaluate(&set, &many.requests[i], &alone);
    ASSERT_EQ(std::memcmp(&alone, &decisions[i], sizeof alone), 0) << i;
    seen.emplace(status, alone.outcome, alone.applied_count);
  }
  EXPECT_GE(seen.size(), 8U) << "the sign-ins are too much alike to show anything";
  // Those that make sense alone: the answer is GATE_OK.
  std::vector<gate_request> sense;
  for (const gate_request& r : many.requests) {
    gate_decision alone = gate_decision_new();
    if (gate_policy_set_evaluate(&set, &r, &alone) == GATE_OK) {
      sense.push_back(r);
    }
  }
  EXPECT_LT(sense.size(), many.requests.size());
  EXPECT_EQ(gate_policy_set_evaluate_batch(&set, sense.data(), sense.size(), decisions.data()),
            GATE_OK);
}

TEST(CBatch, OfASetForTheInterpreterIsTheSame) {
  auto built = build_policy_set(ir::sample_program(), Backend::kInterpreter);
  ASSERT_TRUE(built);
  const gate_policy_set set{std::shared_ptr<const PolicySet>(std::move(*built))};
  const std::vector<gate_request> requests = three();
  std::vector<gate_decision> decisions(3, gate_decision_new());
  ASSERT_EQ(gate_policy_set_evaluate_batch(&set, requests.data(), 3, decisions.data()), GATE_OK);
  for (std::size_t i = 0; i < 3; ++i) {
    gate_decision alone = gate_decision_new();
    ASSERT_EQ(gate_policy_set_evaluate(&set, &requests[i], &alone), GATE_OK);
    EXPECT_EQ(std::memcmp(&alone, &decisions[i], sizeof alone), 0) << i;
  }
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
