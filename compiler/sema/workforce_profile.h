#pragma once

#include "compiler/ast/ast.h"
#include "compiler/sema/lowering.h"

namespace gate::compiler::sema {

/// Holds a policy against what the portal of a workforce tenant lets an author combine
/// (conditional-access 1.1, 1.3, 1.4, 2.6, 2.11): what it refuses is a warning (G0425), since
/// exports of tenants hold it. What only we have is left alone. Called for policies without
/// mistakes in their names.
void check_workforce_profile(const ast::Policy& policy, Lowering& lowering);

/// Numbers that a tenant does not exceed (conditional-access 5), reported as G0423: locations,
/// ranges of one and of all, short prefixes, contexts.
void check_tenant_limits(Lowering& lowering);
/// The same for policies, when `policy` is the `count`th. `external` chooses the kind of tenant.
void check_policy_count(std::size_t count, Span policy, bool external,
                        DiagnosticCollector& diagnostics);

}  // namespace gate::compiler::sema
