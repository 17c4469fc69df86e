#include "server/flow/sign_in/table.h"

#include <algorithm>
#include <array>

#include "server/flow/completion/table.h"
#include "server/flow/enrolment/table.h"

namespace gate::server {
namespace {

using enum FlowPhase;
using enum FlowEvent;
using enum FlowEffect;

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
    FlowTransition{kFirstFactorChallenged, kTriesExhausted, kExpired, {kAnswerRefusal}},

    FlowTransition{kAwaitingFirstFactor, kSubjectRevoked, kRefused, {kAnswerRefusal}},
    FlowTransition{kFirstFactorChallenged, kSubjectRevoked, kRefused, {kAnswerRefusal}},
};

constexpr auto kTransitions = join(kOwnTransitions, kCompletionTransitions, kEnrolmentTransitions);
static_assert(FlowMachine::pairs_are_unique(kTransitions),
              "a phase and an event name one transition at most");

constexpr FlowMachine kMachine(kTransitions);

}  // namespace

const FlowMachine& sign_in_machine() noexcept {
  return kMachine;
}

}  // namespace gate::server
