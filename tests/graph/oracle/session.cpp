#include "tests/graph/oracle/session.h"

#include <algorithm>

#include "tests/graph/oracle/methods.h"
#include "tests/graph/oracle/rules.h"

namespace graph_oracle {
namespace {

using Age = std::optional<std::int64_t>;

/// The control when it is there and switched on.
const json::value* enabled(const json::value* controls, std::string_view name) {
  const auto* control = member(controls, name);
  return control != nullptr && rule(62, flag(control, "isEnabled")) ? control : nullptr;
}

std::int64_t seconds_of(const json::value* frequency) {
  if (same(text(frequency, "frequencyInterval"), "everyTime")) {
    return 0;
  }
  const bool days = same(text(frequency, "type"), "days");
  return number(frequency, "value", 0) * (days ? 24 : 1) * 3600;
}

void take_shorter(Age& into, std::int64_t seconds) {
  if (!into) {
    into = seconds;
  } else if (*into != seconds) {
    into = rule(63, seconds < *into) ? seconds : *into;
  }
}

void take_stricter(std::string& into, const std::string& value,
                   const std::vector<std::string>& strictest_first) {
  if (value.empty() || into.empty()) {
    into = value.empty() ? into : value;
    return;
  }
  for (const auto& each : strictest_first) {
    if (same(each, value) || same(each, into)) {
      rule(67, same(each, into));
      into = each;
      return;
    }
  }
}

bool too_old(const Age& allowed, const Age& age) {
  if (!allowed) {
    return false;
  }
  if (*allowed == 0) {
    return rule(65, !age || *age > 300);
  }
  return rule(64, !age || *age > *allowed);
}

Age age_of(const SignIn& s, std::string_view key) {
  const auto* found = member(s.session, key);
  return found != nullptr && found->is_int64() ? Age(found->get_int64()) : std::nullopt;
}

/// Whether the method can be the second of two, or both: it is unknown what a federation did.
bool can_be_second(const std::string& method) {
  return !same(method, "password");
}

struct SecondFactor {
  bool present = false;
  Age age;
};

/// The oldest of the second factors: one that began the session has the age of the session.
SecondFactor second_factor(const SignIn& s, const Age& first) {
  const auto done = methods_done(s);
  const bool began = !done.empty() && can_be_second(done.front());
  const bool later = done.size() > 1;
  const bool claimed = holds(list(s.session, "satisfiedControls"), "mfa") ||
                       (flag(s.session, "homeTenantMfaClaim") && s.trusts_home("mfa"));
  const auto repeated = age_of(s, "mfaAgeSeconds");
  SecondFactor out;
  out.present = began || later || claimed;
  out.age = began ? first : repeated;
  if (began && (later || claimed)) {
    out.age = first && repeated ? Age(std::max(*first, *repeated)) : std::nullopt;
  }
  return out;
}

}  // namespace

void merge_session(const json::value& policy, Session& into) {
  const auto* controls = member(&policy, "sessionControls");
  if (const auto* frequency = enabled(controls, "signInFrequency"); frequency != nullptr) {
    const bool second_only = same(text(frequency, "authenticationType"), "secondaryAuthentication");
    take_shorter(second_only ? into.secondary_frequency_s : into.frequency_s,
                 seconds_of(frequency));
  }
  take_stricter(into.persistent_browser, text(enabled(controls, "persistentBrowser"), "mode"),
                {"never", "always"});
  take_stricter(into.cloud_app_security,
                text(enabled(controls, "cloudAppSecurity"), "cloudAppSecurityType"),
                {"blockDownloads", "mcasConfigured", "monitorOnly"});
  take_stricter(into.access_evaluation,
                text(member(controls, "continuousAccessEvaluation"), "mode"),
                {"strictLocation", "strictEnforcement", "disabled"});
  const auto on = [&](std::string_view name) { return enabled(controls, name) != nullptr; };
  into.app_enforced = on("applicationEnforcedRestrictions") || into.app_enforced;
  into.secure_sign_in = on("secureSignInSession") || into.secure_sign_in;
  into.filtering_profile = on("globalSecureAccessFilteringProfile") || into.filtering_profile;
  into.network_security = on("networkAccessSecurity") || into.network_security;
  into.disable_resilience = flag(controls, "disableResilienceDefaults") || into.disable_resilience;
}

bool must_repeat(const Session& session, const SignIn& s) {
  const auto first = age_of(s, "primaryAuthAgeSeconds");
  const auto second = second_factor(s, first);
  bool again = too_old(session.frequency_s, first);
  if (second.present) {
    again = too_old(session.frequency_s, second.age) || again;
    again = too_old(session.secondary_frequency_s, second.age) || again;
  }
  if (s.what == What::kAuthenticationContext && session.secondary_frequency_s) {
    again = rule(66, too_old(session.secondary_frequency_s, first)) || again;
  }
  return again;
}

}  // namespace graph_oracle
