#pragma once

#include "server/flow/model/run.h"

namespace gate::server {

/// Evaluates the policies on the user action `register_security_info`, which include those on all
/// apps, and sets the event that follows. In kOfferingEnrolment it reduces `offered` to the methods
/// that may be enrolled. In kBindingMethod the pending method must be one of these.
///
/// A user who has a method beside the first factor of this flow, blocked or not, may enrol none: an
/// attacker with the password must not add a method, and this flow has no second prompt (S16).
/// Otherwise an allow permits every requested method. A challenge permits those that would satisfy
/// it (conditional-access 2.7). A block permits none.
[[nodiscard]] PolicyVerdict weigh_enrolment(FlowRun& run, SignInFacts facts, FlowEvent& event);

}  // namespace gate::server
