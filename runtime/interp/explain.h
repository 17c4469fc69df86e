#pragma once

#include <gate/policy_set.hpp>

#include "runtime/interp/interpreter.h"

namespace gate {

/// One policy with every criterion, hit or miss. `interpreter` has no fault; `facts` are
/// decision_facts() of its request, `displaced` as in DecisionTables::clauses_of. `policy` stands
/// at `index`; of `program` only the tables that policies share are read. `clause_texts`: of every
/// clause of the program.
[[nodiscard]] PolicyTrace trace_policy(const ir::Program& program, const ir::Policy& policy,
                                       const DecisionTables& tables,
                                       const std::vector<std::string>& clause_texts,
                                       const Interpreter& interpreter,
                                       const abi::DecisionFacts& facts, std::uint32_t index,
                                       bool displaced);

}  // namespace gate
