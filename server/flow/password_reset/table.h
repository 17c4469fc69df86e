#pragma once

#include "server/flow/model/vocabulary.h"

namespace gate::server {

/// The table of the self-service password reset: mailbox, new password, and then as every flow to
/// the tokens. `password_reset.mmd` is its diagram.
[[nodiscard]] const FlowMachine& password_reset_machine() noexcept;

}  // namespace gate::server
