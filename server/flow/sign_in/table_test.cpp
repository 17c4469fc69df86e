#include "server/flow/sign_in/table.h"

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

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

TEST(SignInFlow, C1_TokensLeaveByIssuingAloneAndOnlyOnPolicyAllows) {
  int issuing_transitions = 0;
  for_every_pair([&](FlowPhase phase, FlowEvent event) {
    const FlowMachine::Step taken = sign_in_machine().step(live_state(phase), event, kNow);
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
TEST(SignInFlow, C1_EveryPathToTokensProvesAFirstFactorAndEvaluatesAfterTheLastFactor) {
  using Node = std::tuple<FlowPhase, bool /*first*/, bool /*second*/, bool /*evaluated*/>;
  std::set<Node> seen;
  std::vector<Node> todo = {{FlowPhase::kAwaitingFirstFactor, false, false, false}};
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
      const FlowMachine::Step taken = sign_in_machine().step(live_state(phase), event, kNow);
      if (taken.verdict != StepVerdict::kTaken) {
        continue;
      }
      const bool now_first = first || event == FlowEvent::kFirstFactorProven;
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

TEST(SignInFlow, EnrolmentIsOpenOnlyAfterThePolicyAskedForIt) {
  for_every_pair([](FlowPhase phase, FlowEvent event) {
    const FlowMachine::Step taken = sign_in_machine().step(live_state(phase), event, kNow);
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

TEST(SignInFlow, C5_EveryLivePhaseExpiresExactlyAtEitherDeadline) {
  for_every_pair([](FlowPhase phase, FlowEvent event) {
    for (const FlowState late :
         {FlowState{phase, kNow, kNow + 5}, FlowState{phase, kNow + 5, kNow}}) {
      const FlowMachine::Step taken = sign_in_machine().step(late, event, kNow);
      EXPECT_EQ(taken.verdict == StepVerdict::kExpired, is_live(phase)) << name(phase);
      if (is_live(phase)) {
        EXPECT_TRUE(taken.effects.empty());
        EXPECT_EQ(taken.state.phase, FlowPhase::kExpired);
        EXPECT_NE(sign_in_machine().step(late, event, kNow - 1).verdict, StepVerdict::kExpired);
      }
    }
  });
}

TEST(SignInFlow, FinalPhasesAcceptNothing) {
  for_every_pair([](FlowPhase phase, FlowEvent event) {
    if (phase == FlowPhase::kDone || phase == FlowPhase::kRefused || phase == FlowPhase::kExpired) {
      EXPECT_EQ(sign_in_machine().step(live_state(phase), event, kNow).verdict,
                StepVerdict::kRefused);
    }
  });
}

TEST(SignInFlow, AFailedFactorKeepsTheContinuationToken) {
  for_every_pair([](FlowPhase phase, FlowEvent event) {
    const FlowMachine::Step taken = sign_in_machine().step(live_state(phase), event, kNow);
    if (event == FlowEvent::kFactorFailed && taken.verdict == StepVerdict::kTaken) {
      EXPECT_EQ(taken.state.phase, phase);
      EXPECT_FALSE(taken.effects.contains(FlowEffect::kRollToken));
    }
  });
}

TEST(SignInFlow, PhaseNamesParseBack) {
  for (std::size_t p = 0; p < kFlowPhaseCount; ++p) {
    const auto phase = static_cast<FlowPhase>(p);
    EXPECT_EQ(parse_flow_phase(name(phase)), phase);
  }
  EXPECT_EQ(parse_flow_phase("no_such_phase"), std::nullopt);
}

TEST(SignInFlow, TheDiagramShowsTheTable) {
  std::ifstream file(std::string(GATE_SOURCE_DIR) + "/server/flow/sign_in/sign_in.mmd");
  std::ostringstream text;
  text << file.rdbuf();
  // The diagram shows the enumerators; some stored names are older words for the same phases.
  constexpr std::array<std::string_view, kFlowPhaseCount> kIds = {
#define GATE_PHASE(id, name, live) #id,
#include "server/domain/flow_phase.def"
  };
  const auto camel = [&kIds](FlowPhase phase) {
    return std::string(kIds[static_cast<std::size_t>(phase)]);
  };
  for (const FlowTransition& transition : sign_in_machine().table()) {
    if (transition.event == FlowEvent::kSubjectRevoked) {
      continue;  // drawn as a note
    }
    const std::string line = camel(transition.from) + " --> " + camel(transition.to) + ": " +
                             std::string(name(transition.event));
    EXPECT_NE(text.str().find(line), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace gate::server
