#include <algorithm>
#include <string_view>

#include "compiler/lint/checks.h"

namespace gate::compiler::lint {
namespace {

/// Names of the roles that synchronise directories: no person holds them, and no person can mend a
/// policy by them.
constexpr std::string_view kSynchronising[] = {
    "d29b2b05-8046-44ba-8758-1e26182fcf32", "Directory Synchronization Accounts",
    "a92aed5d-d78a-4d16-b381-09adb37eb3b0", "On Premises Directory Sync Account"};

/// An account may be left that opens the door when everything else fails.
bool leaves_a_door(const ir::Program& program, const ir::PrincipalSet& excluded) {
  return excluded.all_users || std::ranges::any_of(excluded.members, [&program](ir::SymbolId id) {
           const ir::Symbol& symbol = program.symbols[id];
           if (symbol.kind == ir::SymbolKind::kRole) {
             return std::ranges::find(kSynchronising, symbol.name) == std::end(kSynchronising);
           }
           return symbol.kind == ir::SymbolKind::kUser || symbol.kind == ir::SymbolKind::kGroup;
         });
}

/// Always, or wherever a sign-in is not in some places: the places of the administrators may move.
// NOLINTNEXTLINE(misc-no-recursion): the depth of conditions is bounded
bool holds_for_most(const ir::Program& program, ir::ExprId id) {
  const ir::Expr& expr = program.exprs[id];
  if (expr.op == ir::Op::kTrue) {
    return true;
  }
  if (expr.op == ir::Op::kNot) {
    return program.exprs[program.operands[expr.first]].op == ir::Op::kLocationIn;
  }
  return expr.op == ir::Op::kAnd &&
         std::ranges::all_of(
             std::span(program.operands).subspan(expr.first, expr.count),
             [&program](ir::ExprId operand) { return holds_for_most(program, operand); });
}

/// Blocks, or asks for something that no prompt can give.
bool can_stop(const ir::Program& program, const ir::Effect& effect) {
  return effect.block || std::ranges::any_of(effect.clauses, [&](std::uint32_t clause) {
           return std::ranges::none_of(program.clauses[clause].any_of, [](const ir::Control& each) {
             return is_interactive(each.kind);
           });
         });
}

}  // namespace

void check_lockout(const ir::Program& program, std::span<const Span> names,
                   DiagnosticCollector& diagnostics) {
  for (std::size_t i = 0; i < program.policies.size(); ++i) {
    const ir::Policy& policy = program.policies[i];
    const ir::TargetSet& target = policy.include_targets;
    const bool everybody = policy.include.all_users && !leaves_a_door(program, policy.exclude);
    const bool everywhere = target.kind == TargetKind::kApp && target.all &&
                            !policy.exclude_targets.all && policy.exclude_targets.members.empty();
    if (policy.state != PolicyState::kOff && everybody && everywhere &&
        holds_for_most(program, policy.condition) &&
        can_stop(program, program.effects[policy.effect])) {
      diagnostics.report<Code::kNoBreakGlass>(names[i], policy.name)
          .label(program.exprs[policy.condition].op == ir::Op::kTrue
                     ? "all users, everywhere, always"
                     : "all users outside of some places")
          .help("exclude the accounts that open the door when everything else fails");
    }
  }
}

}  // namespace gate::compiler::lint
