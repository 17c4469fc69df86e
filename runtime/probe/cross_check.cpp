#include "runtime/probe/cross_check.h"

#include <algorithm>
#include <utility>

#include "runtime/index/index.h"
#include "runtime/interp/interpreter.h"
#include "runtime/ir/context_facts.h"
#include "runtime/probe/aim.h"
#include "runtime/set/state.h"

namespace gate::probe {
namespace {

constexpr std::size_t kSignInsMin = 4;
constexpr std::int64_t kAboutNow = 1'790'000'000;  // some day: policies never read a clock

/// Somebody in a few of the groups and roles that the set knows, who has done this and that.
SignInFacts anybody(Dice& dice, const ir::Program& program) {
  SignInFacts f;
  f.user = "somebody";
  f.target = "some app";
  for (std::size_t i = dice.below(8); i > 0 && !program.symbols.empty(); --i) {
    const ir::Symbol& symbol = dice.pick(program.symbols);
    if (symbol.kind == ir::SymbolKind::kGroup) {
      f.groups.push_back(symbol.name);
    } else if (symbol.kind == ir::SymbolKind::kRole) {
      f.roles.push_back(symbol.name);
    } else if (symbol.kind == ir::SymbolKind::kAppGroup) {
      f.app_groups.push_back(symbol.name);
    }
  }
  for (std::size_t k = 0; k < ir::kContextFactCount; ++k) {
    const auto fact = static_cast<ir::ContextFact>(k);
    if (fact != ir::ContextFact::kUserKind && dice.one_in(2)) {
      ir::set_context(fact, dice.below(ir::context_field(fact).width), f);
    }
  }
  for (std::size_t i = dice.below(4); i > 0; --i) {
    f.completed.push_back({static_cast<Method>(dice.below(kMethodCount)),
                           static_cast<std::uint32_t>(dice.below(4) * 3600)});
  }
  f.now_unix_s = kAboutNow + static_cast<std::int64_t>(dice.below(7 * 86'400));
  return f;
}

/// decide(request, plan) against the interpreter, over sign-ins aimed at the policies in turn.
template <typename Decide>
std::optional<Difference> compare(const ir::Program& program, const DecisionTables& decisions,
                                  std::uint64_t seed, std::size_t sign_ins, Decide decide) {
  if (program.policies.empty()) {
    return std::nullopt;
  }
  const std::size_t count =
      std::min(sign_ins, std::max(kSignInsMin, kInterpretedMax / program.policies.size()));
  Dice dice(seed);
  for (std::size_t i = 0; i < count; ++i) {
    SignInFacts facts = anybody(dice, program);
    aim_at(dice, program, program.policies[i * program.policies.size() / count], facts);
    const SignInView view(facts);
    for (const Plan plan : {Plan::kEnforced, Plan::kReportOnly}) {
      const Decision meant = interpret(program, decisions, view.request(), plan);
      if (const Decision said = decide(view.request(), plan); said != meant) {
        return Difference{std::move(facts), meant, said};
      }
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Difference> find_difference(const PolicySet& set, std::size_t sign_ins) {
  if (sign_ins == 0 || internal::state_of(set).index == nullptr) {
    return std::nullopt;  // without an index the interpreter decides
  }
  const auto decide = [&set](const SignInRequest& request, Plan plan) {
    return internal::state_of(set).index->decide(request, plan);
  };
  return compare(internal::state_of(set).program(), internal::state_of(set).decisions,
                 set.numbers(), sign_ins, decide);
}

std::optional<Difference> find_difference(const PolicySet& set, const abi::Entries& code,
                                          std::size_t sign_ins) {
  if (sign_ins == 0) {
    return std::nullopt;
  }
  const ir::Program program = internal::state_of(set).program();
  index::Index index(program, internal::state_of(set).decisions);
  index.attach(code);
  const auto decide = [&index](const SignInRequest& request, Plan plan) {
    return index.decide(request, plan);
  };
  return compare(program, internal::state_of(set).decisions, set.numbers(), sign_ins, decide);
}

}  // namespace gate::probe
