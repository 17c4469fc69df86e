#pragma once

#include "server/flow/model/run.h"

namespace gate::server {

/// Asks the policies on the user action `register_security_info`, which those on all apps are too,
/// and sets the event that follows. In kOfferingEnrolment the methods of `offered` are narrowed to
/// those that may be enrolled; in kBindingMethod the pending one has to be among them.
///
/// A user with another method than the first factor of this flow, a blocked one included, may enrol
/// none: a thief with the password must not add a method of their own, and this flow has no second
/// prompt (S16). Otherwise, on allow, every method that is wanted; on a challenge those that, once
/// done, leave nothing to ask for (conditional-access 2.7: sent to registration). A block is a no.
[[nodiscard]] PolicyVerdict weigh_enrolment(FlowRun& run, SignInFacts facts);

}  // namespace gate::server
