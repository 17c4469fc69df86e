#include "runtime/interp/explain.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>

#include "runtime/ir/attributes.h"
#include "runtime/ir/built_in_number.h"
#include "runtime/ir/names.h"
#include "runtime/ir/texts.h"
#include "runtime/rules/decide.h"

namespace gate {
namespace {

Truth of(bool value) {
  return value ? Truth::kTrue : Truth::kFalse;
}

std::string user_detail(const SignInRequest& r) {
  return fmt::format("{} \"{}\", {} groups, {} roles", name(r.user_kind), r.user, r.groups.size(),
                     r.roles.size());
}

std::string target_detail(const SignInRequest& r) {
  return fmt::format("{} \"{}\"", name(r.target_kind), r.target);
}

/// What the request said about one leaf.
class LeafDetail {
 public:
  LeafDetail(const ir::Program& program, const Interpreter& interpreter)
      : p_(program), in_(interpreter), r_(interpreter.request()) {}

  std::string operator()(const ir::Expr& e) const {
    switch (e.op) {
      case ir::Op::kContextIn: {
        ir::Expr own = e;
        own.imm = in_.context() & field_of(e.imm);
        return leaf_text(p_, own);
      }
      case ir::Op::kPrincipalIn:
        return user_detail(r_);
      case ir::Op::kAppIn:
        return target_detail(r_);
      case ir::Op::kLocationIn:
        return fmt::format("ip {}, country {}", r_.ip.empty() ? "unknown" : r_.ip,
                           r_.country.empty() ? "unknown" : r_.country);
      case ir::Op::kMethodDone:
        return completed();
      case ir::Op::kIntCompare: {
        const ir::IntSlot& slot = p_.int_slots[p_.int_tests[e.first].slot];
        if (!slot.signal) {
          const auto value = ir::value_of(*ir::built_in_number(slot.name), r_);
          return value ? fmt::format("{} = {}", slot.name, *value) : slot.name + " is absent";
        }
        return signal(slot.name, slot.has_default);
      }
      case ir::Op::kBoolSignal:
        return signal(p_.bool_slots[e.first].name, p_.bool_slots[e.first].has_default);
      case ir::Op::kStringTest: {
        const ir::StringSlot& slot = p_.string_slots[p_.string_tests[e.first].slot];
        if (slot.signal) {
          return signal(slot.name, slot.has_default);
        }
        if (const auto value = in_.attribute(slot.name)) {
          return fmt::format("{} = \"{}\"", slot.name, *value);
        }
        return ir::list_slot_of(p_, slot) ? list(slot.name) : slot.name + " is absent";
      }
      case ir::Op::kListContains:
        return list(p_.list_slots[p_.list_tests[e.first].slot]);
      case ir::Op::kTimeIn:
        return r_.now_unix_s ? fmt::format("now = {}", *r_.now_unix_s) : "now is absent";
      case ir::Op::kFalse:
      case ir::Op::kTrue:
      case ir::Op::kAnd:
      case ir::Op::kOr:
      case ir::Op::kNot:
        break;
    }
    return "";
  }

 private:
  static std::uint64_t field_of(std::uint64_t bits) {
    std::uint64_t mask = 0;
    for (std::size_t f = 0; f < ir::kContextFactCount; ++f) {
      const std::uint64_t field = ir::context_field(static_cast<ir::ContextFact>(f)).mask();
      mask |= (bits & field) != 0 ? field : 0;
    }
    return mask;
  }
  std::string signal(const std::string& name, bool has_default) const {
    const SignalValue* value = in_.signal(name);
    if (value == nullptr) {
      return fmt::format("signal {} is absent{}", name, has_default ? ": its default holds" : "");
    }
    if (const auto* text = std::get_if<std::string_view>(value)) {
      return fmt::format("{} = \"{}\"", name, *text);
    }
    if (const auto* yes = std::get_if<bool>(value)) {
      return fmt::format("{} = {}", name, *yes);
    }
    return fmt::format("{} = {}", name, std::get<std::int64_t>(*value));
  }
  std::string list(const std::string& name) const {
    const ListFact* fact = in_.list(name);
    return fact == nullptr ? name + " is absent"
                           : fmt::format("{} = [{}]", name, fmt::join(fact->values, ", "));
  }
  std::string completed() const {
    std::vector<std::string> words;
    for (const CompletedMethod& c : r_.completed) {
      words.push_back(c.age_s == CompletedMethod::kAgeUnknown
                          ? fmt::format("{} at an unknown time", gate::name(c.method))
                          : fmt::format("{} {}s ago", gate::name(c.method), c.age_s));
    }
    return words.empty() ? "nothing is completed"
                         : fmt::format("completed {}", fmt::join(words, ", "));
  }

  const ir::Program& p_;
  const Interpreter& in_;
  const SignInRequest& r_;
};

/// The leaves of a condition, depth first; depth is bounded by verify().
void add_leaves(const ir::Program& p, const Interpreter& in, ir::ExprId id, bool negated,
                std::vector<Criterion>& out) {  // NOLINT(misc-no-recursion)
  const ir::Expr& e = p.exprs[id];
  if (ir::operand_kind(e.op) == ir::OperandKind::kChildren) {
    for (std::uint32_t c = 0; c < e.count; ++c) {
      add_leaves(p, in, p.operands[e.first + c], negated != (e.op == ir::Op::kNot), out);
    }
    return;
  }
  const Truth truth = in.truth(id);
  const std::string text = leaf_text(p, e);
  out.push_back(Criterion{"when", negated ? fmt::format("not ({})", text) : text,
                          !negated || truth == Truth::kUnknown ? truth : of(truth == Truth::kFalse),
                          LeafDetail(p, in)(e)});
}

PolicyTrace criteria_of(const ir::Program& p, const ir::Policy& policy, const Interpreter& in) {
  const SignInRequest& r = in.request();
  PolicyTrace t;
  t.applies = in.applies(policy);
  t.criteria.push_back(
      {"state", std::string(name(policy.state)), of(policy.state == PolicyState::kOn), ""});
  t.criteria.push_back({"users", "include " + principals_text(p, policy.include),
                        of(in.in(policy.include)), user_detail(r)});
  if (policy.exclude != ir::PrincipalSet{}) {
    t.criteria.push_back({"users", "exclude " + principals_text(p, policy.exclude),
                          of(!in.in(policy.exclude)), user_detail(r)});
  }
  t.criteria.push_back({"target", "include " + targets_text(p, policy.include_targets),
                        of(in.reaches(policy)), target_detail(r)});
  if (policy.exclude_targets.all || !policy.exclude_targets.members.empty()) {
    t.criteria.push_back({"target", "exclude " + targets_text(p, policy.exclude_targets),
                          of(!in.in(policy.exclude_targets)), target_detail(r)});
  }
  if (p.exprs[policy.condition].op != ir::Op::kTrue) {
    add_leaves(p, in, policy.condition, false, t.criteria);
  }
  if (!policy.never_applies.empty()) {
    t.criteria.push_back({"when", "never applies", Truth::kFalse, policy.never_applies});
  }
  return t;
}

}  // namespace

PolicyTrace trace_policy(const ir::Program& program, const ir::Policy& policy,
                         const DecisionTables& tables, const std::vector<std::string>& clause_texts,
                         const Interpreter& interpreter, const abi::DecisionFacts& facts,
                         std::uint32_t index, bool displaced) {
  PolicyTrace t = criteria_of(program, policy, interpreter);
  t.policy = index;
  const ir::Effect& effect = program.effects[policy.effect];
  if (t.applies) {
    DecisionMaker alone(tables, facts, displaced);
    alone.apply(index, interpreter.unknown_fact(policy.condition));
    t.outcome = alone.finish().outcome;
  }
  t.satisfied = !effect.block;
  if (effect.block) {
    t.requires_text.emplace_back("block");
  }
  for_each_clause(tables.clauses_of(index, displaced), [&](std::uint32_t c) {
    t.requires_text.push_back(clause_texts[c]);
    t.satisfied = t.satisfied && tables.met(tables.clause(c), facts);
  });
  return t;
}

}  // namespace gate
