#pragma once

#include <gate/policy_set.hpp>

#include "runtime/interp/interpreter.h"

namespace gate {

/// Every policy of the program with every criterion, hit or miss. `interpreter` has no fault.
[[nodiscard]] std::vector<PolicyTrace> trace_policies(const ir::Program& program,
                                                      const DecisionTables& tables,
                                                      const std::vector<std::string>& clause_texts,
                                                      const Interpreter& interpreter);

}  // namespace gate
