#pragma once

#include "runtime/ir/program.h"

namespace gate::ir {

/// Drops what no policy uses (slots stay: a declared signal is type-checked even if unused), sorts
/// every table by content and renumbers, so that equal policy sets give equal programs whatever
/// order their parts were made in. Policies keep their order. Expects indices in range.
[[nodiscard]] Program canonical(Program program);

}  // namespace gate::ir
