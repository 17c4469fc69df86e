#include "server/flow/sign_in/table.h"

#include <algorithm>
#include <array>

#include "server/flow/enrolment/table.h"

namespace gate::server {
namespace {

using enum FlowPhase;
using enum FlowEvent;
using enum FlowEffect;

// INVARIANT: kIssueTokens is an effect only of transitions into kIssuing, and these leave only the
// two deciding phases, only on kPolicyAllows. From kDecidingFinally no transition leads back to a
// prompt: the clients treat a second demand after mfa_oob or enrolment as an error (native-auth-api
// 4.3). A stricter policy published in between therefore ends the flow with a plain refusal (C2).
constexpr std::array kOwnTransitions = {
    FlowTransition{kAwaitingFirstFactor,
                   kFirstFactorRequested,
                   kFirstFactorChallenged,
                   {kRollToken, kStartChallenge}},
    FlowTransition{kFirstFactorChallenged,
                   kFirstFactorRequested,
                   kFirstFactorChallenged,
                   {kRollToken, kStartChallenge}},
    FlowTransition{kFirstFactorChallenged, kFactorFailed, kFirstFactorChallenged, {}},
    FlowTransition{
        kFirstFactorChallenged, kFirstFactorProven, kDeciding, {kCompleteFactor, kEvaluate}},

    FlowTransition{kDeciding, kPolicyAllows, kIssuing, {kIssueTokens}},
    FlowTransition{
        kDeciding, kPolicyWantsSecondFactor, kAwaitingSecondFactor, {kRollToken, kAskSecondFactor}},
    FlowTransition{kDeciding, kPolicyWantsEnrolment, kOfferingEnrolment, {kEvaluateEnrolment}},
    FlowTransition{kDeciding, kPolicyUnmeetable, kRefused, {kAnswerRefusal}},
    FlowTransition{kDeciding, kPolicyBlocks, kRefused, {kAnswerRefusal}},

    FlowTransition{
        kAwaitingSecondFactor, kMethodsListed, kAwaitingSecondFactor, {kRollToken, kListMethods}},
    FlowTransition{kAwaitingSecondFactor,
                   kSecondFactorRequested,
                   kSecondFactorChallenged,
                   {kRollToken, kStartChallenge}},
    FlowTransition{kSecondFactorChallenged,
                   kSecondFactorRequested,
                   kSecondFactorChallenged,
                   {kRollToken, kStartChallenge}},
    FlowTransition{kSecondFactorChallenged, kFactorFailed, kSecondFactorChallenged, {}},
    FlowTransition{kSecondFactorChallenged,
                   kSecondFactorProven,
                   kDecidingFinally,
                   {kCompleteFactor, kEvaluate}},

    FlowTransition{kEnrolled, kEnrolmentRedeemed, kDecidingFinally, {kEvaluate}},

    FlowTransition{kDecidingFinally, kPolicyAllows, kIssuing, {kIssueTokens}},
    FlowTransition{kDecidingFinally, kPolicyWantsSecondFactor, kRefused, {kAnswerRefusal}},
    FlowTransition{kDecidingFinally, kPolicyWantsEnrolment, kRefused, {kAnswerRefusal}},
    FlowTransition{kDecidingFinally, kPolicyUnmeetable, kRefused, {kAnswerRefusal}},
    FlowTransition{kDecidingFinally, kPolicyBlocks, kRefused, {kAnswerRefusal}},

    FlowTransition{kIssuing, kTokensMade, kDone, {}},

    FlowTransition{kFirstFactorChallenged, kTriesExhausted, kExpired, {kAnswerRefusal}},
    FlowTransition{kSecondFactorChallenged, kTriesExhausted, kExpired, {kAnswerRefusal}},

    FlowTransition{kAwaitingFirstFactor, kSubjectRevoked, kRefused, {kAnswerRefusal}},
    FlowTransition{kFirstFactorChallenged, kSubjectRevoked, kRefused, {kAnswerRefusal}},
    FlowTransition{kAwaitingSecondFactor, kSubjectRevoked, kRefused, {kAnswerRefusal}},
    FlowTransition{kSecondFactorChallenged, kSubjectRevoked, kRefused, {kAnswerRefusal}},
};

constexpr std::array kTransitions = [] {
  std::array<FlowTransition, kOwnTransitions.size() + kEnrolmentTransitions.size()> all{};
  std::copy(kEnrolmentTransitions.begin(), kEnrolmentTransitions.end(),
            std::copy(kOwnTransitions.begin(), kOwnTransitions.end(), all.begin()));
  return all;
}();
static_assert(FlowMachine::pairs_are_unique(kTransitions),
              "a phase and an event name one transition at most");

constexpr FlowMachine kMachine(kTransitions);

}  // namespace

const FlowMachine& sign_in_machine() noexcept {
  return kMachine;
}

}  // namespace gate::server
