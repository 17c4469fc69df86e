#pragma once

#include "server/flow/model/vocabulary.h"

namespace gate::server {

/// The table of the step-up: the factors that a session lacks, or whose proofs are too old, and
/// then as every flow to the tokens. `step_up.mmd` is its diagram.
[[nodiscard]] const FlowMachine& step_up_machine() noexcept;

}  // namespace gate::server
