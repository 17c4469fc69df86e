#include "tests/graph/oracle/demands.h"

#include <algorithm>

#include "tests/graph/oracle/methods.h"
#include "tests/graph/oracle/rules.h"

namespace graph_oracle {
namespace {

bool strength_of_policy_done(const json::value& policy, const Tenant& tenant,
                             const std::vector<std::string>& done, const json::value* session,
                             bool any_key) {
  const auto* strength = member(member(&policy, "grantControls"), "authenticationStrength");
  return strength != nullptr && strength_done(*strength, tenant, done, session, any_key);
}

bool mfa_met(const Tenant& tenant, const SignIn& s) {
  if (multifactor_done(methods_done(s), tenant)) {
    return true;
  }
  return s.is_external() && flag(s.session, "homeTenantMfaClaim") && rule(60, s.trusts_home("mfa"));
}

bool control_met(const std::string& control, const json::value& policy, const Tenant& tenant,
                 const SignIn& s) {
  if (holds(list(s.session, "satisfiedControls"), control)) {
    return true;
  }
  if (control == "mfa") {
    return rule(48, mfa_met(tenant, s));
  }
  if (is_strength(control)) {
    return strength_of_policy_done(policy, tenant, methods_done(s), s.session, false);
  }
  if (control == "compliantDevice") {
    return rule(51, flag(s.device, "isCompliant"));
  }
  if (control == "domainJoinedDevice") {
    return rule(51, same(text(s.device, "trustType"), "ServerAD"));
  }
  rule(56, !control.starts_with("termsOfUse:"));
  return false;
}

bool is_about_risk(const json::value& policy) {
  const auto* conditions = member(&policy, "conditions");
  return !list(conditions, "signInRiskLevels").empty() ||
         !list(conditions, "userRiskLevels").empty();
}

/// Whether a method that is asked for could be registered here and would do.
bool could_register(const Clause& clause, const json::value& policy, const Tenant& tenant,
                    const SignIn& s) {
  auto done = methods_done(s);
  const auto more = registrable_methods();
  done.insert(done.end(), more.begin(), more.end());
  for (const auto& control : clause) {
    if (control == "mfa" && multifactor_done(done, tenant)) {
      return true;
    }
    if (is_strength(control) && strength_of_policy_done(policy, tenant, done, s.session, true)) {
      return true;
    }
  }
  return false;
}

/// Whether only the change of password is left, and MFA before it is done.
bool mfa_met_for_password(const Clause& clause, const json::value& policy, const Tenant& tenant,
                          const SignIn& s) {
  return holds(clause, "passwordChange") && control_met("mfa", policy, tenant, s);
}

/// Whether methods are the only thing that a prompt could ask for; a change of password asks for
/// them too (rule 55).
bool only_methods_help(const Clause& clause) {
  return is_interactive(clause) &&
         std::all_of(clause.begin(), clause.end(), [](const std::string& control) {
           return control == "mfa" || is_strength(control) || control == "passwordChange" ||
                  !is_interactive(control);
         });
}

}  // namespace

bool met(const Clause& clause, const json::value& policy, const Tenant& tenant, const SignIn& s) {
  return std::any_of(clause.begin(), clause.end(), [&](const std::string& control) {
    return control_met(control, policy, tenant, s);
  });
}

Registration registration(const Clause& clause, const json::value& policy, const Tenant& tenant,
                          const SignIn& s) {
  const bool has_none =
      member(s.session, "mfaRegistered") != nullptr && !flag(s.session, "mfaRegistered");
  if (!has_none || !only_methods_help(clause) || mfa_met_for_password(clause, policy, tenant, s)) {
    return Registration::kNotAsked;
  }
  if (rule(59, is_about_risk(policy))) {
    return Registration::kRisky;
  }
  return rule(58, could_register(clause, policy, tenant, s)) ? Registration::kOnTheWay
                                                             : Registration::kImpossible;
}

}  // namespace graph_oracle
