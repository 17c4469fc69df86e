#include "runtime/ir/builder.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <limits>
#include <unordered_map>
#include <utility>

#include "runtime/ir/binary_writer.h"
#include "runtime/ir/canonical.h"
#include "runtime/ir/reach.h"
#include "runtime/ir/standard.h"

namespace gate::ir {
namespace {

template <typename T>
std::string record_key(T& row) {
  BinaryWriter writer;
  describe(writer, row);
  return writer.take();
}

template <typename T>
void append_bytes(std::string& key, T value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  key.append(bytes, sizeof value);
}

/// A table without duplicates.
template <typename T>
class Interner {
 public:
  std::uint32_t add(std::vector<T>& rows, T row) {
    const auto [it, fresh] =
        ids_.try_emplace(record_key(row), static_cast<std::uint32_t>(rows.size()));
    if (fresh) {
      rows.push_back(std::move(row));
    }
    return it->second;
  }

 private:
  std::unordered_map<std::string, std::uint32_t> ids_;
};

/// The same for symbols, without making a row to look for one.
class SymbolInterner {
 public:
  std::uint32_t add(std::vector<Symbol>& rows, SymbolKind kind, std::string_view name) {
    auto& ids = ids_[static_cast<std::size_t>(kind)];
    if (const auto known = ids.find(name); known != ids.end()) {
      return known->second;
    }
    const auto id = static_cast<std::uint32_t>(rows.size());
    rows.push_back({kind, std::string(name)});
    ids.emplace(name, id);
    return id;
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> ids_[kSymbolKindCount];
};

template <typename T>
void sort_unique(std::vector<T>& v) {
  std::sort(v.begin(), v.end());
  v.erase(std::unique(v.begin(), v.end()), v.end());
}

void normalise(PrincipalSet& s) {
  sort_unique(s.members);
  for (GuestSelector& g : s.guests) {
    sort_unique(g.tenants);
  }
}

}  // namespace

struct ProgramBuilder::Impl {
  Program p;
  SymbolInterner symbols;
  Interner<Location> locations;
  Interner<std::string> names;
  Interner<IntSlot> int_slots;
  Interner<BoolSlot> bool_slots;
  Interner<StringSlot> string_slots;
  Interner<std::string> list_slots;
  Interner<Zone> zones;
  Interner<PrincipalSet> principal_sets;
  Interner<AppSet> app_sets;
  Interner<LocationSet> location_sets;
  Interner<MethodTest> method_tests;
  Interner<IntTest> int_tests;
  Interner<StringTest> string_tests;
  Interner<ListTest> list_tests;
  Interner<TimeTest> time_tests;
  Interner<MethodRestriction> restrictions;
  Interner<Strength> strengths;
  Interner<Clause> clauses;
  Interner<Effect> effects;
  std::unordered_map<std::string, ExprId> exprs;
  UsedSlots used_slots;             // of the set under construction
  std::vector<SlotId> asked_slots;  // since take_slots()

  Impl() {
    strengths.add(p.strengths, built_in_mfa());
    leaf(Op::kFalse, 0, 0);
    leaf(Op::kTrue, 0, 0);
  }

  std::uint32_t use(SlotKind kind, std::uint32_t index) {
    mark_used({kind, index});
    const SlotId slot{kind, index};
    if (std::find(asked_slots.begin(), asked_slots.end(), slot) == asked_slots.end()) {
      asked_slots.push_back(slot);
    }
    return index;
  }
  void mark_used(SlotId slot) {
    std::vector<bool>& used = used_slots[static_cast<std::size_t>(slot.kind)];
    if (used.size() <= slot.index) {
      used.resize(slot.index + 1, false);
    }
    used[slot.index] = true;
  }

  ExprId intern(Expr e, const std::vector<ExprId>& children) {
    std::string key(1, static_cast<char>(e.op));
    if (children.empty()) {
      append_bytes(key, e.first);
      append_bytes(key, e.imm);
    }
    for (const ExprId c : children) {
      append_bytes(key, c);
    }
    const auto [it, fresh] = exprs.try_emplace(std::move(key), static_cast<ExprId>(p.exprs.size()));
    if (fresh) {
      if (!children.empty()) {
        e.first = static_cast<std::uint32_t>(p.operands.size());
        e.count = static_cast<std::uint32_t>(children.size());
        p.operands.insert(p.operands.end(), children.begin(), children.end());
      }
      p.exprs.push_back(e);
    }
    return it->second;
  }
  ExprId leaf(Op op, std::uint32_t table, std::uint64_t imm) {
    return intern(Expr{op, table, 0, imm}, {});
  }

  /// And / or share everything but which constant absorbs.
  ExprId connective(Op op, const std::vector<ExprId>& children) {
    const Op absorbing = op == Op::kAnd ? Op::kFalse : Op::kTrue;
    const Op neutral = op == Op::kAnd ? Op::kTrue : Op::kFalse;
    std::vector<ExprId> flat;
    for (const ExprId c : children) {
      GATE_CHECK(c < p.exprs.size(), "an operand that this builder did not make");
      const Expr& e = p.exprs[c];
      if (e.op == absorbing) {
        return c;
      }
      if (e.op == op) {
        const auto first = p.operands.begin() + e.first;
        flat.insert(flat.end(), first, first + e.count);
      } else if (e.op != neutral) {
        flat.push_back(c);
      }
    }
    sort_unique(flat);
    if (flat.empty()) {
      return leaf(neutral, 0, 0);
    }
    return flat.size() == 1 ? flat.front() : intern(Expr{op, 0, 0, 0}, flat);
  }
};

ProgramBuilder::ProgramBuilder() : impl_(new Impl) {}
ProgramBuilder::~ProgramBuilder() {
  delete impl_;
}

SymbolId ProgramBuilder::symbol(SymbolKind kind, std::string_view name) {
  return impl_->symbols.add(impl_->p.symbols, kind, name);
}
std::uint32_t ProgramBuilder::location(Location location) {
  sort_unique(location.ranges);
  sort_unique(location.countries);
  return impl_->locations.add(impl_->p.locations, std::move(location));
}
std::uint32_t ProgramBuilder::control_name(std::string_view name) {
  return impl_->names.add(impl_->p.names, std::string(name));
}
std::uint32_t ProgramBuilder::int_slot(IntSlot slot) {
  return impl_->use(SlotKind::kInt, impl_->int_slots.add(impl_->p.int_slots, std::move(slot)));
}
std::uint32_t ProgramBuilder::bool_slot(BoolSlot slot) {
  return impl_->use(SlotKind::kBool, impl_->bool_slots.add(impl_->p.bool_slots, std::move(slot)));
}
std::uint32_t ProgramBuilder::string_slot(StringSlot slot) {
  return impl_->use(SlotKind::kString,
                    impl_->string_slots.add(impl_->p.string_slots, std::move(slot)));
}
std::uint32_t ProgramBuilder::list_slot(std::string_view name) {
  return impl_->use(SlotKind::kList, impl_->list_slots.add(impl_->p.list_slots, std::string(name)));
}
std::uint32_t ProgramBuilder::zone(Zone zone) {
  return impl_->zones.add(impl_->p.zones, std::move(zone));
}
std::uint32_t ProgramBuilder::restriction(MethodRestriction restriction) {
  sort_unique(restriction.aaguids);
  sort_unique(restriction.issuer_skis);
  sort_unique(restriction.policy_oids);
  return impl_->restrictions.add(impl_->p.restrictions, std::move(restriction));
}
std::uint32_t ProgramBuilder::strength(Strength strength) {
  keep_minimal(strength.combinations);
  return impl_->strengths.add(impl_->p.strengths, std::move(strength));
}
std::uint32_t ProgramBuilder::clause(Clause clause) {
  sort_unique(clause.any_of);
  if (std::any_of(clause.any_of.begin(), clause.any_of.end(),
                  [](const Control& c) { return c.kind == ControlKind::kPasswordChange; })) {
    // A password change needs MFA first (conditional-access 2.5): decide() must find that clause.
    impl_->clauses.add(impl_->p.clauses, Clause{{Control{ControlKind::kMfa, 0}}});
  }
  // So must decide() what displaced strengths leave; canonical() drops it where nothing can be.
  if (Clause rest = without_strengths(clause); !rest.any_of.empty() && rest != clause) {
    impl_->clauses.add(impl_->p.clauses, std::move(rest));
  }
  if (std::any_of(clause.any_of.begin(), clause.any_of.end(),
                  [](const Control& c) { return c.kind == ControlKind::kCompliantDevice; })) {
    (void)symbol(SymbolKind::kUserAction, kRegisterDevice);
  }
  return impl_->clauses.add(impl_->p.clauses, std::move(clause));
}
std::uint32_t ProgramBuilder::effect(Effect effect) {
  sort_unique(effect.clauses);
  return impl_->effects.add(impl_->p.effects, std::move(effect));
}

ExprId ProgramBuilder::constant(bool value) {
  return impl_->leaf(value ? Op::kTrue : Op::kFalse, 0, 0);
}
ExprId ProgramBuilder::all_of(std::vector<ExprId> children) {
  return impl_->connective(Op::kAnd, children);
}
ExprId ProgramBuilder::any_of(std::vector<ExprId> children) {
  return impl_->connective(Op::kOr, children);
}
ExprId ProgramBuilder::negate(ExprId child) {
  GATE_CHECK(child < impl_->p.exprs.size(), "an operand that this builder did not make");
  const Expr e = impl_->p.exprs[child];
  if (e.op == Op::kTrue || e.op == Op::kFalse) {
    return constant(e.op == Op::kFalse);
  }
  if (e.op == Op::kNot) {
    return impl_->p.operands[e.first];
  }
  return impl_->intern(Expr{Op::kNot, 0, 0, 0}, {child});
}
ExprId ProgramBuilder::context_in(ContextFact fact, std::uint64_t bits) {
  const std::uint64_t field = context_field(fact).mask();
  GATE_CHECK((bits & ~field) == 0, "context bits of another fact");
  if (bits == 0 || bits == field) {
    return constant(bits != 0);
  }
  return impl_->leaf(Op::kContextIn, 0, bits);
}
ExprId ProgramBuilder::principal_in(PrincipalSet set) {
  normalise(set);
  return impl_->leaf(Op::kPrincipalIn,
                     impl_->principal_sets.add(impl_->p.principal_sets, std::move(set)), 0);
}
ExprId ProgramBuilder::app_in(AppSet set) {
  sort_unique(set.members);
  return impl_->leaf(Op::kAppIn, impl_->app_sets.add(impl_->p.app_sets, std::move(set)), 0);
}
ExprId ProgramBuilder::location_in(LocationSet set) {
  sort_unique(set.locations);
  return impl_->leaf(Op::kLocationIn,
                     impl_->location_sets.add(impl_->p.location_sets, std::move(set)), 0);
}
ExprId ProgramBuilder::method_done(MethodTest test) {
  return impl_->leaf(Op::kMethodDone, impl_->method_tests.add(impl_->p.method_tests, test), 0);
}
ExprId ProgramBuilder::int_compare(IntTest test) {
  return impl_->leaf(Op::kIntCompare, impl_->int_tests.add(impl_->p.int_tests, test), 0);
}
ExprId ProgramBuilder::bool_signal(std::uint32_t slot) {
  return impl_->leaf(Op::kBoolSignal, slot, 0);
}
ExprId ProgramBuilder::string_test(StringTest test) {
  sort_unique(test.any_of);
  return impl_->leaf(Op::kStringTest,
                     impl_->string_tests.add(impl_->p.string_tests, std::move(test)), 0);
}
ExprId ProgramBuilder::list_contains(ListTest test) {
  sort_unique(test.any_of);
  return impl_->leaf(Op::kListContains, impl_->list_tests.add(impl_->p.list_tests, std::move(test)),
                     0);
}
ExprId ProgramBuilder::time_in(TimeTest test) {
  return impl_->leaf(Op::kTimeIn, impl_->time_tests.add(impl_->p.time_tests, test), 0);
}

void ProgramBuilder::policy(Policy policy) {
  GATE_CHECK(policy.condition < impl_->p.exprs.size(),
             "a condition that this builder did not make");
  normalise(policy.include);
  normalise(policy.exclude);
  sort_unique(policy.include_targets.members);
  sort_unique(policy.exclude_targets.members);
  if (policy.exclude_targets.members.empty() && !policy.exclude_targets.all) {
    policy.exclude_targets.kind = policy.include_targets.kind;
  }
  impl_->p.policies.push_back(std::move(policy));
}
std::span<Policy> ProgramBuilder::policies() {
  return impl_->p.policies;
}
void ProgramBuilder::default_deny(bool value) {
  impl_->p.default_deny = value;
}

void ProgramBuilder::use_workforce_mfa() {
  impl_->p.strengths.front() = workforce_mfa();
}

Program ProgramBuilder::finish() {
  Program done = canonical(std::move(impl_->p), impl_->used_slots);
  delete impl_;
  impl_ = new Impl;
  return done;
}

void ProgramBuilder::start_set() {
  impl_->p.policies.clear();
  impl_->p.default_deny = false;
  impl_->p.strengths.front() = built_in_mfa();
  impl_->used_slots = {};
  impl_->asked_slots.clear();
}

Program ProgramBuilder::finish_set() {
  std::vector<Policy> policies = std::move(impl_->p.policies);
  impl_->p.policies.clear();
  Program set = impl_->p;
  set.policies = std::move(policies);
  return canonical(std::move(set), impl_->used_slots);
}

std::vector<SlotId> ProgramBuilder::take_slots() {
  return std::exchange(impl_->asked_slots, {});
}

void ProgramBuilder::use_slots(std::span<const SlotId> slots) {
  for (const SlotId slot : slots) {
    impl_->mark_used(slot);
  }
}

std::size_t ProgramBuilder::row_count() const {
  const Program& p = impl_->p;
  return p.symbols.size() + p.locations.size() + p.principal_sets.size() + p.app_sets.size() +
         p.location_sets.size() + p.string_tests.size() + p.int_tests.size() + p.exprs.size() +
         p.effects.size();
}

std::size_t ProgramBuilder::restriction_count() const {
  return impl_->p.restrictions.size();
}

}  // namespace gate::ir
