#pragma once

#include <string>
#include <vector>

#include "runtime/ir/program.h"
#include "runtime/set/decide.h"

namespace gate::internal {

/// What a PolicySet holds. Immutable once the set is shared.
struct PolicySetState {
  explicit PolicySetState(ir::Program p) : program(std::move(p)), decisions(program) {}

  ir::Program program;
  DecisionTables decisions;
  std::string digest;
  std::vector<std::string> clause_texts;
};

}  // namespace gate::internal
