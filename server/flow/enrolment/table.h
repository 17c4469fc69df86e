#pragma once

#include <array>

#include "server/flow/model/vocabulary.h"

namespace gate::server {

/// The enrolment of the first second factor, as a part of another flow. It begins when a policy
/// requires it and ends in kEnrolled, from where the other flow continues. The policies on the user
/// action `register_security_info` are evaluated before a method is offered, and again before one
/// is bound (C2).
inline constexpr std::array kEnrolmentTransitions = [] {
  using enum FlowPhase;
  using enum FlowEvent;
  using enum FlowEffect;
  return std::array{
      FlowTransition{
          kOfferingEnrolment, kPolicyAllows, kAwaitingEnrolment, {kRollToken, kAskEnrolment}},
      FlowTransition{kOfferingEnrolment, kPolicyBlocks, kRefused, {kAnswerRefusal}},
      FlowTransition{
          kAwaitingEnrolment, kMethodsListed, kAwaitingEnrolment, {kRollToken, kListMethods}},
      FlowTransition{kAwaitingEnrolment,
                     kEnrolmentRequested,
                     kEnrolmentChallenged,
                     {kRollToken, kStartChallenge}},
      FlowTransition{kEnrolmentChallenged,
                     kEnrolmentRequested,
                     kEnrolmentChallenged,
                     {kRollToken, kStartChallenge}},
      FlowTransition{kEnrolmentChallenged, kFactorFailed, kEnrolmentChallenged, {kAnswerRefusal}},
      FlowTransition{kEnrolmentChallenged, kTriesExhausted, kExpired, {kAnswerRefusal}},
      FlowTransition{kEnrolmentChallenged, kEnrolmentProven, kBindingMethod, {kEvaluateEnrolment}},
      FlowTransition{
          kBindingMethod, kPolicyAllows, kEnrolled, {kRollToken, kCompleteFactor, kBindMethod}},
      FlowTransition{kBindingMethod, kPolicyBlocks, kRefused, {kAnswerRefusal}},
      FlowTransition{kAwaitingEnrolment, kSubjectRevoked, kRefused, {kAnswerRefusal}},
      FlowTransition{kEnrolmentChallenged, kSubjectRevoked, kRefused, {kAnswerRefusal}},
      FlowTransition{kEnrolled, kSubjectRevoked, kRefused, {kAnswerRefusal}},
  };
}();

}  // namespace gate::server
