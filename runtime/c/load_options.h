#pragma once

#include <gate/gate.h>

#include <gate/policy_file.hpp>
#include <gate/result.hpp>

namespace gate::c {

/// gate_load_options as LoadOptions; NULL gives the defaults. kInvalidArgument: a wrong size, text,
/// flag or key.
[[nodiscard]] Result<LoadOptions> read_load_options(const gate_load_options* from);

}  // namespace gate::c
