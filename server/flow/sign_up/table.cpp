#include "server/flow/sign_up/table.h"

#include <array>

#include "server/flow/completion/table.h"
#include "server/flow/enrolment/table.h"

namespace gate::server {
namespace {

using enum FlowPhase;
using enum FlowEvent;
using enum FlowEffect;

// INVARIANT: kCreateAccount is an effect of one transition alone. It leaves kDecidingAccount on
// kPolicyAllows, and every path there proves the mailbox first. So an address that is not proven
// reserves nothing, and no account exists before the last step is done.
// The order (code, then password, then attributes) is the one that the clients accept
// (native-auth-api 6.3).
constexpr std::array kOwnTransitions = {
    FlowTransition{
        kMailboxChallenged, kMailboxProven, kCheckingDetails, {kCompleteFactor, kCheckDetails}},

    FlowTransition{kCheckingDetails, kAccountImpossible, kRefused, {kAnswerRefusal}},
    FlowTransition{
        kCheckingDetails, kNewPasswordWanted, kAwaitingNewPassword, {kRollToken, kAskNewPassword}},
    FlowTransition{
        kCheckingDetails, kAttributesWanted, kAwaitingAttributes, {kRollToken, kAskAttributes}},
    FlowTransition{kCheckingDetails, kDetailsComplete, kDecidingAccount, {kEvaluateAccount}},

    FlowTransition{kAwaitingNewPassword,
                   kNewPasswordRequested,
                   kNewPasswordAsked,
                   {kRollToken, kStartChallenge}},
    FlowTransition{
        kNewPasswordAsked, kNewPasswordRequested, kNewPasswordAsked, {kRollToken, kStartChallenge}},
    FlowTransition{kNewPasswordAsked, kNewPasswordChosen, kCheckingDetails, {kCheckDetails}},
    FlowTransition{kAwaitingAttributes, kAttributesGiven, kCheckingDetails, {kCheckDetails}},

    FlowTransition{kDecidingAccount, kPolicyAllows, kSignedUp, {kRollToken, kCreateAccount}},
    FlowTransition{kDecidingAccount, kPolicyBlocks, kRefused, {kAnswerRefusal}},
    FlowTransition{kSignedUp, kFlowRedeemed, kDeciding, {kEvaluate}},
    FlowTransition{kSignedUp, kSubjectRevoked, kRefused, {kAnswerRefusal}},
};

constexpr auto kTransitions =
    join(kMailboxTransitions, kOwnTransitions, kCompletionTransitions, kEnrolmentTransitions);
static_assert(FlowMachine::pairs_are_unique(kTransitions),
              "a phase and an event name one transition at most");

constexpr FlowMachine kMachine(kTransitions);

}  // namespace

const FlowMachine& sign_up_machine() noexcept {
  return kMachine;
}

}  // namespace gate::server
