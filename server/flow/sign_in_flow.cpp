#include "server/flow/sign_in_flow.h"

#include <array>

namespace gate::server {
namespace {

using enum FlowPhase;
using enum FlowEvent;
using enum FlowEffect;

// INVARIANT: kIssueTokens stands on transitions into kIssuing alone, those leave from the two
// deciding phases on kPolicyAllows alone. kDecidingFinally has no way back to a prompt: the clients
// treat a second demand after mfa_oob or registration as an error (native-auth-api 4.3), so a
// stricter policy published in between ends the flow with a plain refusal (C2).
constexpr std::array kTransitions = {
    Transition{kAwaitingFirstFactor,
               kFirstFactorRequested,
               kFirstFactorChallenged,
               {kRollToken, kStartChallenge}},
    Transition{kFirstFactorChallenged,
               kFirstFactorRequested,
               kFirstFactorChallenged,
               {kRollToken, kStartChallenge}},
    Transition{kFirstFactorChallenged, kFactorFailed, kFirstFactorChallenged, {}},
    Transition{kFirstFactorChallenged, kFirstFactorProven, kDeciding, {kCompleteFactor, kEvaluate}},

    Transition{kDeciding, kPolicyAllows, kIssuing, {kIssueTokens}},
    Transition{
        kDeciding, kPolicyWantsSecondFactor, kAwaitingSecondFactor, {kRollToken, kAskSecondFactor}},
    Transition{
        kDeciding, kPolicyWantsRegistration, kAwaitingRegistration, {kRollToken, kAskRegistration}},
    Transition{kDeciding, kPolicyUnmeetable, kRefused, {kAnswerRefusal}},
    Transition{kDeciding, kPolicyBlocks, kRefused, {kAnswerRefusal}},

    Transition{kAwaitingSecondFactor, kMethodsListed, kAwaitingSecondFactor, {kRollToken}},
    Transition{kAwaitingSecondFactor,
               kSecondFactorRequested,
               kSecondFactorChallenged,
               {kRollToken, kStartChallenge}},
    Transition{kSecondFactorChallenged,
               kSecondFactorRequested,
               kSecondFactorChallenged,
               {kRollToken, kStartChallenge}},
    Transition{kSecondFactorChallenged, kFactorFailed, kSecondFactorChallenged, {}},
    Transition{kSecondFactorChallenged,
               kSecondFactorProven,
               kDecidingFinally,
               {kCompleteFactor, kEvaluate}},

    Transition{kAwaitingRegistration, kMethodsListed, kAwaitingRegistration, {kRollToken}},
    Transition{kAwaitingRegistration,
               kRegistrationRequested,
               kRegistrationChallenged,
               {kRollToken, kStartChallenge}},
    Transition{kRegistrationChallenged,
               kRegistrationRequested,
               kRegistrationChallenged,
               {kRollToken, kStartChallenge}},
    Transition{kRegistrationChallenged, kFactorFailed, kRegistrationChallenged, {}},
    Transition{kRegistrationChallenged,
               kRegistrationProven,
               kRegistered,
               {kRollToken, kCompleteFactor, kBindChannel}},
    Transition{kRegistrationChallenged, kPolicyBlocks, kRefused, {kAnswerRefusal}},
    Transition{kRegistered, kRegistrationRedeemed, kDecidingFinally, {kEvaluate}},

    Transition{kDecidingFinally, kPolicyAllows, kIssuing, {kIssueTokens}},
    Transition{kDecidingFinally, kPolicyWantsSecondFactor, kRefused, {kAnswerRefusal}},
    Transition{kDecidingFinally, kPolicyWantsRegistration, kRefused, {kAnswerRefusal}},
    Transition{kDecidingFinally, kPolicyUnmeetable, kRefused, {kAnswerRefusal}},
    Transition{kDecidingFinally, kPolicyBlocks, kRefused, {kAnswerRefusal}},

    Transition{kIssuing, kTokensMade, kDone, {}},

    Transition{kFirstFactorChallenged, kTriesExhausted, kExpired, {kAnswerRefusal}},
    Transition{kSecondFactorChallenged, kTriesExhausted, kExpired, {kAnswerRefusal}},
    Transition{kRegistrationChallenged, kTriesExhausted, kExpired, {kAnswerRefusal}},

    Transition{kAwaitingFirstFactor, kSubjectRevoked, kRefused, {kAnswerRefusal}},
    Transition{kFirstFactorChallenged, kSubjectRevoked, kRefused, {kAnswerRefusal}},
    Transition{kDeciding, kSubjectRevoked, kRefused, {kAnswerRefusal}},
    Transition{kAwaitingSecondFactor, kSubjectRevoked, kRefused, {kAnswerRefusal}},
    Transition{kSecondFactorChallenged, kSubjectRevoked, kRefused, {kAnswerRefusal}},
    Transition{kAwaitingRegistration, kSubjectRevoked, kRefused, {kAnswerRefusal}},
    Transition{kRegistrationChallenged, kSubjectRevoked, kRefused, {kAnswerRefusal}},
    Transition{kRegistered, kSubjectRevoked, kRefused, {kAnswerRefusal}},
    Transition{kDecidingFinally, kSubjectRevoked, kRefused, {kAnswerRefusal}},
};

constexpr bool pairs_are_unique() {
  for (std::size_t i = 0; i < kTransitions.size(); ++i) {
    for (std::size_t j = i + 1; j < kTransitions.size(); ++j) {
      if (kTransitions[i].from == kTransitions[j].from &&
          kTransitions[i].event == kTransitions[j].event) {
        return false;
      }
    }
  }
  return true;
}
static_assert(pairs_are_unique(), "a phase and an event name one transition at most");

constexpr std::array<std::string_view, kFlowPhaseCount> kPhaseNames = {
#define GATE_PHASE(id, name, live) name,
#include "server/flow/sign_in_flow.def"
};
constexpr std::array<bool, kFlowPhaseCount> kPhaseLive = {
#define GATE_PHASE(id, name, live) live,
#include "server/flow/sign_in_flow.def"
};
constexpr std::array<std::string_view, kFlowEventCount> kEventNames = {
#define GATE_EVENT(id) #id,
#include "server/flow/sign_in_flow.def"
};

}  // namespace

std::string_view name(FlowPhase phase) noexcept {
  return kPhaseNames[static_cast<std::size_t>(phase)];
}

std::optional<FlowPhase> parse_flow_phase(std::string_view text) noexcept {
  for (std::size_t i = 0; i < kPhaseNames.size(); ++i) {
    if (kPhaseNames[i] == text) {
      return static_cast<FlowPhase>(i);
    }
  }
  return std::nullopt;
}

bool is_live(FlowPhase phase) noexcept {
  return kPhaseLive[static_cast<std::size_t>(phase)];
}

std::string_view name(FlowEvent event) noexcept {
  return kEventNames[static_cast<std::size_t>(event)];
}

std::span<const Transition> sign_in_transitions() noexcept {
  return kTransitions;
}

Step step(const FlowState& state, FlowEvent event, Micros now) noexcept {
  // Deciding and Issuing are passed through within one transaction that checked the deadlines when
  // it began, hence only live phases run out.
  if (is_live(state.phase) && (now >= state.flow_ends_at || now >= state.token_ends_at)) {
    FlowState over = state;
    over.phase = kExpired;
    return {StepVerdict::kExpired, over, {}};
  }
  for (const Transition& transition : kTransitions) {
    if (transition.from == state.phase && transition.event == event) {
      FlowState next = state;
      next.phase = transition.to;
      return {StepVerdict::kTaken, next, transition.effects};
    }
  }
  return {StepVerdict::kRefused, state, {}};
}

}  // namespace gate::server
