#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/sema/string_table.h"

namespace gate::compiler::sema {

/// Names and ids of the policies of a set. A policy without an id gets one derived from its name
/// ("CA001: Admins" is "ca001-admins"), which depends on the names in the set and not on their
/// order.
class PolicyNames {
 public:
  struct OwnId {
    std::string_view text;
    Span span;
  };
  /// The next policy in source order. Reports a name (G0204) and an id (G0209) that stand twice.
  void add(std::string_view name, Span span, const std::optional<OwnId>& id,
           DiagnosticCollector& diagnostics);
  [[nodiscard]] std::size_t size() const { return policies_.size(); }
  /// The id of the `index`th policy, once all have been added.
  [[nodiscard]] std::string id(std::size_t index) const;

  [[nodiscard]] bool contains(std::string_view name) const {
    return names_.find(name) != StringTable::kNone;
  }
  /// For suggestions; empty when none is near. Walks all names.
  [[nodiscard]] std::string nearest_to(std::string_view wrong) const;

 private:
  struct Policy {
    std::uint32_t name = 0;
    std::uint32_t own_id = StringTable::kNone;
    std::uint32_t derived_id = StringTable::kNone;
  };
  std::vector<Policy> policies_;
  StringTable names_;
  std::vector<Span> name_spans_;  // of the first with this name
  StringTable own_ids_;
  std::vector<Span> own_id_spans_;
  StringTable derived_ids_;
  std::vector<std::uint32_t> wanted_;  // how many would get this derived id
};

}  // namespace gate::compiler::sema
