#pragma once

#include <span>
#include <string_view>

namespace gate::server {

/// A fact that gather_facts() supplies. Declared signals are supplied in addition.
struct SuppliedFact {
  std::string_view path;  ///< as conditions write it
  std::string_view from;  ///< for operators
};

/// All of them: server/decision/supplied_facts.def.
[[nodiscard]] std::span<const SuppliedFact> supplied_facts();

}  // namespace gate::server
