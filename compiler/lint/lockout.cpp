#include <algorithm>

#include "compiler/lint/checks.h"

namespace gate::compiler::lint {
namespace {

bool excludes_nobody(const ir::PrincipalSet& who) {
  return !who.all_users && who.members.empty() && who.guests.empty();
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

void check_lockout(const CheckedSet& set, DiagnosticCollector& diagnostics) {
  const ir::Program& program = set.program;
  for (std::size_t i = 0; i < program.policies.size(); ++i) {
    const ir::Policy& policy = program.policies[i];
    const ir::TargetSet& target = policy.include_targets;
    const bool everybody = policy.include.all_users && excludes_nobody(policy.exclude);
    const bool everywhere = target.kind == TargetKind::kApp && target.all &&
                            !policy.exclude_targets.all && policy.exclude_targets.members.empty();
    const bool always = program.exprs[policy.condition].op == ir::Op::kTrue;
    if (policy.state != PolicyState::kOff && everybody && everywhere && always &&
        can_stop(program, program.effects[policy.effect])) {
      diagnostics.report<Code::kNoBreakGlass>(set.policies[i]->name.span, policy.name)
          .label("all users, everywhere, always")
          .help("exclude the accounts that open the door when everything else fails");
    }
  }
}

}  // namespace gate::compiler::lint
