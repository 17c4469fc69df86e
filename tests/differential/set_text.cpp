#include "tests/differential/set_text.h"

#include <algorithm>

namespace gate::differential {

// Recursion is bounded by the generator, which nests a few levels.
// NOLINTBEGIN(misc-no-recursion)
Truth truth(const Condition& condition, const SignInFacts& facts) {
  if (condition.kind == Condition::Kind::kLeaf) {
    return condition.leaf.truth(facts);
  }
  if (condition.kind == Condition::Kind::kNot) {
    const Truth inner = truth(condition.parts.front(), facts);
    return inner == Truth::kUnknown ? inner : inner == Truth::kTrue ? Truth::kFalse : Truth::kTrue;
  }
  // Kleene: false < unknown < true, and is the least, or the greatest.
  const auto rank = [](Truth t) { return t == Truth::kFalse ? 0 : t == Truth::kUnknown ? 1 : 2; };
  const bool all = condition.kind == Condition::Kind::kAnd;
  Truth result = all ? Truth::kTrue : Truth::kFalse;
  for (const Condition& part : condition.parts) {
    const Truth t = truth(part, facts);
    if (all ? rank(t) < rank(result) : rank(t) > rank(result)) {
      result = t;
    }
  }
  return result;
}

void make(const Condition& condition, Dice& dice, SignInFacts& facts, bool holds) {
  switch (condition.kind) {
    case Condition::Kind::kLeaf:
      condition.leaf.make(dice, facts, holds);
      return;
    case Condition::Kind::kNot:
      make(condition.parts.front(), dice, facts, !holds);
      return;
    case Condition::Kind::kAnd:
    case Condition::Kind::kOr:
      if ((condition.kind == Condition::Kind::kAnd) == holds) {
        for (const Condition& part : condition.parts) {
          make(part, dice, facts, holds);
        }
      } else {
        make(dice.pick(condition.parts), dice, facts, holds);
      }
      return;
  }
}

std::size_t leaf_count(const Condition& condition) {
  std::size_t count = condition.kind == Condition::Kind::kLeaf ? 1 : 0;
  for (const Condition& part : condition.parts) {
    count += leaf_count(part);
  }
  return count;
}
// NOLINTEND(misc-no-recursion)

bool applies(const PolicyText& policy, const SignInFacts& facts) {
  const auto any = [&facts](const std::vector<Leaf>& items) {
    return std::any_of(items.begin(), items.end(),
                       [&facts](const Leaf& item) { return item.truth(facts) == Truth::kTrue; });
  };
  // A policy on all apps that asks for a compliant device leaves the registration of one alone.
  const bool skipped =
      facts.target_kind == TargetKind::kUserAction && facts.target == "register_device" &&
      policy.grant.find("compliant_device") != std::string::npos &&
      std::none_of(policy.target.include.begin(), policy.target.include.end(),
                   [](const Leaf& item) { return item.text.starts_with("action"); });
  return !skipped && any(policy.users.include) && !any(policy.users.exclude) &&
         any(policy.target.include) && !any(policy.target.exclude) &&
         (!policy.when || truth(*policy.when, facts) != Truth::kFalse);
}

}  // namespace gate::differential
