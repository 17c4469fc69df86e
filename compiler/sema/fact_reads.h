#pragma once

#include <gate/compile.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/sema/fact_schema.h"
#include "compiler/sema/resolve_sets.h"
#include "runtime/ir/program.h"

/// Which facts a policy reads and which session controls it sets, held against what the server that
/// decides with it supplies and enforces.
namespace gate::compiler::sema {

struct FactRead {
  FactId fact = FactId::kUser;
  Span place;            ///< in the policy
  std::string_view via;  ///< the `let` that reads it; empty: the policy itself does
  Span at;               ///< where the `let` reads it
  /// "signal.amount" or "session.revoke_all", in place of `fact`; empty: `fact`.
  std::string name{};
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

/// Names of declared signals and of session controls in FactSupply begin so.
inline constexpr std::string_view kSignalPrefix = "signal.";
inline constexpr std::string_view kSessionPrefix = "session.";
/// All session controls, as policies write them.
[[nodiscard]] std::span<const std::string_view> session_controls();

/// CompileOptions::facts, by fact. Pure once made.
class SuppliedFacts {
 public:
  /// Reports names that are no facts and no session controls. A signal may have any name: one list
  /// serves many sets. Without `supply` everything is supplied.
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
  [[nodiscard]] Known known(const FactRead& read) const;
  void report_control(const FactRead& read, bool error, std::string_view policy,
                      DiagnosticCollector& diagnostics) const;

  bool limited_ = false;
  std::string by_;
  std::vector<Known> known_;
  std::unordered_map<std::string, Known> named_;  ///< signals and session controls
};

/// The whole of CompileOptions::facts as text, equal only where it says the same.
[[nodiscard]] std::string text_of(const std::optional<FactSupply>& supply);

}  // namespace gate::compiler::sema
