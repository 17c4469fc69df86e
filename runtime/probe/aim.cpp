#include "runtime/probe/aim.h"

#include <arpa/inet.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <limits>

#include "runtime/ir/context_facts.h"
#include "runtime/ir/reach.h"

namespace gate::probe {

namespace {

ir::ExprId child(const ir::Program& p, const ir::Expr& e, std::size_t i) {
  return p.operands[e.first + i];
}

void include_user(Dice& d, const ir::Program& p, const ir::PrincipalSet& set, SignInFacts& f) {
  if (!set.members.empty()) {
    const ir::Symbol& s = p.symbols[d.pick(set.members)];
    if (s.kind == ir::SymbolKind::kGroup) {
      f.groups.push_back(s.name);
    } else if (s.kind == ir::SymbolKind::kRole) {
      f.roles.push_back(s.name);
    } else {
      f.user = s.name;
      f.user_kind = s.kind == ir::SymbolKind::kServicePrincipal ? UserKind::kServicePrincipal
                                                                : UserKind::kMember;
    }
  }
}

void come_from(Dice& d, const ir::Program& p, const ir::LocationSet& set, SignInFacts& f) {
  if (set.locations.empty()) {
    return;
  }
  const ir::Location& place = p.locations[d.pick(set.locations)];
  if (!place.ranges.empty()) {
    const ir::Cidr& range = d.pick(place.ranges);
    char text[INET6_ADDRSTRLEN];
    f.ip = inet_ntop(AF_INET6, range.address.data(), text, sizeof text) == nullptr ? "" : text;
  } else if (!place.countries.empty()) {
    const auto& country = d.pick(place.countries);
    f.country.assign(country.begin(), country.end());
  }
}

void set_context_to(const ir::Expr& e, bool want, SignInFacts& f) {
  for (std::size_t k = 0; k < ir::kContextFactCount; ++k) {
    const auto fact = static_cast<ir::ContextFact>(k);
    const ir::ContextField field = ir::context_field(fact);
    const std::uint64_t good = (want ? e.imm : ~e.imm) & field.mask();
    if ((e.imm & field.mask()) != 0 && good != 0) {
      ir::set_context(fact, static_cast<std::size_t>(std::countr_zero(good)) - field.offset, f);
    }
  }
}

/// The constant, or a number beside it.
void give_number(Dice& d, const ir::Program& p, const ir::IntTest& t, SignInFacts& f) {
  const std::int64_t delta = static_cast<std::int64_t>(d.below(3)) - 1;
  const std::int64_t even = t.constant / 2 + t.constant / 2;
  const bool lowest = even == std::numeric_limits<std::int64_t>::min() && delta < 0;
  const std::int64_t near = lowest ? even : even + delta;
  f.signals.insert(f.signals.begin(), {p.int_slots[t.slot].name, d.one_in(2) ? t.constant : near});
}

void forget(SignInFacts& f, const std::string& name) {
  std::erase_if(f.strings, [&name](const auto& each) { return each.first == name; });
  std::erase_if(f.lists, [&name](const auto& each) { return each.name == name; });
}

void give_text(Dice& d, const ir::Program& p, const ir::StringTest& t, SignInFacts& f) {
  const std::string& name = p.string_slots[t.slot].name;
  if (p.string_slots[t.slot].signal) {
    f.signals.insert(f.signals.begin(), {name, d.pick(t.any_of)});
  } else {
    forget(f, name);
    f.strings.emplace(f.strings.begin(), name, d.pick(t.any_of));
  }
}

/// As young as the test asks for, or just so.
void give_method(Dice& d, const ir::MethodTest& t, SignInFacts& f) {
  const auto first = static_cast<unsigned>(std::countr_zero(t.methods.bits()));
  if (first < kMethodCount) {
    f.completed.insert(f.completed.begin(),
                       {static_cast<Method>(first), d.one_in(2) ? 0 : t.max_age_s});
  }
}

void give_list(Dice& d, const ir::Program& p, const ir::ListTest& t, SignInFacts& f) {
  const std::string& name = p.list_slots[t.slot];
  forget(f, name);
  f.lists.push_back({name, {"before", d.pick(t.any_of)}});
}

/// Towards `want` for this expression, as far as one simple change per leaf can. Nesting is bounded
/// by verify().
void meet(Dice& d, const ir::Program& p, ir::ExprId expr, bool want,
          SignInFacts& f) {  // NOLINT(misc-no-recursion)
  const ir::Expr& e = p.exprs[expr];
  if (e.op == ir::Op::kNot) {
    meet(d, p, child(p, e, 0), !want, f);
  } else if (e.op == ir::Op::kAnd || e.op == ir::Op::kOr) {
    if ((e.op == ir::Op::kAnd) == want) {
      for (std::size_t i = 0; i < e.count; ++i) {
        meet(d, p, child(p, e, i), want, f);
      }
    } else {
      meet(d, p, child(p, e, d.below(e.count)), want, f);
    }
  } else if (e.op == ir::Op::kContextIn) {
    set_context_to(e, want, f);
  } else if (e.op == ir::Op::kIntCompare) {
    give_number(d, p, p.int_tests[e.first], f);
  } else if (e.op == ir::Op::kStringTest) {
    give_text(d, p, p.string_tests[e.first], f);
  } else if (want && e.op == ir::Op::kPrincipalIn) {
    include_user(d, p, p.principal_sets[e.first], f);
  } else if (want && e.op == ir::Op::kLocationIn) {
    come_from(d, p, p.location_sets[e.first], f);
  } else if (want && e.op == ir::Op::kMethodDone) {
    give_method(d, p.method_tests[e.first], f);
  } else if (want && e.op == ir::Op::kListContains) {
    give_list(d, p, p.list_tests[e.first], f);
  }
}

}  // namespace

void aim_at(Dice& d, const ir::Program& p, const ir::Policy& policy, SignInFacts& f) {
  include_user(d, p, policy.include, f);
  f.target_kind = policy.include_targets.kind;
  if (ir::is_all_resources(policy.include_targets) && d.one_in(3)) {
    f.target_kind = TargetKind::kUserAction;
    f.target = d.one_in(2) ? ir::kRegisterSecurityInfo : ir::kRegisterDevice;
  } else if (!policy.include_targets.members.empty()) {
    const ir::Symbol& s = p.symbols[d.pick(policy.include_targets.members)];
    if (s.kind == ir::SymbolKind::kAppGroup) {
      f.app_groups.push_back(s.name);
    } else {
      f.target = s.name;
    }
  }
  meet(d, p, policy.condition, true, f);
  switch (d.below(4)) {
    case 0:
      include_user(d, p, policy.exclude, f);
      break;
    case 1:
      meet(d, p, policy.condition, false, f);
      break;
    case 2:
      if (!f.signals.empty()) {
        f.signals.erase(f.signals.begin() + static_cast<std::ptrdiff_t>(d.below(f.signals.size())));
      }
      break;
    default:
      break;
  }
}

}  // namespace gate::probe
