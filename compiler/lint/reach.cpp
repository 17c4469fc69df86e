#include <algorithm>

#include "compiler/lint/checks.h"

namespace gate::compiler::lint {
namespace {

bool says_default(std::span<const ast::File> files) {
  return std::ranges::any_of(files, [](const ast::File& file) {
    return std::ranges::any_of(file.declarations, [](const ast::Declaration& each) {
      return std::holds_alternative<ast::Default>(each.node);
    });
  });
}

}  // namespace

void check_reach(const CheckedSet& set, DiagnosticCollector& diagnostics) {
  const auto& policies = set.program.policies;
  const bool covered = std::ranges::any_of(policies, [](const ir::Policy& each) {
    return each.state == PolicyState::kOn && each.include.all_users &&
           each.include_targets.kind == TargetKind::kApp;
  });
  if (!policies.empty() && !covered && !says_default(set.files)) {
    diagnostics.report_unplaced<Code::kUncoveredUsers>().help(
        "say `default deny`, or `default allow` if that is meant");
  }
}

}  // namespace gate::compiler::lint
