#include "runtime/ir/reach.h"

#include <algorithm>

namespace gate::ir {
namespace {

bool asks_for(const Program& program, const Policy& policy, ControlKind kind) {
  const auto& clauses = program.effects[policy.effect].clauses;
  return std::any_of(clauses.begin(), clauses.end(), [&](std::uint32_t c) {
    const auto& controls = program.clauses[c].any_of;
    return std::any_of(controls.begin(), controls.end(),
                       [kind](const Control& control) { return control.kind == kind; });
  });
}

bool names(const Program& program, const TargetSet& set, std::string_view action) {
  return set.kind == TargetKind::kUserAction &&
         std::any_of(set.members.begin(), set.members.end(),
                     [&](SymbolId id) { return program.symbols[id].name == action; });
}

}  // namespace

bool skips_device_registration(const Program& program, const Policy& policy) {
  return is_all_resources(policy.include_targets) &&
         asks_for(program, policy, ControlKind::kCompliantDevice);
}

bool displaces_strengths(const Program& program, const Policy& policy) {
  return names(program, policy.include_targets, kRegisterSecurityInfo) &&
         asks_for(program, policy, ControlKind::kStrength);
}

Clause without_strengths(const Clause& clause) {
  Clause out = clause;
  std::erase_if(out.any_of, [](const Control& c) { return c.kind == ControlKind::kStrength; });
  return out;
}

Needed needed_for_actions(const Program& program) {
  Needed out;
  bool displaced = false;
  std::vector<bool> effects(program.effects.size(), false);
  for (const Policy& policy : program.policies) {
    out.register_device = out.register_device || skips_device_registration(program, policy);
    displaced = displaced || displaces_strengths(program, policy);
    effects[policy.effect] = effects[policy.effect] || is_all_resources(policy.include_targets);
  }
  for (std::size_t e = 0; displaced && e < effects.size(); ++e) {
    for (const std::uint32_t c : program.effects[e].clauses) {
      Clause rest = without_strengths(program.clauses[c]);
      if (effects[e] && !rest.any_of.empty() && rest != program.clauses[c]) {
        out.clauses.push_back(std::move(rest));
      }
    }
  }
  return out;
}

}  // namespace gate::ir
