#include <algorithm>

#include "compiler/lint/checks.h"

namespace gate::compiler::lint {
namespace {

/// The strength behind `mfa` or `strength Name`; null for other controls.
const ir::Strength* strength_of(const ir::Program& program, const ast::Item& control) {
  const ast::Name* word = word_at(control, 0);
  const ast::Name* name = word_at(control, 1);
  if (word == nullptr || (word->text == "strength") != (name != nullptr) ||
      (name == nullptr && word->text != "mfa")) {
    return nullptr;
  }
  const std::string_view wanted = name == nullptr ? word->text : name->text;
  const auto found = std::ranges::find(program.strengths, wanted, &ir::Strength::name);
  return found == program.strengths.end() ? nullptr : &*found;
}

/// What satisfies `strong` satisfies `weak`.
bool implies(const ir::Strength& strong, const ir::Strength& weak) {
  return std::ranges::all_of(strong.combinations, [&](MethodSet done) {
    return std::ranges::any_of(weak.combinations,
                               [&](MethodSet needed) { return done.contains_all(needed); });
  });
}

}  // namespace

void check_redundant_controls(const CheckedSet& set, DiagnosticCollector& diagnostics) {
  for (const ast::Policy* policy : set.policies) {
    if (!policy->grant || policy->grant->content.requirement.controls.size() < 2) {
      continue;
    }
    const ast::Requirement& requirement = policy->grant->content.requirement;
    const bool all = requirement.mode == ast::Requirement::Mode::kAll;
    for (const ast::Item& weak : requirement.controls) {
      for (const ast::Item& strong : requirement.controls) {
        const ir::Strength* less = strength_of(set.program, weak);
        const ir::Strength* more = strength_of(set.program, strong);
        if (less == nullptr || more == nullptr || less == more || !implies(*more, *less)) {
          continue;
        }
        // Under `all` the weaker one adds nothing, under `any` the stronger one.
        const ast::Item& spare = all ? weak : strong;
        const ast::Item& enough = all ? strong : weak;
        diagnostics
            .report<Code::kRedundantControl>(spare.head, set.sources.text(spare.head),
                                             set.sources.text(enough.head))
            .related(enough.head, all ? "asks for at least as much" : "is enough already");
      }
    }
  }
}

}  // namespace gate::compiler::lint
