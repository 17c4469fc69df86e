#include "bench/peers/json_export.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace gate::bench {
namespace {

namespace json = boost::json;

json::string text(std::string_view s) {
  return json::string(s.data(), s.size());
}

template <typename Spell>
json::array spelled(const std::vector<Id>& ids, Spell spell) {
  json::array out;
  for (const Id id : ids) {
    out.push_back(text(spell(id)));
  }
  return out;
}

template <typename E>
void put_mask(json::object& out, std::string_view key, std::uint8_t mask, std::size_t count) {
  if (mask == Conditions::kAny) {
    return;
  }
  json::array values;
  for (std::size_t v = 0; v < count; ++v) {
    if ((mask >> v & 1U) != 0) {
      values.push_back(text(name(static_cast<E>(v))));
    }
  }
  out[{key.data(), key.size()}] = std::move(values);
}

json::object principals(const Principals& who) {
  json::object out{{"all", who.all},
                   {"users", spelled(who.users, names::user)},
                   {"groups", spelled(who.groups, names::group)},
                   {"roles", spelled(who.roles, names::role)}};
  if (who.guests != 0) {
    put_mask<UserKind>(out, "kinds", who.guests, kUserKindCount);
  } else {
    out["kinds"] = json::array();
  }
  return out;
}

json::object targets(const Targets& t, TargetKind kind) {
  json::array members;
  for (const Id id : t.members) {
    members.push_back(text(kind == TargetKind::kApp          ? names::app(id)
                           : kind == TargetKind::kUserAction ? std::string(names::action(id))
                                                             : names::context(id)));
  }
  return {{"all", t.all},
          {"names", std::move(members)},
          {"app_groups", spelled(t.app_groups, names::app_group)}};
}

json::object leaf(const Leaf& l, bool absent) {
  const auto id = static_cast<Id>(l.value);
  const auto test = [absent](std::string_view fact, std::string_view op, json::value value) {
    return json::object{
        {"fact", text(fact)}, {"op", text(op)}, {"value", std::move(value)}, {"absent", absent}};
  };
  switch (l.what) {
    case Leaf::What::kAmountAbove:
      return test("amount", ">", l.value);
    case Leaf::What::kFailuresAtLeast:
      return test("otp_failures", ">=", l.value);
    case Leaf::What::kNewPayee:
      return test("new_payee", "==", true);
    case Leaf::What::kSignInRiskAtLeast:
      return test("sign_in_risk_level", ">=", l.value);
    case Leaf::What::kUserRiskAtLeast:
      return test("user_risk_level", ">=", l.value);
    case Leaf::What::kPlatformIs:
      return test("platform", "==", text(name(static_cast<Platform>(l.value))));
    case Leaf::What::kLocationIn:
      return test("places", "has", text(names::location(id)));
    case Leaf::What::kInGroup:
      return test("groups", "has", text(names::group(id)));
    case Leaf::What::kAppIs:
      return test("app", "==", text(names::app(id)));
    case Leaf::What::kReportedLost:
      return test("reported_lost", "==", true);
    case Leaf::What::kMethodDone:
      return test("done", "has", text(name(static_cast<Method>(l.value))));
  }
  return {};
}

// The generator nests expressions three deep at most. Unknown counts as applying, so an absent fact
// is true where it stands under an even number of `not`, and false otherwise.
json::object expression(const Expression& e, bool positive) {  // NOLINT(misc-no-recursion)
  if (e.kind == Expression::Kind::kLeaf) {
    return leaf(e.leaf, positive);
  }
  if (e.kind == Expression::Kind::kNot) {
    return {{"not", expression(e.children.front(), !positive)}};
  }
  json::array parts;
  for (const Expression& child : e.children) {
    parts.push_back(expression(child, positive));
  }
  return {{e.kind == Expression::Kind::kAnd ? "and" : "or", std::move(parts)}};
}

json::object when(const Conditions& c) {
  json::object out;
  put_mask<Platform>(out, "platform", c.platforms, kPlatformCount);
  put_mask<ClientApp>(out, "client", c.clients, kClientAppCount);
  put_mask<Risk>(out, "sign_in_risk", c.sign_in_risk, kRiskCount);
  put_mask<Risk>(out, "user_risk", c.user_risk, kRiskCount);
  put_mask<TransferMethod>(out, "transfer_method", c.transfer, kTransferMethodCount);
  put_mask<DeviceTrust>(out, "trust", c.trust, kDeviceTrustCount);
  if (c.compliance != Compliance::kAny) {
    out["compliant"] = c.compliance == Compliance::kTrue;
  }
  if (!c.locations_in.empty()) {
    out["in"] = spelled(c.locations_in, names::location);
  }
  if (!c.locations_out.empty()) {
    out["not_in"] = spelled(c.locations_out, names::location);
  }
  if (c.model_test) {
    out["model"] = json::object{{"op", *c.model_test == TextTest::kEquals       ? "=="
                                       : *c.model_test == TextTest::kStartsWith ? "starts_with"
                                                                                : "contains"},
                                {"value", text(c.model)}};
  }
  if (c.expression) {
    out["expression"] = expression(*c.expression, true);
  }
  return out;
}

json::object policy(const Policy& p, std::size_t index) {
  constexpr std::string_view kKinds[] = {"app", "action", "context"};
  json::object out{
      {"name", text(names::policy(index))},
      {"on", p.state == PolicyState::kOn},
      {"users",
       json::object{{"include", principals(p.include)}, {"exclude", principals(p.exclude)}}},
      {"kind", text(kKinds[static_cast<std::size_t>(p.target_kind)])},
      {"targets", json::object{{"include", targets(p.include_targets, p.target_kind)},
                               {"exclude", targets(p.exclude_targets, p.target_kind)}}},
      {"when", when(p.conditions)},
      {"block", p.block},
      {"clauses", json::array(p.clauses.begin(), p.clauses.end())}};
  if (p.session.frequency_s != Session::kNone) {
    out["frequency_s"] = p.session.frequency_s;
  }
  return out;
}

/// Sign-in facts as flat values, so that an engine without nesting can read them.
json::object sign_in(const SignInFacts& f, const BoundSignIn& bound) {
  const bool app = f.target_kind == TargetKind::kApp;
  json::object out{{"user", text(f.user)},
                   {"user_kind", text(name(f.user_kind))},
                   {"groups", json::array(f.groups.begin(), f.groups.end())},
                   {"roles", json::array(f.roles.begin(), f.roles.end())},
                   {"kind", app                                        ? "app"
                            : f.target_kind == TargetKind::kUserAction ? "action"
                                                                       : "context"},
                   {"target", text(f.target)},
                   {"app", text(app ? std::string_view(f.target) : std::string_view())},
                   {"app_groups", json::array(f.app_groups.begin(), f.app_groups.end())},
                   {"platform", text(name(f.platform))},
                   {"client", text(name(f.client))},
                   {"sign_in_risk", text(name(f.sign_in_risk))},
                   {"user_risk", text(name(f.user_risk))},
                   {"sign_in_risk_level", bound.sign_in_risk},
                   {"user_risk_level", bound.user_risk},
                   {"transfer_method", text(name(f.transfer_method))},
                   {"trust", text(name(static_cast<DeviceTrust>(bound.trust)))},
                   {"compliant", bound.compliant},
                   {"reported_lost", bound.reported_lost},
                   {"new_payee", bound.new_payee},
                   {"otp_failures", bound.failures},
                   {"places", spelled(bound.places, names::location)},
                   {"oldest_s", bound.oldest_s},
                   {"can_prompt", bound.can_prompt}};
  if (bound.has_model) {
    out["model"] = text(bound.model);
  }
  if (bound.has_amount) {
    out["amount"] = bound.amount;
  }
  json::array done;
  for (const CompletedMethod& method : f.completed) {
    done.push_back(text(name(method.method)));
  }
  out["done"] = std::move(done);
  json::array clauses;
  for (const ClauseSpec& clause : clause_table()) {
    clauses.push_back(met(clause, bound));
  }
  out["met"] = std::move(clauses);
  return out;
}

}  // namespace

std::string export_json(const Workload& workload, const std::vector<Answer>& expected) {
  json::array policies;
  for (std::size_t i = 0; i < workload.policies.size(); ++i) {
    policies.push_back(policy(workload.policies[i], i));
  }
  const Binder binder(workload);
  BoundSignIn bound;
  json::array sign_ins;
  for (std::size_t i = 0; i < workload.sign_ins.size(); ++i) {
    const SignInView view(workload.sign_ins[i]);
    binder.bind(view.request(), bound);
    json::object entry = sign_in(workload.sign_ins[i], bound);
    entry["expected"] = json::object{
        {"outcome", text(name(expected[i].outcome))},
        {"applied", json::array(expected[i].applied.begin(), expected[i].applied.end())}};
    sign_ins.push_back(std::move(entry));
  }
  json::array clauses;
  for (const ClauseSpec& clause : clause_table()) {
    clauses.push_back(
        json::object{{"text", text(clause.text)}, {"interactive", clause.interactive}});
  }
  return json::serialize(json::object{{"seed", workload.seed},
                                      {"clauses", std::move(clauses)},
                                      {"policies", std::move(policies)},
                                      {"sign_ins", std::move(sign_ins)}});
}

}  // namespace gate::bench
