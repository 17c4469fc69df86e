#pragma once

#include <span>
#include <string>
#include <unordered_map>

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"

namespace gate::compiler::sema {

/// The id of every policy: its own, or one derived from its name ("CA001: Admins" is
/// "ca001-admins"), which depends on the names in the set and not on their order. Reports ids used
/// twice (G0209).
[[nodiscard]] std::unordered_map<const ast::Policy*, std::string> policy_ids(
    std::span<const ast::File> files, DiagnosticCollector& diagnostics);

}  // namespace gate::compiler::sema
