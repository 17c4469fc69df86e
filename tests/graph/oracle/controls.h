#pragma once

#include "tests/graph/oracle/tenant.h"

namespace graph_oracle {

/// Alternatives, any of which suffices: "mfa", "compliantDevice",
/// "authenticationStrength:<id>", "termsOfUse:<id>", "customAuthenticationFactor:<id>".
using Clause = std::vector<std::string>;

[[nodiscard]] bool blocks(const json::value& policy);
/// What the policy asks for: OR is one clause, AND one for each control (README rule 47).
[[nodiscard]] std::vector<Clause> clauses_of(const json::value& policy);

[[nodiscard]] bool is_strength(const std::string& control);
/// Whether a prompt can meet the control (README rule 52).
[[nodiscard]] bool is_interactive(const std::string& control);
/// Whether a prompt can meet one of the clause.
[[nodiscard]] bool is_interactive(const Clause& clause);
/// Place in the order of prompts (README rule 53).
[[nodiscard]] std::size_t prompt_place(const std::string& control);
/// The control of the clause that is asked for first.
[[nodiscard]] std::string first_prompt(const Clause& clause);
/// AADSTS number of a block for want of this control (README rule 51).
[[nodiscard]] int error_code_of(const std::string& control);

}  // namespace graph_oracle
