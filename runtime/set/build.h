#pragma once

#include <gate/policy_set.hpp>
#include <gate/result.hpp>
#include <memory>

#include "runtime/ir/program.h"

namespace gate {

/// Machine code for one policy set, as the compiler hands it over. Opaque here; owned by the
/// PolicySet, freed with it.
class CompiledCode;

/// Verifies the program and builds its index tables; the set decides by the table interpreter.
/// An invalid program is Error{kCorrupt}. Cost: linear in the program.
[[nodiscard]] Result<std::unique_ptr<PolicySet>> build_policy_set(ir::Program program);

}  // namespace gate
