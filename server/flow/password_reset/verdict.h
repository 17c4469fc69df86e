#pragma once

#include <vector>

#include "server/flow/model/run.h"

namespace gate::server {

/// True if this mailbox is the user's second factor beside the password, for one of the verdicts on
/// a sign-in with the password, and no other one could stand in for it. Then the mailbox alone must
/// not reset the password: it would stand for both factors (D4).
[[nodiscard]] bool mailbox_is_the_other_factor(const FlowRun& run,
                                               const PolicyVerdict& with_password);

/// The event that follows from the verdict on a password reset whose mailbox is proven, and the
/// refusal to answer if the flow ends here. `replaces_a_factor`: see above. A second factor that
/// the policies require is required for the tokens.
[[nodiscard]] FlowEvent weigh_reset(FlowRun& run, const PolicyVerdict& verdict,
                                    bool replaces_a_factor);

}  // namespace gate::server
