#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "compiler/ast/ast.h"
#include "compiler/sema/check_condition.h"
#include "compiler/sema/fact_reads.h"
#include "compiler/sema/lowering.h"

namespace gate::compiler::sema {

/// The clauses that a requirement demands, all of them. Empty when something was wrong (reported).
[[nodiscard]] std::optional<std::vector<ir::Clause>> check_requirement(
    const ast::Requirement& requirement, Lowering& lowering);

/// Session controls of one policy; empty when something was wrong (reported).
[[nodiscard]] std::optional<SessionControls> check_session(std::span<const ast::Item> items,
                                                           Lowering& lowering);

/// Checks policies one after the other.
class PolicyChecker {
 public:
  PolicyChecker(Lowering& lowering, ConditionChecker& conditions, const SuppliedFacts& facts,
                std::optional<Date> today)
      : l_(lowering), conditions_(conditions), facts_(facts), today_(today) {}
  PolicyChecker(const PolicyChecker&) = delete;
  PolicyChecker& operator=(const PolicyChecker&) = delete;

  /// The set is for an external tenant: what that lacks is refused.
  void use_external_profile() { external_ = true; }
  void use_workforce_profile() { workforce_ = true; }

  /// The policy as IR, without a derived id and without its place; empty when something was wrong
  /// (reported).
  [[nodiscard]] std::optional<ir::Policy> check(const ast::Declaration& declaration,
                                                const ast::Policy& policy);
  /// True when the last policy had an `until`, which was held against today.
  [[nodiscard]] bool today_asked() const { return today_asked_; }

 private:
  std::optional<PolicyState> state(const ast::Policy& policy);
  bool users(const ast::Policy& policy, ir::Policy& out);
  bool targets(const ast::Policy& policy, ir::Policy& out);
  bool condition(const ast::Policy& policy, ir::Policy& out);
  void needs_of(const std::vector<ir::Clause>& clauses, Span place);
  bool effect(const ast::Policy& policy, ir::Policy& out);
  void exclusion(const ast::Item& item);
  void expiry(const ast::DateValue& until);
  [[nodiscard]] bool head_misspelt() const;
  bool missing(const ast::Policy& policy, bool absent, std::string_view section);
  void never(const ast::Policy& policy, ir::Policy& out, std::string reason, Span place);
  void warn_of_overlap(const std::vector<ast::Assignment>& sides);

  Lowering& l_;
  ConditionChecker& conditions_;
  const SuppliedFacts& facts_;
  std::optional<Date> today_;
  std::size_t reported_ = 0;  ///< diagnostics before this policy
  bool today_asked_ = false;
  bool external_ = false;
  bool workforce_ = false;
  FactReads reads_;  ///< of the policy
};

}  // namespace gate::compiler::sema
