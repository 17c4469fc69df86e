#pragma once

#include <string_view>
#include <vector>

namespace gate::server {

/// A fact that gather_facts() supplies, or a session control that flows enforce. Declared signals
/// are supplied where the operator lists them.
struct SuppliedFact {
  std::string_view path;  ///< as conditions write it
  std::string_view from;  ///< for operators
};

/// What the operator gives, beside what the server finds out by itself.
struct FactSupplySources {
  bool country_file = false;  ///< `signals.country_file`
};

/// The facts of server/decision/supplied_facts.def that these sources give.
[[nodiscard]] std::vector<SuppliedFact> supplied_facts(const FactSupplySources& sources);

}  // namespace gate::server
