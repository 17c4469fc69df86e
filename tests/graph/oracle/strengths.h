#pragma once

#include <string_view>

#include "tests/graph/oracle/json_access.h"

namespace graph_oracle {

/// Whether what was done in the session satisfies an authentication strength: one of its
/// combinations is contained in it. `strength` is the object of a policy, perhaps only an id;
/// `known` are the strengths of the tenant. A strength that nobody defines is never satisfied.
/// `session` says which key or certificate was presented (fido2Aaguid, x509IssuerSki,
/// x509PolicyOids), for combinationConfigurations; without it they are not looked at.
[[nodiscard]] bool strength_met(const json::value& strength, const json::value* known,
                                const std::vector<std::string>& done, const json::value* session);

/// Whether what was done counts as multifactor authentication (conditional-access 2.7): the
/// built-in strength, or e-mail and SMS codes as second factors the way external tenants use them.
[[nodiscard]] bool multifactor_done(const std::vector<std::string>& done);

}  // namespace graph_oracle
