#pragma once

#include <string>

#include "runtime/ir/program.h"

/// How the parts of a program are said to people, in the words of the language.
namespace gate {

[[nodiscard]] std::string control_text(const ir::Program& program, const ir::Control& control);
/// "mfa", "strength NativeMfa", "any of (mfa, compliant_device)".
[[nodiscard]] std::string clause_text(const ir::Program& program, const ir::Clause& clause);
/// One leaf of a condition: "sign_in_risk >= medium", "location in (Offices)".
[[nodiscard]] std::string leaf_text(const ir::Program& program, const ir::Expr& leaf);
[[nodiscard]] std::string principals_text(const ir::Program& program, const ir::PrincipalSet& set);
[[nodiscard]] std::string targets_text(const ir::Program& program, const ir::TargetSet& set);

}  // namespace gate
