// Walks over the tables of all flows: every phase with every event.

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "server/flow/flows.h"

namespace gate::server {
namespace {

constexpr Micros kNow = 1'000'000;

FlowState live_state(FlowPhase phase) {
  return {phase, kNow + 2, kNow + 1};
}

template <typename Visit>
void for_every_pair(Visit visit) {
  for (std::size_t p = 0; p < kFlowPhaseCount; ++p) {
    for (std::size_t e = 0; e < kFlowEventCount; ++e) {
      visit(static_cast<FlowPhase>(p), static_cast<FlowEvent>(e));
    }
  }
}

/// Where a flow begins, and whether the first factor was proven before.
struct Entry {
  FlowPhase phase;
  bool has_first = false;
};

struct FlowCase {
  const char* name;  ///< of the folder and the diagram
  FlowKind kind;
  std::vector<Entry> entries;
};

class FlowTables : public testing::TestWithParam<FlowCase> {
 protected:
  [[nodiscard]] static const FlowMachine& machine() { return flow_machines().of(GetParam().kind); }
};

INSTANTIATE_TEST_SUITE_P(
    Every, FlowTables,
    testing::Values(
        FlowCase{"sign_in", FlowKind::kSignIn, {{FlowPhase::kAwaitingFirstFactor}}},
        FlowCase{"sign_up", FlowKind::kSignUp, {{FlowPhase::kAwaitingMailbox}}},
        FlowCase{"password_reset", FlowKind::kPasswordReset, {{FlowPhase::kAwaitingMailbox}}},
        FlowCase{"step_up",
                 FlowKind::kStepUp,
                 {{FlowPhase::kAwaitingFirstFactor}, {FlowPhase::kAwaitingSecondFactor, true}}}),
    [](const auto& one) { return std::string(one.param.name); });

TEST_P(FlowTables, C1_TokensLeaveByIssuingAloneAndOnlyOnPolicyAllows) {
  int issuing_transitions = 0;
  for_every_pair([&](FlowPhase phase, FlowEvent event) {
    const FlowMachine::Step taken = machine().step(live_state(phase), event, kNow);
    const bool issues = taken.effects.contains(FlowEffect::kIssueTokens);
    const bool enters_issuing =
        taken.verdict == StepVerdict::kTaken && taken.state.phase == FlowPhase::kIssuing;
    EXPECT_EQ(issues, enters_issuing) << name(phase) << " on " << name(event);
    if (issues) {
      ++issuing_transitions;
      EXPECT_EQ(event, FlowEvent::kPolicyAllows);
      EXPECT_TRUE(phase == FlowPhase::kDeciding || phase == FlowPhase::kDecidingFinally);
    }
    if (taken.verdict == StepVerdict::kTaken && taken.state.phase == FlowPhase::kDone) {
      EXPECT_EQ(phase, FlowPhase::kIssuing);
    }
  });
  EXPECT_EQ(issuing_transitions, 2);
}

// Visits every reachable (phase, proven factors) and checks what has been proven when the policy is
// evaluated, on every path, enrolment included.
TEST_P(FlowTables, C1_EveryPathToTokensProvesAFirstFactorAndEvaluatesAfterTheLastFactor) {
  using Node = std::tuple<FlowPhase, bool /*first*/, bool /*second*/, bool /*evaluated*/>;
  std::set<Node> seen;
  std::vector<Node> todo;
  for (const Entry& entry : GetParam().entries) {
    todo.emplace_back(entry.phase, entry.has_first, false, false);
  }
  bool issued_after_first = false;
  bool issued_after_second = false;
  while (!todo.empty()) {
    const Node node = todo.back();
    todo.pop_back();
    if (!seen.insert(node).second) {
      continue;
    }
    const auto [phase, first, second, evaluated] = node;
    for (std::size_t e = 0; e < kFlowEventCount; ++e) {
      const auto event = static_cast<FlowEvent>(e);
      const FlowMachine::Step taken = machine().step(live_state(phase), event, kNow);
      if (taken.verdict != StepVerdict::kTaken) {
        continue;
      }
      const bool now_first =
          first || event == FlowEvent::kFirstFactorProven || event == FlowEvent::kMailboxProven;
      const bool now_second =
          second || event == FlowEvent::kSecondFactorProven || event == FlowEvent::kEnrolmentProven;
      bool now_evaluated = evaluated;
      if (taken.effects.contains(FlowEffect::kCompleteFactor)) {
        now_evaluated = false;
      }
      if (taken.effects.contains(FlowEffect::kEvaluate)) {
        now_evaluated = true;
      }
      if (taken.effects.contains(FlowEffect::kIssueTokens)) {
        EXPECT_TRUE(now_first) << name(phase);
        EXPECT_TRUE(now_evaluated) << name(phase);
        EXPECT_EQ(phase == FlowPhase::kDecidingFinally, now_second);
        (now_second ? issued_after_second : issued_after_first) = true;
      }
      todo.emplace_back(taken.state.phase, now_first, now_second, now_evaluated);
    }
  }
  EXPECT_TRUE(issued_after_first);
  EXPECT_TRUE(issued_after_second);
  EXPECT_TRUE(seen.contains({FlowPhase::kEnrolled, true, true, false}))
      << "the walk covers enrolment";
}

TEST_P(FlowTables, EnrolmentIsOpenOnlyAfterThePolicyAskedForIt) {
  for_every_pair([this](FlowPhase phase, FlowEvent event) {
    const FlowMachine::Step taken = machine().step(live_state(phase), event, kNow);
    if (event == FlowEvent::kEnrolmentRequested && taken.verdict == StepVerdict::kTaken) {
      EXPECT_TRUE(phase == FlowPhase::kAwaitingEnrolment ||
                  phase == FlowPhase::kEnrolmentChallenged);
    }
    if (taken.verdict == StepVerdict::kTaken &&
        taken.state.phase == FlowPhase::kAwaitingEnrolment) {
      EXPECT_TRUE((phase == FlowPhase::kOfferingEnrolment && event == FlowEvent::kPolicyAllows) ||
                  event == FlowEvent::kMethodsListed);
    }
  });
}

TEST_P(FlowTables, C5_EveryLivePhaseExpiresExactlyAtEitherDeadline) {
  for_every_pair([this](FlowPhase phase, FlowEvent event) {
    for (const FlowState late :
         {FlowState{phase, kNow, kNow + 5}, FlowState{phase, kNow + 5, kNow}}) {
      const FlowMachine::Step taken = machine().step(late, event, kNow);
      EXPECT_EQ(taken.verdict == StepVerdict::kExpired, is_live(phase)) << name(phase);
      if (is_live(phase)) {
        EXPECT_TRUE(taken.effects.empty());
        EXPECT_EQ(taken.state.phase, FlowPhase::kExpired);
        EXPECT_NE(machine().step(late, event, kNow - 1).verdict, StepVerdict::kExpired);
      }
    }
  });
}

TEST_P(FlowTables, FinalPhasesAcceptNothing) {
  for_every_pair([this](FlowPhase phase, FlowEvent event) {
    if (phase == FlowPhase::kDone || phase == FlowPhase::kRefused || phase == FlowPhase::kExpired) {
      EXPECT_EQ(machine().step(live_state(phase), event, kNow).verdict, StepVerdict::kRefused);
    }
  });
}

TEST_P(FlowTables, AFailedFactorKeepsTheContinuationToken) {
  for_every_pair([this](FlowPhase phase, FlowEvent event) {
    const FlowMachine::Step taken = machine().step(live_state(phase), event, kNow);
    if (event == FlowEvent::kFactorFailed && taken.verdict == StepVerdict::kTaken) {
      EXPECT_EQ(taken.state.phase, phase);
      EXPECT_FALSE(taken.effects.contains(FlowEffect::kRollToken));
    }
  });
}

TEST_P(FlowTables, TheDiagramShowsTheTable) {
  // The parts that flows share are drawn in the diagram of the sign-in.
  std::ostringstream text;
  for (const std::string flow : {"sign_in", GetParam().name}) {
    const std::string path = "/server/flow/" + flow + "/" + flow + ".mmd";
    text << std::ifstream(std::string(GATE_SOURCE_DIR) + path).rdbuf();
  }
  // The diagram shows the enumerators; some stored names are older words for the same phases.
  constexpr std::array<std::string_view, kFlowPhaseCount> kIds = {
#define GATE_PHASE(id, name, live) #id,
#include "server/domain/flow_phase.def"
  };
  const auto camel = [&kIds](FlowPhase phase) {
    return std::string(kIds[static_cast<std::size_t>(phase)]);
  };
  for (const FlowTransition& transition : machine().table()) {
    if (transition.event == FlowEvent::kSubjectRevoked) {
      continue;  // drawn as a note
    }
    const std::string line = camel(transition.from) + " --> " + camel(transition.to) + ": " +
                             std::string(name(transition.event));
    EXPECT_NE(text.str().find(line), std::string::npos) << line;
  }
}

/// The phases from which a transition with this effect leaves.
std::set<FlowPhase> phases_with(const FlowMachine& machine, FlowEffect effect) {
  std::set<FlowPhase> phases;
  for (const FlowTransition& transition : machine.table()) {
    if (transition.effects.contains(effect)) {
      phases.insert(transition.from);
    }
  }
  return phases;
}

/// True if every path from the first phase to `goal` takes an event that `proves`.
template <typename Proves>
bool is_behind(const FlowMachine& machine, FlowPhase first, FlowPhase goal, Proves proves) {
  std::set<FlowPhase> seen;
  std::vector<FlowPhase> todo = {first};
  while (!todo.empty()) {
    const FlowPhase phase = todo.back();
    todo.pop_back();
    if (phase == goal) {
      return false;
    }
    if (!seen.insert(phase).second) {
      continue;
    }
    for (const FlowTransition& transition : machine.table()) {
      if (transition.from == phase && !proves(transition.event)) {
        todo.push_back(transition.to);
      }
    }
  }
  return true;
}

TEST(FlowTableRules, AnAccountIsCreatedOnceAndAfterTheProofOfItsMailboxAlone) {
  const FlowMachine& machine = flow_machines().sign_up;
  EXPECT_EQ(phases_with(machine, FlowEffect::kCreateAccount),
            std::set{FlowPhase::kDecidingAccount});
  for (const FlowEvent needed : {FlowEvent::kMailboxProven, FlowEvent::kDetailsComplete}) {
    EXPECT_TRUE(is_behind(machine, FlowPhase::kAwaitingMailbox, FlowPhase::kSignedUp,
                          [needed](FlowEvent event) { return event == needed; }))
        << name(needed);
  }
}

TEST(FlowTableRules, D4_APasswordIsChangedAfterTheProofOfTheMailboxAndADecisionAlone) {
  const FlowMachine& machine = flow_machines().password_reset;
  EXPECT_EQ(phases_with(machine, FlowEffect::kChangePassword),
            std::set{FlowPhase::kAwaitingNewPassword});
  for (const FlowEvent needed : {FlowEvent::kMailboxProven, FlowEvent::kPolicyAllows}) {
    EXPECT_TRUE(is_behind(machine, FlowPhase::kAwaitingMailbox, FlowPhase::kPasswordChanged,
                          [needed](FlowEvent event) { return event == needed; }))
        << name(needed);
  }
  EXPECT_TRUE(phases_with(flow_machines().sign_in, FlowEffect::kChangePassword).empty());
  EXPECT_TRUE(phases_with(flow_machines().sign_up, FlowEffect::kChangePassword).empty());
  EXPECT_TRUE(phases_with(flow_machines().step_up, FlowEffect::kChangePassword).empty());
}

TEST(FlowTableRules, F2_S16_AStepUpEnrolsAMethodAfterItsOwnProofOfTheFirstFactorAlone) {
  const FlowMachine& machine = flow_machines().step_up;
  const auto none = [](FlowEvent) { return false; };
  EXPECT_TRUE(
      is_behind(machine, FlowPhase::kAwaitingSecondFactor, FlowPhase::kOfferingEnrolment, none))
      << "the factor of a session opens no enrolment";
  EXPECT_FALSE(
      is_behind(machine, FlowPhase::kAwaitingFirstFactor, FlowPhase::kOfferingEnrolment, none));
  EXPECT_TRUE(is_behind(machine, FlowPhase::kAwaitingFirstFactor, FlowPhase::kOfferingEnrolment,
                        [](FlowEvent event) { return event == FlowEvent::kFirstFactorProven; }));
}

TEST(FlowTableRules, PhaseNamesParseBack) {
  for (std::size_t p = 0; p < kFlowPhaseCount; ++p) {
    const auto phase = static_cast<FlowPhase>(p);
    EXPECT_EQ(parse_flow_phase(name(phase)), phase);
  }
  EXPECT_EQ(parse_flow_phase("no_such_phase"), std::nullopt);
}

}  // namespace
}  // namespace gate::server
