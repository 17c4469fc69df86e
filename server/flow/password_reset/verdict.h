#pragma once

#include "server/flow/model/run.h"

namespace gate::server {

/// The event that follows from a verdict on a password reset whose mailbox is proven, and the
/// refusal to answer if the flow ends here. The reset goes on if the mailbox does not replace a
/// second factor:
///
///   - the policies allow the mailbox alone, or
///   - the user has a second factor beside the mailbox, which the tokens will ask for, or
///   - the user has none yet and may enrol one, and beside the password this mailbox is none.
///
/// Otherwise password and mailbox are the user's two factors, and the mailbox must not reset the
/// password: the user is sent to another way (D4). `with_password` is the verdict on a sign-in with
/// the password.
[[nodiscard]] FlowEvent weigh_reset(FlowRun& run, const PolicyVerdict& verdict,
                                    const PolicyVerdict& with_password);

}  // namespace gate::server
