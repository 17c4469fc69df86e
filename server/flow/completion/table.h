#pragma once

#include <array>

#include "server/flow/model/vocabulary.h"

namespace gate::server {

/// The first factor of an account: with it a sign-in begins, and a step-up if its proof is too old.
inline constexpr std::array kFirstFactorTransitions = [] {
  using enum FlowPhase;
  using enum FlowEvent;
  using enum FlowEffect;
  return std::array{
      FlowTransition{kAwaitingFirstFactor,
                     kFirstFactorRequested,
                     kFirstFactorChallenged,
                     {kRollToken, kStartChallenge}},
      FlowTransition{kFirstFactorChallenged,
                     kFirstFactorRequested,
                     kFirstFactorChallenged,
                     {kRollToken, kStartChallenge}},
      FlowTransition{
          kFirstFactorChallenged, kFactorFailed, kFirstFactorChallenged, {kAnswerRefusal}},
      FlowTransition{
          kFirstFactorChallenged, kFirstFactorProven, kDeciding, {kCompleteFactor, kEvaluate}},
      FlowTransition{kFirstFactorChallenged, kTriesExhausted, kExpired, {kAnswerRefusal}},

      FlowTransition{kAwaitingFirstFactor, kSubjectRevoked, kRefused, {kAnswerRefusal}},
      FlowTransition{kFirstFactorChallenged, kSubjectRevoked, kRefused, {kAnswerRefusal}},
  };
}();

/// From the first factor to the tokens: the decision, the second factor and the issue. It is a part
/// of every flow that ends in tokens, and begins in kDeciding. Enrolment, which it may lead to, is
/// `flow/enrolment/table.h`.
///
/// INVARIANT: kIssueTokens is an effect only of transitions into kIssuing, and these leave only the
/// two deciding phases, only on kPolicyAllows. From kDecidingFinally no transition leads back to a
/// prompt: the clients treat a second demand after mfa_oob or enrolment as an error
/// (native-auth-api 4.3). A stricter policy published in between therefore ends the flow with a
/// plain refusal (C2).
inline constexpr std::array kCompletionTransitions = [] {
  using enum FlowPhase;
  using enum FlowEvent;
  using enum FlowEffect;
  return std::array{
      FlowTransition{kDeciding, kPolicyAllows, kIssuing, {kIssueTokens}},
      FlowTransition{kDeciding,
                     kPolicyWantsSecondFactor,
                     kAwaitingSecondFactor,
                     {kRollToken, kAskSecondFactor}},
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
      FlowTransition{
          kSecondFactorChallenged, kFactorFailed, kSecondFactorChallenged, {kAnswerRefusal}},
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

      FlowTransition{kSecondFactorChallenged, kTriesExhausted, kExpired, {kAnswerRefusal}},
      FlowTransition{kAwaitingSecondFactor, kSubjectRevoked, kRefused, {kAnswerRefusal}},
      FlowTransition{kSecondFactorChallenged, kSubjectRevoked, kRefused, {kAnswerRefusal}},
  };
}();

/// The proof of the mailbox with which a sign-up and a password reset begin. Each says itself where
/// kMailboxProven leads.
inline constexpr std::array kMailboxTransitions = [] {
  using enum FlowPhase;
  using enum FlowEvent;
  using enum FlowEffect;
  return std::array{
      FlowTransition{
          kAwaitingMailbox, kMailboxRequested, kMailboxChallenged, {kRollToken, kStartChallenge}},
      FlowTransition{
          kMailboxChallenged, kMailboxRequested, kMailboxChallenged, {kRollToken, kStartChallenge}},
      FlowTransition{kMailboxChallenged, kFactorFailed, kMailboxChallenged, {kAnswerRefusal}},
      FlowTransition{kMailboxChallenged, kTriesExhausted, kExpired, {kAnswerRefusal}},
  };
}();

}  // namespace gate::server
