#include "runtime/ir/canonical.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "runtime/ir/reach.h"
#include "runtime/ir/standard.h"
#include "runtime/ir/text_writer.h"

namespace gate::ir {
namespace {

constexpr std::uint32_t kDropped = 0xFFFFFFFF;
using Renumbering = std::vector<std::uint32_t>;

template <typename T>
std::string sort_key(T& row) {
  TextWriter writer(true);
  describe(writer, row);
  return writer.take();
}

/// Sorts by key, merges equals, drops what is not used, and says where each row went.
template <typename T>
Renumbering sort_table(std::vector<T>& rows, const std::vector<bool>& used) {
  std::vector<std::pair<std::string, std::uint32_t>> order;
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    if (used[i]) {
      order.emplace_back(sort_key(rows[i]), i);
    }
  }
  std::sort(order.begin(), order.end());
  Renumbering to(rows.size(), kDropped);
  std::vector<T> sorted;
  const std::string* previous = nullptr;
  for (const auto& [key, i] : order) {
    if (previous == nullptr || *previous != key) {
      sorted.push_back(std::move(rows[i]));
    }
    to[i] = static_cast<std::uint32_t>(sorted.size() - 1);
    previous = &key;
  }
  rows = std::move(sorted);
  return to;
}

void renumber(std::vector<std::uint32_t>& ids, const Renumbering& to) {
  for (std::uint32_t& id : ids) {
    id = to[id];
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

class Canonicaliser {
 public:
  Canonicaliser(Program program, const UsedSlots& slots)
      : p_(std::move(program)), needed_(needed_for_actions(p_)), slots_(&slots) {}

  Program run() {
    mark_exprs();
    sort_symbols();
    sort_locations();
    sort_slots();
    sort_leaf_tables();
    sort_exprs();
    sort_effects();
    return std::move(p_);
  }

 private:
  template <typename F>
  void for_each_principal_set(F f) {
    for (std::uint32_t i = 0; i < p_.principal_sets.size(); ++i) {
      if (used_table(Op::kPrincipalIn)[i]) {
        f(p_.principal_sets[i]);
      }
    }
    for (Policy& policy : p_.policies) {
      f(policy.include);
      f(policy.exclude);
    }
  }

  std::vector<bool>& used_table(Op op) { return used_tables_[static_cast<std::size_t>(op)]; }

  void mark_exprs() {
    const std::size_t sizes[kOpCount] = {0,
                                         0,
                                         0,
                                         0,
                                         0,
                                         0,
                                         p_.principal_sets.size(),
                                         p_.app_sets.size(),
                                         p_.location_sets.size(),
                                         p_.method_tests.size(),
                                         p_.int_tests.size(),
                                         p_.bool_slots.size(),
                                         p_.string_tests.size(),
                                         p_.list_tests.size(),
                                         p_.time_tests.size()};
    for (std::size_t op = 0; op < kOpCount; ++op) {
      used_tables_[op].assign(sizes[op], false);
    }
    used_exprs_.assign(p_.exprs.size(), false);
    for (const Policy& policy : p_.policies) {
      used_exprs_[policy.condition] = true;
    }
    for (std::size_t i = p_.exprs.size(); i-- > 0;) {  // parents come after their children
      const Expr& e = p_.exprs[i];
      if (!used_exprs_[i]) {
        continue;
      }
      for (std::uint32_t c = 0; c < e.count; ++c) {
        used_exprs_[p_.operands[e.first + c]] = true;
      }
      if (operand_kind(e.op) == OperandKind::kTable) {
        used_table(e.op)[e.first] = true;
      }
    }
  }

  void sort_symbols() {
    std::vector<bool> used(p_.symbols.size(), false);
    const auto mark = [&used](const std::vector<SymbolId>& ids) {
      for (const SymbolId id : ids) {
        used[id] = true;
      }
    };
    for_each_principal_set([&mark](const PrincipalSet& s) {
      mark(s.members);
      for (const GuestSelector& g : s.guests) {
        mark(g.tenants);
      }
    });
    for (std::uint32_t i = 0; i < p_.app_sets.size(); ++i) {
      if (used_table(Op::kAppIn)[i]) {
        mark(p_.app_sets[i].members);
      }
    }
    for (const Policy& policy : p_.policies) {
      mark(policy.include_targets.members);
      mark(policy.exclude_targets.members);
    }
    for (std::size_t i = 0; needed_.register_device && i < used.size(); ++i) {
      used[i] = used[i] || (p_.symbols[i].kind == SymbolKind::kUserAction &&
                            p_.symbols[i].name == kRegisterDevice);
    }
    apply_symbols(sort_symbol_table(used));
  }

  Renumbering sort_symbol_table(const std::vector<bool>& used) {
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = 0; i < used.size(); ++i) {
      if (used[i]) {
        order.push_back(i);
      }
    }
    std::sort(order.begin(), order.end(), [this](std::uint32_t a, std::uint32_t b) {
      return std::tie(p_.symbols[a].kind, p_.symbols[a].name) <
             std::tie(p_.symbols[b].kind, p_.symbols[b].name);
    });
    Renumbering to(p_.symbols.size(), kDropped);
    std::vector<Symbol> sorted;
    for (const std::uint32_t i : order) {
      to[i] = static_cast<std::uint32_t>(sorted.size());
      sorted.push_back(std::move(p_.symbols[i]));
    }
    p_.symbols = std::move(sorted);
    return to;
  }

  void apply_symbols(const Renumbering& to) {
    for_each_principal_set([&to](PrincipalSet& s) {
      renumber(s.members, to);
      for (GuestSelector& g : s.guests) {
        renumber(g.tenants, to);
      }
      std::sort(s.guests.begin(), s.guests.end(), [](const auto& a, const auto& b) {
        return std::tie(a.kinds, a.tenants) < std::tie(b.kinds, b.tenants);
      });
      s.guests.erase(std::unique(s.guests.begin(), s.guests.end()), s.guests.end());
    });
    for (std::uint32_t i = 0; i < p_.app_sets.size(); ++i) {
      if (used_table(Op::kAppIn)[i]) {
        renumber(p_.app_sets[i].members, to);
      }
    }
    for (Policy& policy : p_.policies) {
      renumber(policy.include_targets.members, to);
      renumber(policy.exclude_targets.members, to);
    }
  }

  void sort_locations() {
    std::vector<bool> used(p_.locations.size(), false);
    for (std::uint32_t i = 0; i < p_.location_sets.size(); ++i) {
      if (used_table(Op::kLocationIn)[i]) {
        for (const std::uint32_t id : p_.location_sets[i].locations) {
          used[id] = true;
        }
      }
    }
    const Renumbering to = sort_table(p_.locations, used);
    for (std::uint32_t i = 0; i < p_.location_sets.size(); ++i) {
      if (used_table(Op::kLocationIn)[i]) {
        renumber(p_.location_sets[i].locations, to);
      }
    }
  }

  [[nodiscard]] std::vector<bool> slots(SlotKind kind, std::size_t count) const {
    std::vector<bool> used = (*slots_)[static_cast<std::size_t>(kind)];
    used.resize(count, false);
    return used;
  }

  void sort_slots() {
    const Renumbering ints = sort_table(p_.int_slots, slots(SlotKind::kInt, p_.int_slots.size()));
    for (IntTest& t : p_.int_tests) {
      t.slot = ints[t.slot];
    }
    const Renumbering strings =
        sort_table(p_.string_slots, slots(SlotKind::kString, p_.string_slots.size()));
    for (StringTest& t : p_.string_tests) {
      t.slot = strings[t.slot];
    }
    const Renumbering lists =
        sort_table(p_.list_slots, slots(SlotKind::kList, p_.list_slots.size()));
    for (ListTest& t : p_.list_tests) {
      t.slot = lists[t.slot];
    }
    table_to_[static_cast<std::size_t>(Op::kBoolSignal)] =
        sort_table(p_.bool_slots, slots(SlotKind::kBool, p_.bool_slots.size()));
    std::vector<bool> used(p_.zones.size(), false);
    for (std::uint32_t i = 0; i < p_.time_tests.size(); ++i) {
      used[p_.time_tests[i].zone] = used[p_.time_tests[i].zone] || used_table(Op::kTimeIn)[i];
    }
    const Renumbering zones = sort_table(p_.zones, used);
    for (TimeTest& t : p_.time_tests) {
      t.zone = zones[t.zone];
    }
  }

  void sort_leaf_tables() {
    const auto sort = [this](Op op, auto& rows) {
      table_to_[static_cast<std::size_t>(op)] = sort_table(rows, used_table(op));
    };
    sort(Op::kPrincipalIn, p_.principal_sets);
    sort(Op::kAppIn, p_.app_sets);
    sort(Op::kLocationIn, p_.location_sets);
    sort(Op::kMethodDone, p_.method_tests);
    sort(Op::kIntCompare, p_.int_tests);
    sort(Op::kStringTest, p_.string_tests);
    sort(Op::kListContains, p_.list_tests);
    sort(Op::kTimeIn, p_.time_tests);
  }

  /// Puts the numbers that its parts have now into an expression whose children are all done.
  void take_new_numbers(Expr& e, const Renumbering& to) {
    const auto first = p_.operands.begin() + e.first;
    if (operand_kind(e.op) == OperandKind::kTable) {
      e.first = table_to_[static_cast<std::size_t>(e.op)][e.first];
    } else if (e.count == 0) {
      e.first = 0;
    } else {
      std::for_each(first, first + e.count, [&to](ExprId& child) { child = to[child]; });
      std::sort(first, first + e.count);
    }
  }

  [[nodiscard]] bool comes_before(const Expr& a, const Expr& b) const {
    const auto table = [](const Expr& e) { return e.count == 0 ? e.first : 0; };
    if (const auto left = std::tuple(a.op, table(a), a.imm),
        right = std::tuple(b.op, table(b), b.imm);
        left != right) {
      return left < right;
    }
    const auto of_a = p_.operands.begin() + a.first;
    const auto of_b = p_.operands.begin() + b.first;
    return std::lexicographical_compare(of_a, of_a + a.count, of_b, of_b + b.count);
  }

  /// By height, then by content: a numbering that depends on the expressions alone.
  void sort_exprs() {
    const std::size_t n = p_.exprs.size();
    std::vector<std::uint32_t> height(n, 0);
    std::uint32_t highest = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const Expr& e = p_.exprs[i];
      for (std::uint32_t c = 0; c < e.count; ++c) {
        height[i] = std::max(height[i], height[p_.operands[e.first + c]] + 1);
      }
      highest = std::max(highest, height[i]);
    }
    std::vector<std::vector<std::uint32_t>> levels(highest + 1);
    for (std::uint32_t i = 0; i < n; ++i) {
      if (used_exprs_[i]) {
        levels[height[i]].push_back(i);
      }
    }
    Renumbering to(n, kDropped);
    std::vector<Expr> exprs;
    std::vector<ExprId> operands;
    for (std::vector<std::uint32_t>& level : levels) {
      for (const std::uint32_t old : level) {
        take_new_numbers(p_.exprs[old], to);
      }
      std::sort(level.begin(), level.end(), [this](std::uint32_t a, std::uint32_t b) {
        return comes_before(p_.exprs[a], p_.exprs[b]);
      });
      for (const std::uint32_t old : level) {
        to[old] = static_cast<ExprId>(exprs.size());
        Expr e = p_.exprs[old];
        if (e.count > 0) {
          const auto first = p_.operands.begin() + e.first;
          e.first = static_cast<std::uint32_t>(operands.size());
          operands.insert(operands.end(), first, first + e.count);
        }
        exprs.push_back(e);
      }
    }
    p_.exprs = std::move(exprs);
    p_.operands = std::move(operands);
    for (Policy& policy : p_.policies) {
      policy.condition = to[policy.condition];
    }
  }

  void sort_effects() {
    std::vector<bool> effects(p_.effects.size(), false);
    std::vector<bool> clauses(p_.clauses.size(), false);
    for (const Policy& policy : p_.policies) {
      effects[policy.effect] = true;
    }
    bool password_change = false;
    const auto is = [](const Clause& c, ControlKind kind) {
      return std::any_of(c.any_of.begin(), c.any_of.end(),
                         [kind](const Control& control) { return control.kind == kind; });
    };
    for (std::size_t i = 0; i < effects.size(); ++i) {
      for (const std::uint32_t c : p_.effects[i].clauses) {
        clauses[c] = clauses[c] || effects[i];
        password_change |= effects[i] && is(p_.clauses[c], ControlKind::kPasswordChange);
      }
    }
    std::vector<bool> strengths(p_.strengths.size(), false);
    std::vector<bool> names(p_.names.size(), false);
    for (std::size_t i = 0; i < clauses.size(); ++i) {
      const Clause mfa{{Control{ControlKind::kMfa, 0}}};
      clauses[i] = clauses[i] || (password_change && p_.clauses[i] == mfa) ||
                   std::find(needed_.clauses.begin(), needed_.clauses.end(), p_.clauses[i]) !=
                       needed_.clauses.end();
      for (const Control& c : p_.clauses[i].any_of) {
        if (c.kind == ControlKind::kStrength) {
          strengths[c.param] = strengths[c.param] || clauses[i];
        } else if (c.kind == ControlKind::kTermsOfUse || c.kind == ControlKind::kCustom) {
          names[c.param] = names[c.param] || clauses[i];
        }
      }
    }
    renumber_clauses(clauses, strengths, names);
    const Renumbering effects_to = sort_table(p_.effects, effects);
    for (Policy& policy : p_.policies) {
      policy.effect = effects_to[policy.effect];
    }
  }

  /// `strengths` says which are used; others[i] is strength i + 1.
  void renumber_restrictions(std::vector<Strength>& others, const std::vector<bool>& strengths) {
    constexpr std::uint32_t kPlainMethods = (1U << kMethodCount) - 1;
    std::vector<bool> used(p_.restrictions.size(), false);
    for (std::size_t i = 0; i < others.size(); ++i) {
      for (const MethodSet c : others[i].combinations) {
        for (std::size_t r = 0; r < used.size() && r < kRestrictionsMax; ++r) {
          used[r] = used[r] || (strengths[i + 1] && c.contains_all(restriction_bit(r)));
        }
      }
    }
    const Renumbering to = sort_table(p_.restrictions, used);
    for (std::size_t i = 0; i < others.size(); ++i) {
      if (!strengths[i + 1]) {
        continue;
      }
      for (MethodSet& c : others[i].combinations) {
        MethodSet moved(c.bits() & kPlainMethods);
        for (std::size_t r = 0; r < used.size() && r < kRestrictionsMax; ++r) {
          moved = c.contains_all(restriction_bit(r)) ? moved | restriction_bit(to[r]) : moved;
        }
        c = moved;
      }
      keep_minimal(others[i].combinations);
    }
  }

  void renumber_clauses(const std::vector<bool>& clauses, std::vector<bool>& strengths,
                        const std::vector<bool>& names) {
    // The built-in strength stays first; the others are sorted behind it.
    std::vector<Strength> others(std::make_move_iterator(p_.strengths.begin() + 1),
                                 std::make_move_iterator(p_.strengths.end()));
    renumber_restrictions(others, strengths);
    strengths.erase(strengths.begin());
    const Renumbering strengths_to = sort_table(others, strengths);
    p_.strengths.resize(1);
    p_.strengths.insert(p_.strengths.end(), std::make_move_iterator(others.begin()),
                        std::make_move_iterator(others.end()));
    const Renumbering names_to = sort_table(p_.names, names);
    for (std::size_t i = 0; i < p_.clauses.size(); ++i) {
      if (!clauses[i]) {
        continue;
      }
      for (Control& c : p_.clauses[i].any_of) {
        if (c.kind == ControlKind::kStrength && c.param != 0) {
          c.param = strengths_to[c.param - 1] + 1;
        } else if (c.kind == ControlKind::kTermsOfUse || c.kind == ControlKind::kCustom) {
          c.param = names_to[c.param];
        }
      }
      std::sort(p_.clauses[i].any_of.begin(), p_.clauses[i].any_of.end());
    }
    const Renumbering clauses_to = sort_table(p_.clauses, clauses);
    for (Effect& effect : p_.effects) {
      std::erase_if(effect.clauses,
                    [&clauses_to](std::uint32_t c) { return clauses_to[c] == kDropped; });
      renumber(effect.clauses, clauses_to);
    }
  }

  Program p_;
  const Needed needed_;  // found before anything is renumbered
  const UsedSlots* slots_;
  std::vector<bool> used_exprs_;
  std::vector<bool> used_tables_[kOpCount];
  Renumbering table_to_[kOpCount];
};

}  // namespace

Program canonical(Program program, const UsedSlots& slots) {
  return Canonicaliser(std::move(program), slots).run();
}

}  // namespace gate::ir
