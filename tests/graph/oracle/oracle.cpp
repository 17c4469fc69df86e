#include "tests/graph/oracle/oracle.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "tests/graph/oracle/demands.h"

namespace graph_oracle {
namespace {

bool enabled(const json::value& policy) {
  return same(text(&policy, "state"), "enabled");
}
bool report_only(const json::value& policy) {
  return same(text(&policy, "state"), "enabledForReportingButNotEnforced");
}

std::string report_only_result(const json::value& policy, const PolicyReading& reading,
                               const Tenant& tenant, const SignIn& s) {
  if (!reading.applies) {
    return "reportOnlyNotApplied";
  }
  if (blocks(policy)) {
    return "reportOnlyFailure";
  }
  Session session;
  merge_session(policy, session);
  bool interrupted = stale(session, s);
  for (const auto& clause : clauses_of(policy)) {
    if (met(clause, policy, tenant, s)) {
      continue;
    }
    if (!interactive(clause)) {
      return "reportOnlyFailure";
    }
    interrupted = true;
  }
  return interrupted ? "reportOnlyInterrupted" : "reportOnlySuccess";
}

void add_once(std::vector<Clause>& clauses, const Clause& clause) {
  if (std::find(clauses.begin(), clauses.end(), clause) == clauses.end()) {
    clauses.push_back(clause);
  }
}

/// Phase 2 (conditional-access 2.2): what the applicable enabled policies together come to.
class Enforcement {
 public:
  Enforcement(const Tenant& tenant, const SignIn& s, Reading& out)
      : tenant_(tenant), s_(s), out_(out) {}

  void apply(const json::value& policy) {
    merge_session(policy, out_.session);
    if (blocks(policy)) {
      blocked_ = true;
      return;
    }
    for (const auto& clause : clauses_of(policy)) {
      ask(clause, policy);
    }
  }

  void refuse_for_want_of_position() { blocked_ = true; }

  void finish() {
    if (blocked_) {
      out_.outcome = "block";
      out_.error_code = 53003;
      out_.outstanding.clear();
      return;
    }
    const bool must_repeat = stale(out_.session, s_);
    if (out_.outstanding.empty() && !must_repeat) {
      out_.outcome = "allow";
      return;
    }
    out_.outcome = "challenge";
    for (const auto& clause : out_.outstanding) {
      if (!interactive(clause)) {
        refuse(error_code_of(clause.front()));
      }
    }
    if ((!out_.outstanding.empty() || must_repeat) && s_.cannot_be_asked()) {
      refuse(53003);
    }
    if (nothing_registrable_) {
      refuse(risk_proof_up_ ? 53004 : 53003);
    }
    if (must_repeat && out_.outcome == "challenge") {
      add_once(out_.outstanding, {"reauthenticate"});
    }
    order_prompts();
  }

 private:
  void refuse(int code) {
    out_.outcome = "block";
    out_.error_code = out_.error_code == 0 ? code : out_.error_code;
  }
  void ask(const Clause& clause, const json::value& policy) {
    add_once(out_.required, clause);
    if (met(clause, policy, tenant_, s_)) {
      return;
    }
    add_once(out_.outstanding, clause);
    registration(clause, policy);
    // Whoever changes a password does MFA first (conditional-access 2.5).
    const Clause mfa = {"mfa"};
    if (holds(clause, "passwordChange") && !met(mfa, policy, tenant_, s_)) {
      add_once(out_.required, mfa);
      add_once(out_.outstanding, mfa);
      registration(mfa, policy);
    }
  }
  /// Somebody without any method registers one on the way, if the clause knows one that can be
  /// registered, but not in a risky sign-in (conditional-access 2.5, 2.7).
  void registration(const Clause& clause, const json::value& policy) {
    const auto* registered = member(s_.session, "mfaRegistered");
    if (registered == nullptr || flag(s_.session, "mfaRegistered") ||
        !only_methods_can_be_prompted(clause)) {
      return;
    }
    const auto* conditions = member(&policy, "conditions");
    const bool about_risk = !list(conditions, "signInRiskLevels").empty() ||
                            !list(conditions, "userRiskLevels").empty();
    if (about_risk || !registrable(clause, policy, tenant_, s_)) {
      nothing_registrable_ = true;
      risk_proof_up_ = risk_proof_up_ || about_risk;
    }
  }
  void order_prompts() {
    for (const auto& clause : out_.outstanding) {
      const auto first = std::min_element(
          clause.begin(), clause.end(),
          [](const auto& a, const auto& b) { return prompt_rank(a) < prompt_rank(b); });
      out_.prompt_order.push_back(*first);
    }
    std::stable_sort(out_.prompt_order.begin(), out_.prompt_order.end(),
                     [](const auto& a, const auto& b) { return prompt_rank(a) < prompt_rank(b); });
  }

  const Tenant& tenant_;
  const SignIn& s_;
  Reading& out_;
  bool blocked_ = false;
  bool nothing_registrable_ = false;
  bool risk_proof_up_ = false;
};

/// The requested context when it is granted, and with `acrsOptedIn` every other context whose
/// policies are satisfied already (conditional-access 7).
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

/// conditional-access 4: e-mail codes do not serve twice.
std::vector<std::string> second_factors(const Tenant& tenant, const SignIn& s,
                                        const Reading& reading) {
  std::vector<std::string> out;
  const bool wanted = std::any_of(
      reading.outstanding.begin(), reading.outstanding.end(),
      [](const Clause& clause) { return std::ranges::find(clause, "mfa") != clause.end(); });
  if (!same(tenant.type, "external") || !wanted) {
    return out;
  }
  for (const auto& method : tenant.second_factors) {
    if (!holds(list(s.session, "usedMethods"), method)) {
      out.push_back(method);
    }
  }
  return out;
}

}  // namespace

Reading read(const json::value& policies, const Tenant& tenant, const json::value& document,
             bool what_if) {
  const SignIn s(document);
  Reading out;
  Enforcement enforcement(tenant, s, out);
  for (const auto& policy : policies.get_array()) {
    PolicyReading reading;
    reading.enabled = enabled(policy);
    reading.failing = failing_conditions(policy, tenant, s, what_if);
    reading.applies = reading.failing.empty();
    if (report_only(policy)) {
      reading.report_only = report_only_result(policy, reading, tenant, s);
    } else if (!reading.enabled) {
      reading.failing.insert(reading.failing.begin(), "policyNotEnabled");
    }
    if (reading.enabled && reading.applies) {
      enforcement.apply(policy);
      if (needs_position(policy, tenant, s)) {
        enforcement.refuse_for_want_of_position();
      }
    }
    out.policies.push_back(std::move(reading));
  }
  enforcement.finish();
  out.acrs = granted_contexts(policies, tenant, document, s, out);
  out.allowed_second_factors = second_factors(tenant, s, out);
  return out;
}

}  // namespace graph_oracle
