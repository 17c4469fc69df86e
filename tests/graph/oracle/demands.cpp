#include "tests/graph/oracle/demands.h"

#include <algorithm>
#include <array>

#include "tests/graph/oracle/strengths.h"

namespace graph_oracle {
namespace {

constexpr std::int64_t kEveryTimeToleranceS = 300;  // conditional-access 2.8

struct ControlRule {
  std::string_view name;
  int rank;  // conditional-access 2.2; what it does not list comes after its kind
  bool interactive;
  int error_code;
};
constexpr std::array<ControlRule, 11> kControls = {{
    {"mfa", 0, true, 0},
    {"authenticationStrength", 1, true, 0},
    {"compliantDevice", 2, false, 53000},
    {"domainJoinedDevice", 3, false, 53001},
    {"approvedApplication", 4, false, 53002},
    {"compliantApplication", 5, false, 53009},
    {"compliantNetwork", 6, false, 53003},
    {"passwordChange", 7, true, 0},
    {"riskRemediation", 8, true, 0},
    {"termsOfUse", 9, true, 0},
    {"customAuthenticationFactor", 10, true, 0},
}};

const ControlRule& rule_of(const std::string& control) {
  const auto kind = control.substr(0, control.find(':'));
  const auto* found = std::find_if(kControls.begin(), kControls.end(),
                                   [&](const ControlRule& rule) { return same(rule.name, kind); });
  static constexpr ControlRule kUnknown{"", 99, false, 53003};
  return found == kControls.end() ? kUnknown : *found;
}

/// Exactly as the table spells it.
std::string canonical(const std::string& control) {
  const auto& rule = rule_of(control);
  return rule.name.empty() ? control : std::string(rule.name);
}

std::vector<std::string> methods_done(const SignIn& s) {
  auto done = list(s.session, "usedMethods");
  std::ranges::replace(done, std::string("federated"), std::string("federatedSingleFactor"));
  return done;
}

bool control_met(const std::string& control, const json::value& policy, const Tenant& tenant,
                 const SignIn& s) {
  if (holds(list(s.session, "satisfiedControls"), control)) {
    return true;
  }
  const auto done = methods_done(s);
  if (control == "mfa") {
    return multifactor_done(done) || (flag(s.session, "homeTenantMfaClaim") && s.trusted("mfa"));
  }
  if (control.starts_with("authenticationStrength:")) {
    const auto* strength = member(member(&policy, "grantControls"), "authenticationStrength");
    return strength != nullptr && strength_met(*strength, tenant.strengths, done, s.session);
  }
  if (control == "compliantDevice") {
    return flag(s.device, "isCompliant");
  }
  if (control == "domainJoinedDevice") {
    return same(text(s.device, "trustType"), "ServerAD");
  }
  return false;
}

template <typename T>
void take_less(std::optional<T>& into, T value) {
  into = into ? std::min(*into, value) : value;
}

void take_stricter(std::string& into, const std::string& value,
                   const std::vector<std::string>& weak_to_strict) {
  const auto rank = [&](const std::string& each) {
    return std::find_if(weak_to_strict.begin(), weak_to_strict.end(),
                        [&](const std::string& known) { return same(known, each); }) -
           weak_to_strict.begin();
  };
  if (!value.empty() && (into.empty() || rank(value) > rank(into))) {
    into = value;
  }
}

const json::value* switched_on(const json::value* session, std::string_view key) {
  const auto* control = member(session, key);
  return control != nullptr && flag(control, "isEnabled") ? control : nullptr;
}

void merge_frequency(const json::value* frequency, Session& into) {
  if (frequency == nullptr) {
    return;
  }
  std::int64_t seconds = 0;
  if (!same(text(frequency, "frequencyInterval"), "everyTime")) {
    const std::int64_t unit = same(text(frequency, "type"), "days") ? 86400 : 3600;
    seconds = number(frequency, "value", 0) * unit;
  }
  const bool second_only = same(text(frequency, "authenticationType"), "secondaryAuthentication");
  take_less(second_only ? into.secondary_frequency_s : into.frequency_s, seconds);
}

}  // namespace

bool blocks(const json::value& policy) {
  return holds(list(member(&policy, "grantControls"), "builtInControls"), "block");
}

std::vector<Clause> clauses_of(const json::value& policy) {
  const auto* grant = member(&policy, "grantControls");
  Clause controls;
  for (const auto& control : list(grant, "builtInControls")) {
    controls.push_back(canonical(control));
  }
  if (const auto* strength = member(grant, "authenticationStrength"); strength != nullptr) {
    controls.push_back("authenticationStrength:" + text(strength, "id"));
  }
  for (const auto& terms : list(grant, "termsOfUse")) {
    controls.push_back("termsOfUse:" + terms);
  }
  for (const auto& custom : list(grant, "customAuthenticationFactors")) {
    controls.push_back("customAuthenticationFactor:" + custom);
  }
  std::stable_sort(controls.begin(), controls.end(),
                   [](const auto& a, const auto& b) { return prompt_rank(a) < prompt_rank(b); });
  if (controls.empty()) {
    return {};
  }
  if (!same(text(grant, "operator", "OR"), "AND")) {
    return {controls};
  }
  std::vector<Clause> out;
  for (const auto& control : controls) {
    out.push_back({control});
  }
  return out;
}

bool met(const Clause& clause, const json::value& policy, const Tenant& tenant, const SignIn& s) {
  return std::any_of(clause.begin(), clause.end(), [&](const std::string& control) {
    return control_met(control, policy, tenant, s);
  });
}

bool interactive(const Clause& clause) {
  return std::any_of(clause.begin(), clause.end(),
                     [](const std::string& control) { return rule_of(control).interactive; });
}

bool only_methods_can_be_prompted(const Clause& clause) {
  bool methods = false;
  for (const auto& control : clause) {
    const bool by_method = control == "mfa" || control.starts_with("authenticationStrength:");
    if (!by_method && rule_of(control).interactive) {
      return false;
    }
    methods |= by_method;
  }
  return methods;
}

bool registrable(const Clause& clause, const json::value& policy, const Tenant& tenant,
                 const SignIn& s) {
  // With everything done that can be registered on the way, and nothing else, is it met?
  auto done = methods_done(s);
  for (const auto* method : {"email", "sms", "voice", "softwareOath", "fido2",
                             "microsoftAuthenticatorPush", "deviceBasedPush"}) {
    done.emplace_back(method);
  }
  for (const auto& control : clause) {
    const auto* strength = member(member(&policy, "grantControls"), "authenticationStrength");
    if (control == "mfa" ? multifactor_done(done)
                         : strength != nullptr && control.starts_with("authenticationStrength:") &&
                               strength_met(*strength, tenant.strengths, done, nullptr)) {
      return true;
    }
  }
  return false;
}

int prompt_rank(const std::string& control) {
  return rule_of(control).rank;
}

int error_code_of(const std::string& control) {
  return rule_of(control).error_code;
}

void merge_session(const json::value& policy, Session& into) {
  const auto* session = member(&policy, "sessionControls");
  merge_frequency(switched_on(session, "signInFrequency"), into);
  take_stricter(into.persistent_browser, text(switched_on(session, "persistentBrowser"), "mode"),
                {"always", "never"});
  take_stricter(into.cloud_app_security,
                text(switched_on(session, "cloudAppSecurity"), "cloudAppSecurityType"),
                {"monitorOnly", "mcasConfigured", "blockDownloads"});
  take_stricter(into.access_evaluation, text(member(session, "continuousAccessEvaluation"), "mode"),
                {"disabled", "strictEnforcement", "strictLocation"});
  const auto on = [&](std::string_view key) { return switched_on(session, key) != nullptr; };
  into.app_enforced |= on("applicationEnforcedRestrictions");
  into.disable_resilience |= flag(session, "disableResilienceDefaults");
  into.secure_sign_in |= on("secureSignInSession");
  into.filtering_profile |= on("globalSecureAccessFilteringProfile");
  into.network_security |= on("networkAccessSecurity");
}

bool stale(const Session& session, const SignIn& s) {
  const auto first = number(s.session, "primaryAuthAgeSeconds", 0);
  // A second factor that was never done has no age: a frequency asks to repeat, not to begin.
  const auto done = methods_done(s);
  const bool password_alone = done == std::vector<std::string>{"password"} &&
                              !holds(list(s.session, "satisfiedControls"), "mfa") &&
                              !(flag(s.session, "homeTenantMfaClaim") && s.trusted("mfa"));
  const auto repeated = password_alone ? 0 : number(s.session, "mfaAgeSeconds", 0);
  // Whoever began without a password did a second factor with it.
  const bool began_stronger = !done.empty() && !same(done.front(), "password");
  const auto second = began_stronger ? std::max(first, repeated) : repeated;
  const auto older = [](std::optional<std::int64_t> allowed, std::int64_t age) {
    return allowed && age > (*allowed == 0 ? kEveryTimeToleranceS : *allowed);
  };
  return older(session.frequency_s, std::max(first, second)) ||
         older(session.secondary_frequency_s, second);
}

}  // namespace graph_oracle
