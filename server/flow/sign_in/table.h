#pragma once

#include "server/flow/model/vocabulary.h"

namespace gate::server {

/// The table of the sign-in, enrolment included. `sign_in.mmd` is its diagram.
[[nodiscard]] const FlowMachine& sign_in_machine() noexcept;

}  // namespace gate::server
