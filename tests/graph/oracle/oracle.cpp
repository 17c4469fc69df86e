#include "tests/graph/oracle/oracle.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "tests/graph/oracle/applies.h"
#include "tests/graph/oracle/demands.h"
#include "tests/graph/oracle/report_only.h"
#include "tests/graph/oracle/rules.h"
#include "tests/graph/oracle/targets.h"

namespace graph_oracle {
namespace {

using Policies = std::vector<const json::value*>;

void add_once(std::vector<Clause>& clauses, const Clause& clause) {
  if (std::find(clauses.begin(), clauses.end(), clause) == clauses.end()) {
    clauses.push_back(clause);
  }
}

bool asks_for_strength(const json::value& policy) {
  return member(member(&policy, "grantControls"), "authenticationStrength") != nullptr;
}

/// The clauses of a policy, less its strengths where those of policies on the action itself count
/// instead (rule 54).
std::vector<Clause> demands_of(const json::value& policy, const Policies& applied,
                               const SignIn& s) {
  auto clauses = clauses_of(policy);
  if (!same(s.action, "urn:user:registersecurityinfo") || names_the_action(policy, s)) {
    return clauses;
  }
  const bool displaced = std::any_of(applied.begin(), applied.end(), [&](const auto* other) {
    return names_the_action(*other, s) && asks_for_strength(*other);
  });
  if (!asks_for_strength(policy) || !rule(54, displaced)) {
    return clauses;
  }
  for (auto& clause : clauses) {
    std::erase_if(clause, [](const std::string& control) { return is_strength(control); });
  }
  std::erase_if(clauses, [](const Clause& clause) { return clause.empty(); });
  return clauses;
}

/// No prompt reaches them: legacy clients, direct-connect users, workload identities.
bool cannot_be_asked(const SignIn& s) {
  return s.has_legacy_client() || s.is_workload() || same(s.guest_kind, "b2bDirectConnectUser");
}

/// What the applicable enabled policies come to together.
class Decision {
 public:
  Decision(const Tenant& tenant, const SignIn& s, Reading& out)
      : tenant_(tenant), s_(s), out_(out) {}

  void decide(const Policies& applied) {
    bool blocked = false;
    bool needs_position = false;
    for (const auto* policy : applied) {
      merge_session(*policy, out_.session);
      blocked = blocks(*policy) || blocked;
      needs_position = hangs_on_position(*policy, tenant_, s_) || needs_position;
      if (!blocks(*policy)) {
        for (const auto& clause : demands_of(*policy, applied, s_)) {
          demand(clause, *policy);
        }
      }
    }
    rule(6, out_.outstanding.empty());
    if (blocked || needs_position) {
      out_.outcome = "block";
      out_.error_code = 53003;
      out_.outstanding.clear();
      return;
    }
    const bool repeat = must_repeat(out_.session, s_);
    if (!rule(68, !out_.outstanding.empty() || repeat)) {
      out_.outcome = "allow";
      return;
    }
    out_.error_code = code_of_block(repeat);
    out_.outcome = out_.error_code == 0 ? "challenge" : "block";
    if (repeat && out_.error_code == 0) {
      out_.outstanding.push_back({"reauthenticate"});
    }
    order_prompts();
  }

 private:
  void demand(const Clause& clause, const json::value& policy) {
    add_once(out_.required, clause);
    if (met(clause, policy, tenant_, s_)) {
      return;
    }
    add_once(out_.outstanding, clause);
    const auto way = registration(clause, policy, tenant_, s_);
    risky_ = risky_ || way == Registration::kRisky;
    impossible_ = impossible_ || way == Registration::kImpossible;
    const Clause mfa = {"mfa"};
    if (holds(clause, "passwordChange") && rule(55, !met(mfa, policy, tenant_, s_))) {
      add_once(out_.required, mfa);
      add_once(out_.outstanding, mfa);
    }
  }

  /// 0: everything that is missing can be asked for. Otherwise the first that fails, in the order
  /// in which controls are looked at.
  int code_of_block(bool repeat) {
    constexpr std::size_t kNothing = 1000;
    std::size_t place = kNothing;
    int code = 0;
    const auto fails = [&](std::size_t at, int with) {
      if (at < place) {
        place = at;
        code = with;
      }
    };
    for (const auto& clause : out_.outstanding) {
      const auto control = first_prompt(clause);
      if (!rule(52, is_interactive(clause))) {
        fails(prompt_place(control), error_code_of(control));
      } else if (cannot_be_asked(s_)) {
        fails(prompt_place(control), 53003);
      }
    }
    if (risky_ || impossible_) {
      fails(prompt_place("mfa"), risky_ ? 53004 : 53003);
    }
    if (repeat && code == 0 && cannot_be_asked(s_)) {
      return 53003;
    }
    return code;
  }

  void order_prompts() {
    for (const auto& clause : out_.outstanding) {
      out_.prompt_order.push_back(first_prompt(clause));
    }
    std::stable_sort(out_.prompt_order.begin(), out_.prompt_order.end(),
                     [](const auto& a, const auto& b) {
                       rule(53, prompt_place(a) < prompt_place(b));
                       return prompt_place(a) < prompt_place(b);
                     });
  }

  const Tenant& tenant_;
  const SignIn& s_;
  Reading& out_;
  bool risky_ = false;
  bool impossible_ = false;
};

/// The requested context when it is granted, and with `acrsOptedIn` every other one whose policies
/// are satisfied already (conditional-access 7).
std::vector<std::string> granted_contexts(const json::value& policies, const Tenant& tenant,
                                          const json::value& document, const SignIn& s,
                                          const Reading& reading) {
  std::vector<std::string> out;
  if (s.what == What::kAuthenticationContext && reading.outcome == "allow") {
    out.push_back(s.context);
  }
  if (!s.wants_acrs) {
    return out;
  }
  for (const auto& policy : policies.get_array()) {
    const auto* apps = member(member(&policy, "conditions"), "applications");
    for (const auto& context : list(apps, "includeAuthenticationContextClassReferences")) {
      json::value asked = document;
      asked.as_object()["signInContext"] = {{"authenticationContextValue", context}};
      asked.as_object().erase("acrsOptedIn");
      if (!holds(out, context) && read(policies, tenant, asked).outcome == "allow") {
        out.push_back(context);
      }
    }
  }
  return out;
}

/// What an external tenant offers for MFA: nothing serves twice (conditional-access 4).
std::vector<std::string> second_factors(const Tenant& tenant, const SignIn& s,
                                        const Reading& reading) {
  std::vector<std::string> out;
  const bool wanted = std::any_of(reading.outstanding.begin(), reading.outstanding.end(),
                                  [](const Clause& clause) { return holds(clause, "mfa"); });
  if (same(tenant.type, "external") && wanted) {
    for (const auto& method : tenant.second_factors) {
      if (!holds(list(s.session, "usedMethods"), method)) {
        out.push_back(method);
      }
    }
  }
  return out;
}

}  // namespace

Reading read(const json::value& policies, const Tenant& tenant, const json::value& document,
             bool what_if) {
  const SignIn s(document);
  Reading out;
  Policies applied;
  for (const auto& policy : policies.get_array()) {
    PolicyReading reading;
    const auto state = text(&policy, "state");
    const bool report_only = same(state, "enabledForReportingButNotEnforced");
    reading.enabled = same(state, "enabled");
    reading.failing = failing_conditions(policy, tenant, s, what_if);
    reading.applies = reading.failing.empty();
    if (reading.applies) {
      rule(1, reading.enabled || report_only);
      rule(2, report_only);
    }
    if (report_only) {
      reading.report_only = report_only_result(policy, reading.applies, tenant, s);
    } else if (!reading.enabled) {
      reading.failing.insert(reading.failing.begin(), "policyNotEnabled");
    }
    if (reading.enabled && reading.applies) {
      applied.push_back(&policy);
    }
    out.policies.push_back(std::move(reading));
  }
  rule(3, applied.empty());
  Decision(tenant, s, out).decide(applied);
  out.acrs = granted_contexts(policies, tenant, document, s, out);
  out.allowed_second_factors = second_factors(tenant, s, out);
  return out;
}

}  // namespace graph_oracle
