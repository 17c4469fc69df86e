#include "server/flow/password_reset/table.h"

#include <array>

#include "server/flow/completion/table.h"
#include "server/flow/enrolment/table.h"

namespace gate::server {
namespace {

using enum FlowPhase;
using enum FlowEvent;
using enum FlowEffect;

// INVARIANT: kChangePassword is an effect of one transition alone. It leaves kAwaitingNewPassword,
// which is entered only from kDecidingReset on kPolicyAllows, after the mailbox was proven. The
// tokens need the decision of kCompletionTransitions as well, in which the mailbox is the first
// factor and therefore no second one (D4).
constexpr std::array kOwnTransitions = {
    FlowTransition{
        kMailboxChallenged, kMailboxProven, kDecidingReset, {kCompleteFactor, kEvaluateReset}},

    FlowTransition{
        kDecidingReset, kPolicyAllows, kAwaitingNewPassword, {kRollToken, kAskNewPassword}},
    FlowTransition{kDecidingReset, kPolicyBlocks, kRefused, {kAnswerRefusal}},
    FlowTransition{kDecidingReset, kPolicyUnmeetable, kRefused, {kAnswerRefusal}},

    FlowTransition{
        kAwaitingNewPassword, kNewPasswordChosen, kPasswordChanged, {kRollToken, kChangePassword}},
    FlowTransition{kPasswordChanged, kFlowRedeemed, kDeciding, {kEvaluate}},

    FlowTransition{kAwaitingMailbox, kSubjectRevoked, kRefused, {kAnswerRefusal}},
    FlowTransition{kMailboxChallenged, kSubjectRevoked, kRefused, {kAnswerRefusal}},
    FlowTransition{kAwaitingNewPassword, kSubjectRevoked, kRefused, {kAnswerRefusal}},
    FlowTransition{kPasswordChanged, kSubjectRevoked, kRefused, {kAnswerRefusal}},
};

constexpr auto kTransitions =
    join(kMailboxTransitions, kOwnTransitions, kCompletionTransitions, kEnrolmentTransitions);
static_assert(FlowMachine::pairs_are_unique(kTransitions),
              "a phase and an event name one transition at most");

constexpr FlowMachine kMachine(kTransitions);

}  // namespace

const FlowMachine& password_reset_machine() noexcept {
  return kMachine;
}

}  // namespace gate::server
