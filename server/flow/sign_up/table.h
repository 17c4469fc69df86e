#pragma once

#include "server/flow/model/vocabulary.h"

namespace gate::server {

/// The table of the sign-up: mailbox, password, attributes, account, and then as every flow to the
/// tokens. `sign_up.mmd` is its diagram.
[[nodiscard]] const FlowMachine& sign_up_machine() noexcept;

}  // namespace gate::server
