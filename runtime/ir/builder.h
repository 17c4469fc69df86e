#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/ir/canonical.h"
#include "runtime/ir/program.h"

namespace gate::ir {

/// Makes a Program whose tables hold no duplicates: every add_* returns the number of an equal
/// entry if there is one (hash-consing), so equal conditions, clauses and effects are shared by
/// construction. Single-threaded. Order independence: finish() sorts the symbol table and
/// renumbers, so that equal sets give equal programs and therefore equal digests, whatever order
/// their declarations came in (policies keep theirs).
class ProgramBuilder {
 public:
  ProgramBuilder();
  ~ProgramBuilder();
  ProgramBuilder(const ProgramBuilder&) = delete;
  ProgramBuilder& operator=(const ProgramBuilder&) = delete;

  SymbolId symbol(SymbolKind kind, std::string_view name);
  std::uint32_t location(Location location);
  std::uint32_t control_name(std::string_view name);
  std::uint32_t int_slot(IntSlot slot);
  std::uint32_t bool_slot(BoolSlot slot);
  std::uint32_t string_slot(StringSlot slot);
  std::uint32_t list_slot(std::string_view name);
  std::uint32_t zone(Zone zone);
  std::uint32_t restriction(MethodRestriction restriction);
  std::uint32_t strength(Strength strength);
  std::uint32_t clause(Clause clause);
  std::uint32_t effect(Effect effect);

  ExprId constant(bool value);
  /// Flattens nested `and`, folds constants and single children, sorts and removes equal children.
  /// Never folds unknown.
  ExprId all_of(std::vector<ExprId> children);
  ExprId any_of(std::vector<ExprId> children);
  ExprId negate(ExprId child);
  ExprId context_in(ContextFact fact, std::uint64_t bits);
  ExprId principal_in(PrincipalSet set);
  ExprId app_in(AppSet set);
  ExprId location_in(LocationSet set);
  ExprId method_done(MethodTest test);
  ExprId int_compare(IntTest test);
  ExprId bool_signal(std::uint32_t slot);
  ExprId string_test(StringTest test);
  ExprId list_contains(ListTest test);
  ExprId time_in(TimeTest test);

  void policy(Policy policy);
  /// The policies so far, for an id or a place that is known late. Valid until the next policy().
  [[nodiscard]] std::span<Policy> policies();
  void default_deny(bool value);
  /// `mfa` is what a workforce tenant takes for it (standard.h).
  void use_workforce_mfa();

  /// The finished program; the builder is empty afterwards.
  [[nodiscard]] Program finish();

  // For a builder that outlives a set, so that the next one finds its tables filled. All numbers
  // that add_* gave stay valid for the builder's life; what no policy uses is left out of programs.

  /// Forgets the policies, the default and the built-in strength of the set under construction, and
  /// which slots it has. The tables stay.
  void start_set();
  /// As finish(), but the tables stay. Cost: a copy of them and of the policies' moves.
  [[nodiscard]] Program finish_set();
  /// Slots that were asked for since the last call, repeats left out. Slots are part of a set even
  /// where no policy uses them, so a caller that leaves out a call for one must use_slots() it.
  [[nodiscard]] std::vector<SlotId> take_slots();
  void use_slots(std::span<const SlotId> slots);
  /// Rows of all tables: how much a long-lived builder has gathered.
  [[nodiscard]] std::size_t row_count() const;
  /// Restricted methods have few numbers, which a builder never gives back.
  [[nodiscard]] std::size_t restriction_count() const;

 private:
  struct Impl;
  Impl* impl_;
};

}  // namespace gate::ir
