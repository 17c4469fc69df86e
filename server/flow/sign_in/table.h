#pragma once

#include "server/flow/model/vocabulary.h"

namespace gate::server {

/// The sign-in, enrolment included. `sign_in.mmd` beside this file is its diagram.
[[nodiscard]] const FlowMachine& sign_in_machine() noexcept;

}  // namespace gate::server
