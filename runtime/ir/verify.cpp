#include "runtime/ir/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <string>

#include "runtime/ir/built_in_number.h"
#include "runtime/ir/names.h"
#include "runtime/ir/reach.h"
#include "runtime/ir/standard.h"

namespace gate::ir {
namespace {

template <typename T>
bool strictly_sorted(const std::vector<T>& v) {
  return std::adjacent_find(v.begin(), v.end(), [](const T& a, const T& b) { return !(a < b); }) ==
         v.end();
}
bool is_principal(SymbolKind kind) {
  return kind == SymbolKind::kUser || kind == SymbolKind::kGroup || kind == SymbolKind::kRole ||
         kind == SymbolKind::kServicePrincipal;
}
bool is_target(SymbolKind kind, TargetKind target) {
  switch (target) {
    case TargetKind::kApp:
      return kind == SymbolKind::kApp || kind == SymbolKind::kAppGroup;
    case TargetKind::kUserAction:
      return kind == SymbolKind::kUserAction;
    case TargetKind::kAuthContext:
      return kind == SymbolKind::kAuthContext;
  }
  return false;
}

/// Collects the first fault; everything after it is skipped by the callers' early returns.
class Verifier {
 public:
  explicit Verifier(const Program& p) : p_(p) {}

  std::string run() {
    tables();
    tests();
    exprs();
    controls();
    policies();
    return fault_;
  }

 private:
  bool check(bool ok, std::string_view where, std::size_t index, std::string_view what) {
    if (!ok && fault_.empty()) {
      fault_ = fmt::format("{} {}: {}", where, index, what);
    }
    return ok;
  }
  template <typename T, typename F>
  void each(std::string_view where, const std::vector<T>& rows, F f) {
    for (std::size_t i = 0; i < rows.size() && fault_.empty(); ++i) {
      f(rows[i], [&](bool ok, std::string_view what) { return check(ok, where, i, what); });
    }
  }
  void size(std::string_view where, std::size_t found, std::size_t max) {
    check(found <= max, where, found, "more entries than the limit allows");
  }

  void tables() {
    each("symbol", p_.symbols, [this](const Symbol& s, auto check) {
      const auto i = static_cast<std::size_t>(&s - p_.symbols.data());
      check(!s.name.empty(), "the name is empty");
      check(i == 0 || std::pair(p_.symbols[i - 1].kind, std::string_view(p_.symbols[i - 1].name)) <
                          std::pair(s.kind, std::string_view(s.name)),
            "not sorted by kind and name");
    });
    each("location", p_.locations, [](const Location& l, auto check) {
      check(strictly_sorted(l.ranges) && strictly_sorted(l.countries), "not sorted");
      check(!l.trusted || (l.countries.empty() && !l.unknown_country),
            "a location of countries cannot be trusted");
      for (const auto& c : l.countries) {
        check(c[0] >= 'A' && c[0] <= 'Z' && c[1] >= 'A' && c[1] <= 'Z',
              "a country is two upper-case letters");
      }
      for (const Cidr& c : l.ranges) {
        check(c.prefix <= 128 && host_bits_are_zero(c), "a range has host bits or a long prefix");
      }
    });
    size("control names", p_.names.size(), kControlNamesMax);
    size("int slots", p_.int_slots.size(), kSlotsMax);
    size("bool slots", p_.bool_slots.size(), kSlotsMax);
    size("string slots", p_.string_slots.size(), kSlotsMax);
    size("list slots", p_.list_slots.size(), kSlotsMax);
    size("strengths", p_.strengths.size(), kStrengthsMax);
    size("clauses", p_.clauses.size(), kClausesMax);
    size("policies", p_.policies.size(), kPoliciesMax);
    size("sets of conditions",
         p_.principal_sets.size() + p_.app_sets.size() + p_.location_sets.size(), kMembershipsMax);
    each("int slot", p_.int_slots, [](const IntSlot& s, auto check) {
      check(!s.name.empty(), "the name is empty");
      check(s.signal || (built_in_number(s.name) && !s.has_default), "no such built-in number");
    });
    each("bool slot", p_.bool_slots,
         [](const BoolSlot& s, auto check) { check(!s.name.empty(), "the name is empty"); });
    each("string slot", p_.string_slots, [](const StringSlot& s, auto check) {
      check(!s.name.empty(), "the name is empty");
      check(s.signal || !s.has_default, "an attribute has no default");
    });
    each("zone", p_.zones, [](const Zone& z, auto check) {
      check(!z.transitions.empty() &&
                z.transitions.front().first == std::numeric_limits<std::int64_t>::min(),
            "the first offset must hold from the beginning");
      check(std::adjacent_find(z.transitions.begin(), z.transitions.end(),
                               [](const auto& a, const auto& b) { return a.first >= b.first; }) ==
                z.transitions.end(),
            "transitions are not sorted");
      for (const auto& t : z.transitions) {
        check(t.second > -86'400 && t.second < 86'400, "an offset of a day or more");
      }
    });
  }

  static bool host_bits_are_zero(const Cidr& c) {
    for (unsigned bit = c.prefix; bit < 128; ++bit) {
      if (((c.address[bit / 8] >> (7 - bit % 8)) & 1) != 0) {
        return false;
      }
    }
    return true;
  }

  std::string_view principal_fault(const PrincipalSet& s) const {
    if (!strictly_sorted(s.members)) {
      return "members are not sorted";
    }
    for (const SymbolId id : s.members) {
      if (id >= p_.symbols.size() || !is_principal(p_.symbols[id].kind)) {
        return "a member is not a principal";
      }
    }
    constexpr unsigned kGuestKinds = 0x7EU;  // all but member and service principal
    for (const GuestSelector& g : s.guests) {
      if (g.kinds == 0 || (g.kinds & ~kGuestKinds) != 0 || !strictly_sorted(g.tenants)) {
        return "a guest selector names no guests, others than guests, or unsorted tenants";
      }
      for (const SymbolId id : g.tenants) {
        if (id >= p_.symbols.size() || p_.symbols[id].kind != SymbolKind::kTenant) {
          return "a home tenant is not a tenant";
        }
      }
    }
    return "";
  }
  std::string_view target_fault(const std::vector<SymbolId>& members, TargetKind kind) const {
    if (!strictly_sorted(members)) {
      return "targets are not sorted";
    }
    for (const SymbolId id : members) {
      if (id >= p_.symbols.size() || !is_target(p_.symbols[id].kind, kind)) {
        return "a target is of another kind";
      }
    }
    return "";
  }

  void tests() {
    each("principal set", p_.principal_sets, [this](const PrincipalSet& s, auto check) {
      const auto fault = principal_fault(s);
      check(fault.empty(), fault);
    });
    each("app set", p_.app_sets, [this](const AppSet& s, auto check) {
      const auto fault = target_fault(s.members, TargetKind::kApp);
      check(fault.empty(), fault);
    });
    each("location set", p_.location_sets, [this](const LocationSet& s, auto check) {
      check(strictly_sorted(s.locations) &&
                (s.locations.empty() || s.locations.back() < p_.locations.size()),
            "locations are not sorted or not there");
    });
    each("method test", p_.method_tests, [](const MethodTest& t, auto check) {
      check((t.methods.bits() >> kMethodCount) == 0, "an unknown method");
    });
    each("int test", p_.int_tests, [this](const IntTest& t, auto check) {
      check(t.slot < p_.int_slots.size() && t.op <= CompareOp::kGe, "no such slot or operator");
    });
    each("string test", p_.string_tests, [this](const StringTest& t, auto check) {
      check(t.slot < p_.string_slots.size() && t.op <= StringOp::kContains,
            "no such slot or operator");
      check(!t.any_of.empty() && strictly_sorted(t.any_of), "no strings, or not sorted");
    });
    each("list test", p_.list_tests, [this](const ListTest& t, auto check) {
      check(t.slot < p_.list_slots.size(), "no such slot");
      check(!t.any_of.empty() && strictly_sorted(t.any_of), "no strings, or not sorted");
    });
    each("time test", p_.time_tests, [this](const TimeTest& t, auto check) {
      check(t.zone < p_.zones.size(), "no such zone");
      check(t.weekdays <= 0x7F && t.start_minute < 1440 && t.end_minute <= 1440,
            "no such weekday or minute");
    });
  }

  std::size_t table_size(Op op) const {
    switch (op) {
      case Op::kPrincipalIn:
        return p_.principal_sets.size();
      case Op::kAppIn:
        return p_.app_sets.size();
      case Op::kLocationIn:
        return p_.location_sets.size();
      case Op::kMethodDone:
        return p_.method_tests.size();
      case Op::kIntCompare:
        return p_.int_tests.size();
      case Op::kBoolSignal:
        return p_.bool_slots.size();
      case Op::kStringTest:
        return p_.string_tests.size();
      case Op::kListContains:
        return p_.list_tests.size();
      case Op::kTimeIn:
        return p_.time_tests.size();
      case Op::kFalse:
      case Op::kTrue:
      case Op::kAnd:
      case Op::kOr:
      case Op::kNot:
      case Op::kContextIn:
        break;
    }
    return 0;
  }
  static bool one_fact(std::uint64_t bits) {
    for (std::size_t f = 0; f < kContextFactCount; ++f) {
      const std::uint64_t field = context_field(static_cast<ContextFact>(f)).mask();
      if (bits != 0 && (bits & ~field) == 0) {
        return true;
      }
    }
    return false;
  }

  void exprs() {
    std::vector<std::size_t> depth(p_.exprs.size(), 1);
    nodes_.assign(p_.exprs.size(), 1);
    each("expr", p_.exprs, [this, &depth](const Expr& e, auto check) {
      const auto i = static_cast<std::size_t>(&e - p_.exprs.data());
      if (!check(static_cast<std::size_t>(e.op) < kOpCount, "an unknown operation")) {
        return;
      }
      switch (operand_kind(e.op)) {
        case OperandKind::kNone:
          break;
        case OperandKind::kContext:
          check(one_fact(e.imm), "context bits of no fact or of several");
          break;
        case OperandKind::kTable:
          check(e.first < table_size(e.op), "no such table entry");
          break;
        case OperandKind::kChildren:
          if (!check(e.first <= p_.operands.size() && e.count <= p_.operands.size() - e.first,
                     "operands out of range") ||
              !check(e.op == Op::kNot ? e.count == 1 : e.count >= 2, "wrong number of operands")) {
            return;
          }
          for (std::uint32_t c = 0; c < e.count; ++c) {
            const ExprId child = p_.operands[e.first + c];
            if (!check(child < i, "an operand does not come before its parent")) {
              return;
            }
            depth[i] = std::max(depth[i], depth[child] + 1);
            nodes_[i] = std::min(nodes_[i] + nodes_[child], kConditionNodesMax + 1);
          }
          check(depth[i] <= kExprDepthMax, "nested too deeply");
          check(nodes_[i] <= kConditionNodesMax, "a condition of too many parts");
          break;
      }
    });
  }

  void restrictions() {
    size("restrictions of methods", p_.restrictions.size(), kRestrictionsMax);
    each("restriction", p_.restrictions, [](const MethodRestriction& r, auto check) {
      const bool fido = r.method == Method::kFido2;
      const bool certificate =
          r.method == Method::kX509SingleFactor || r.method == Method::kX509MultiFactor;
      check(fido ? !r.aaguids.empty() && r.issuer_skis.empty() && r.policy_oids.empty()
                 : certificate && r.aaguids.empty() &&
                       !(r.issuer_skis.empty() && r.policy_oids.empty()),
            "a restriction that does not fit the method");
      check(strictly_sorted(r.aaguids) && strictly_sorted(r.issuer_skis) &&
                strictly_sorted(r.policy_oids),
            "values are not sorted");
    });
  }

  void controls() {
    restrictions();
    check(!p_.strengths.empty() &&
              (p_.strengths.front() == built_in_mfa() || p_.strengths.front() == workforce_mfa()),
          "strength", 0, "the first strength must be the built-in mfa");
    const std::size_t method_bits = kMethodCount + p_.restrictions.size();
    each("strength", p_.strengths, [method_bits](const Strength& s, auto check) {
      if (!check(s.combinations.size() <= kCombinationsMax, "too many combinations")) {
        return;
      }
      std::vector<MethodSet> minimal = s.combinations;
      keep_minimal(minimal);
      check(minimal == s.combinations, "combinations are not sorted, or one contains another");
      for (const MethodSet c : s.combinations) {
        check(!c.empty() && (std::uint64_t{c.bits()} >> method_bits) == 0,
              "no method, or an unknown one");
      }
    });
    bool has_mfa = false;
    bool has_password_change = false;
    each("clause", p_.clauses, [&](const Clause& c, auto check) {
      check(!c.any_of.empty() && strictly_sorted(c.any_of), "no controls, or not sorted");
      for (const Control& control : c.any_of) {
        check(control_is_valid(control), "an unknown control or parameter");
        has_password_change |= control.kind == ControlKind::kPasswordChange;
      }
      has_mfa |= c.any_of.size() == 1 && c.any_of.front().kind == ControlKind::kMfa;
    });
    check(has_mfa || !has_password_change, "clause", p_.clauses.size(),
          "a password change needs a clause that asks for mfa alone");
    each("effect", p_.effects, [this](const Effect& e, auto check) {
      check(
          strictly_sorted(e.clauses) && (e.clauses.empty() || e.clauses.back() < p_.clauses.size()),
          "clauses are not sorted or not there");
      check(!e.block || e.clauses.empty(), "block stands alone");
      check(e.session.persistent_browser <= PersistentBrowser::kNever &&
                e.session.cloud_app_security <= CloudAppSecurity::kBlockDownloads &&
                e.session.access_evaluation <= AccessEvaluation::kStrictLocation &&
                e.session.flags < 128,
            "an unknown session control");
    });
  }
  bool control_is_valid(const Control& c) const {
    switch (c.kind) {
      case ControlKind::kStrength:
        return c.param < p_.strengths.size();
      case ControlKind::kTermsOfUse:
      case ControlKind::kCustom:
        return c.param < p_.names.size();
      case ControlKind::kMfa:
      case ControlKind::kCompliantDevice:
      case ControlKind::kHybridJoinedDevice:
      case ControlKind::kApprovedApp:
      case ControlKind::kAppProtection:
      case ControlKind::kCompliantNetwork:
      case ControlKind::kPasswordChange:
      case ControlKind::kRiskRemediation:
        return c.param == 0;
    }
    return false;
  }

  void policies() {
    std::uint64_t nodes = 0;
    each("policy", p_.policies, [this, &nodes](const Policy& p, auto check) {
      check(p.state <= PolicyState::kOff, "an unknown state");
      for (const PrincipalSet* s : {&p.include, &p.exclude}) {
        const auto fault = principal_fault(*s);
        check(fault.empty(), fault);
      }
      check(p.include_targets.kind <= TargetKind::kAuthContext &&
                p.exclude_targets.kind == p.include_targets.kind,
            "include and exclude are of different kinds of target");
      for (const TargetSet* s : {&p.include_targets, &p.exclude_targets}) {
        const auto fault = target_fault(s->members, p.include_targets.kind);
        check(fault.empty(), fault);
      }
      if (check(p.condition < p_.exprs.size(), "no such condition")) {
        nodes += nodes_[p.condition];
        check(nodes <= kConditionNodesTotalMax, "the conditions so far have too many parts");
      }
      check(p.effect < p_.effects.size(), "no such effect");
    });
    if (fault_.empty()) {
      needed_for_user_actions();
    }
  }
  void needed_for_user_actions() {
    const Needed needed = needed_for_actions(p_);
    const Symbol device{SymbolKind::kUserAction, std::string(kRegisterDevice)};
    check(!needed.register_device ||
              std::find(p_.symbols.begin(), p_.symbols.end(), device) != p_.symbols.end(),
          "symbol", p_.symbols.size(),
          "a policy on all apps that asks for a compliant device needs the action register_device");
    for (const Clause& clause : needed.clauses) {
      check(std::find(p_.clauses.begin(), p_.clauses.end(), clause) != p_.clauses.end(), "clause",
            p_.clauses.size(), "displaced strengths need the clause that they leave");
    }
  }

  const Program& p_;
  std::vector<std::uint64_t> nodes_;  ///< of every expression, shared ones counted each time
  std::string fault_;
};

}  // namespace

Result<void> verify(const Program& program) {
  std::string fault = Verifier(program).run();
  if (!fault.empty()) {
    return Error{ErrorCode::kCorrupt, std::move(fault)};
  }
  return {};
}

}  // namespace gate::ir
