#pragma once

#include "tests/graph/oracle/tenant.h"

namespace graph_oracle {

/// What was proved in the session, as method modes.
[[nodiscard]] std::vector<std::string> methods_done(const SignIn& s);

/// Whether a combination of the MFA strength was done (README rules 48, 61, 68).
[[nodiscard]] bool multifactor_done(const std::vector<std::string>& done, const Tenant& tenant);

/// Whether a combination of the strength was done (README rules 49, 50). `strength` is the object
/// of a policy, perhaps only an id. `session` says which key or certificate was shown; `any_key`:
/// as if the key were one that is let through, for a key that is yet to be registered.
[[nodiscard]] bool strength_done(const json::value& strength, const Tenant& tenant,
                                 const std::vector<std::string>& done, const json::value* session,
                                 bool any_key);

/// What somebody may register while signing in (README rule 58).
[[nodiscard]] std::vector<std::string> registrable_methods();

}  // namespace graph_oracle
