#include <algorithm>

#include "compiler/lint/checks.h"

namespace gate::compiler::lint {
namespace {

/// Whenever `trial` applies, `enforced` does, as far as their texts are the same.
bool applies_wherever(const ir::Program& program, const ir::Policy& enforced,
                      const ir::Policy& trial) {
  const bool condition = enforced.condition == trial.condition ||
                         program.exprs[enforced.condition].op == ir::Op::kTrue;
  return condition && enforced.include == trial.include && enforced.exclude == trial.exclude &&
         enforced.include_targets == trial.include_targets &&
         enforced.exclude_targets == trial.exclude_targets;
}

bool asks_as_much(const ir::Effect& enforced, const ir::Effect& trial) {
  SessionControls merged = enforced.session;
  merged.merge(trial.session);
  const bool grants =
      enforced.block || (!trial.block && std::ranges::includes(enforced.clauses, trial.clauses));
  return grants && merged == enforced.session;
}

}  // namespace

void check_report_only(const CheckedSet& set, DiagnosticCollector& diagnostics) {
  const ir::Program& program = set.program;
  std::size_t pairs = 0;
  for (std::size_t i = 0; i < program.policies.size(); ++i) {
    const ir::Policy& trial = program.policies[i];
    if (trial.state != PolicyState::kReportOnly) {
      continue;
    }
    for (std::size_t k = 0; k < program.policies.size() && pairs < kPairsMax; ++k, ++pairs) {
      const ir::Policy& enforced = program.policies[k];
      if (enforced.state == PolicyState::kOn && applies_wherever(program, enforced, trial) &&
          asks_as_much(program.effects[enforced.effect], program.effects[trial.effect])) {
        diagnostics
            .report<Code::kReportsNothing>(set.policies[i]->name.span, trial.name, enforced.name)
            .related(set.policies[k]->name.span, "this one is on");
        break;
      }
    }
  }
}

}  // namespace gate::compiler::lint
