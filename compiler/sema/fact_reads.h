#pragma once

#include <gate/compile.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/sema/fact_schema.h"
#include "compiler/sema/resolve_sets.h"
#include "runtime/ir/program.h"

/// Which facts a policy reads, held against those that are supplied where it decides.
namespace gate::compiler::sema {

struct FactRead {
  FactId fact = FactId::kUser;
  Span place;            ///< in the policy
  std::string_view via;  ///< the `let` that reads it; empty: the policy itself does
  Span at;               ///< where the `let` reads it
  friend bool operator==(const FactRead&, const FactRead&) = default;
};
using FactReads = std::vector<FactRead>;

/// What it takes to know whether a user, an app or a place is among these.
void add_reads(const Principals& who, Span place, FactReads& reads);
void add_reads(const Apps& apps, Span place, FactReads& reads);
void add_reads(const Targets& targets, Span place, FactReads& reads);
void add_reads(const Places& places, SetResolver& sets, Span place, FactReads& reads);
/// The fact by which the control is known to be fulfilled; empty for methods, which are proven at
/// the sign-in itself.
[[nodiscard]] std::optional<FactId> fact_of(ControlKind control);

/// CompileOptions::facts, by fact. Pure once made.
class SuppliedFacts {
 public:
  /// Reports names that are no facts. Without `supply` everything is supplied.
  SuppliedFacts(const std::optional<FactSupply>& supply, DiagnosticCollector& diagnostics);

  /// False without CompileOptions::facts.
  [[nodiscard]] bool limited() const { return limited_; }
  [[nodiscard]] bool supplied(FactId fact) const { return known_[index(fact)] == Known::kSupplied; }
  /// Not supplied, and the caller knows.
  [[nodiscard]] bool accepted(FactId fact) const { return known_[index(fact)] == Known::kAccepted; }
  /// Reports the reads of a policy that find nothing. False when one is an error.
  bool check(const FactReads& reads, std::string_view policy, PolicyState state,
             DiagnosticCollector& diagnostics) const;

 private:
  enum class Known : std::uint8_t { kNever, kAccepted, kSupplied };
  static std::size_t index(FactId fact) { return static_cast<std::size_t>(fact); }
  void enter(const std::vector<std::string>& names, Known known, DiagnosticCollector& diagnostics);

  bool limited_ = false;
  std::string by_;
  std::vector<Known> known_;
};

/// The whole of CompileOptions::facts as text, equal only where it says the same.
[[nodiscard]] std::string text_of(const std::optional<FactSupply>& supply);

}  // namespace gate::compiler::sema
