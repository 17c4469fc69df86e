#pragma once

#include "tests/graph/oracle/oracle.h"

/// What a policy asks for, and whether a sign-in has it (conditional-access 1.3, 1.4, 2.5 to 2.9).
namespace graph_oracle {

[[nodiscard]] bool blocks(const json::value& policy);
/// OR: one clause; AND: one clause per control. Controls in the order in which users are prompted.
[[nodiscard]] std::vector<Clause> clauses_of(const json::value& policy);
/// Whether one control of the clause is met. `policy` defines the strengths that it names.
[[nodiscard]] bool met(const Clause& clause, const json::value& policy, const Tenant& tenant,
                       const SignIn& s);
/// Whether a prompt could meet it.
[[nodiscard]] bool interactive(const Clause& clause);
/// Whether the clause asks for methods, and no other prompt could meet it.
[[nodiscard]] bool only_methods_can_be_prompted(const Clause& clause);
/// Whether somebody who has registered nothing could register what is missing for the clause.
[[nodiscard]] bool registrable(const Clause& clause, const json::value& policy,
                               const Tenant& tenant, const SignIn& s);
/// Place in the order of prompts.
[[nodiscard]] int prompt_rank(const std::string& control);
/// AADSTS number of a block by this control.
[[nodiscard]] int error_code_of(const std::string& control);

void merge_session(const json::value& policy, Session& into);
/// Whether a factor is older than the sign-in frequency allows.
[[nodiscard]] bool stale(const Session& session, const SignIn& s);

}  // namespace graph_oracle
