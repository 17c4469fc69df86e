#pragma once

#include <string>
#include <vector>

#include "compiler/graph/finding.h"
#include "compiler/graph/model.h"
#include "compiler/graph/symbols.h"

/// From the Graph model to text of the policy language. What has no spelling is an error with the
/// JSON path of the object that it is in. The text is readable but not canonical: the formatter
/// comes after.
namespace gate::graph {

/// `## ` lines for a description, one per line of it; "" for none.
[[nodiscard]] std::string doc_comment(std::string_view description);

/// A display name as `##` line, where `identifier` alone does not tell it; "" otherwise.
[[nodiscard]] std::string called(const std::string& identifier, const std::string& display_name);

[[nodiscard]] std::string write_locations(const Symbols& symbols, Findings& findings);
[[nodiscard]] std::string write_strengths(const Symbols& symbols);
[[nodiscard]] std::string write_directory(const Symbols& symbols);
[[nodiscard]] std::string write_contexts(const Symbols& symbols);
/// The signals by which agents are told from people (see agents.h), where policies speak of them.
[[nodiscard]] std::string write_signals(const Model& model);

/// One policy block. `name` and `id` are unique in the set and may differ from Graph's.
[[nodiscard]] std::string write_policy(const Policy& policy, const std::string& name,
                                       const std::string& id, const Symbols& symbols,
                                       Findings& findings);

/// The `when` expression; "" for a policy without conditions.
[[nodiscard]] std::string write_when(const Policy& policy, const Symbols& symbols,
                                     Findings& findings);

/// "a, b, c".
[[nodiscard]] std::string join(const Strings& parts, std::string_view separator = ", ");

}  // namespace gate::graph
