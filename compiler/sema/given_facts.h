#pragma once

#include <gate/request.hpp>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/sema/fact_schema.h"
#include "compiler/sema/resolve_sets.h"
#include "compiler/sema/symbols.h"

namespace gate::compiler::sema {

/// One fact as a test states it: a line of `given`, or a column with the cell of one row.
struct StatedFact {
  std::span<const ast::Name> path;
  Span path_span;
  const ast::Expr* value = nullptr;       ///< null: the fact stands alone
  std::span<const ast::Item> membership;  ///< behind `in`
  [[nodiscard]] Span span() const { return value != nullptr ? value->span : path_span; }
};

/// Builds the sign-in of one test. Copy it after the facts that all rows share, then add those of a
/// row. The rules that are not simply "this fact has this value":
///
/// - `user … in A, B` makes the user a member of every set named. Of a set with several
///   alternatives the test takes the first that can hold: the user himself where the set names him;
///   else the first group (he gets it), role or service principal in the order written; else the
///   first kind of guests with the first of their tenants; else `service_principals`. A user of
///   whom the test says nothing more becomes the first member, whatever it is. A set that names
///   only other users cannot hold, which is an error.
/// - `app … in A` in the same way: the app itself, else the first group of apps.
/// - A test that gives an attribute of the device speaks of a registered device, unless it says
///   `device.registered false`. `device.reported_lost` holds for others too and says nothing.
/// - A boolean fact alone is true. `unknown` in the place of a value leaves the fact out.
class GivenFacts {
 public:
  GivenFacts(const Symbols& symbols, SetResolver& sets, DiagnosticCollector& diagnostics)
      : symbols_(&symbols), sets_(&sets), diagnostics_(&diagnostics) {}

  /// Adds one fact. A mistake is reported once and makes finish() give nothing.
  void add(const StatedFact& fact);
  /// The sign-in as a whole; empty after a mistake. `place` is where the test stands.
  [[nodiscard]] std::optional<SignInFacts> finish(Span place);

 private:
  struct Membership {
    Principals who;
    Span span;
  };

  bool enter(const StatedFact& fact);
  bool enter_twice(const StatedFact& fact, std::string_view path);
  bool report_unknown(const StatedFact& fact, std::string_view path);
  bool set_signal(const StatedFact& fact, const Declared& signal);
  bool set_built_in(const StatedFact& fact, const FactInfo& info);
  bool set_word(const StatedFact& fact, const FactInfo& info);
  bool set_flag(const StatedFact& fact, const FactInfo& info);
  bool set_text(const StatedFact& fact, const FactInfo& info);
  bool set_place(const StatedFact& fact, const FactInfo& info);
  bool set_target(const StatedFact& fact, const FactInfo& info);
  bool set_user(const StatedFact& fact);
  bool set_methods(const StatedFact& fact);
  bool set_controls(const StatedFact& fact);
  bool set_list(const StatedFact& fact, const FactInfo& info);
  void assign(const FactInfo& info, std::uint8_t value);

  bool belong(const Membership& membership);
  bool belong_to_guests(const Membership& membership);
  bool become(UserKind kind, Span span);
  bool belong_to_apps(const Apps& apps, Span span);
  bool refuse_member(const Membership& membership);

  const Symbols* symbols_;
  SetResolver* sets_;
  DiagnosticCollector* diagnostics_;
  SignInFacts facts_;
  std::vector<std::pair<std::string, Span>> given_;
  std::vector<Membership> memberships_;
  std::optional<Apps> app_in_;
  Span app_in_span_;
  std::optional<Span> target_;  ///< where app, action or context stands
  bool user_given_ = false;
  bool kind_given_ = false;
  bool registered_given_ = false;
  bool device_described_ = false;
  bool good_ = true;
};

}  // namespace gate::compiler::sema
