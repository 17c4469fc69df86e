#include "tests/graph/oracle/applies.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <cstdlib>

#include "tests/graph/oracle/device_rule.h"
#include "tests/graph/oracle/places.h"

namespace graph_oracle {
namespace {

using Names = std::vector<std::string>;

bool any_of(const Names& listed, const Names& have) {
  return std::any_of(have.begin(), have.end(),
                     [&](const std::string& each) { return holds(listed, each); });
}

// ---- who -------------------------------------------------------------------------------------

bool guests_match(const json::value* selector, const SignIn& s) {
  if (selector == nullptr || s.guest_kind.empty() ||
      !holds(list(selector, "guestOrExternalUserTypes"), s.guest_kind)) {
    return false;
  }
  const auto* tenants = member(selector, "externalTenants");
  if (!same(text(tenants, "membershipKind", "all"), "enumerated")) {
    return true;
  }
  return !s.home_tenant.empty() && holds(list(tenants, "members"), s.home_tenant);
}

bool user_in(const json::value* users, std::string_view prefix, const SignIn& s) {
  const auto key = [&](std::string_view rest) { return std::string(prefix) + std::string(rest); };
  const auto names = list(users, key("Users"));
  return holds(names, "All") || holds(names, s.principal) ||
         (holds(names, "GuestsOrExternalUsers") && !s.guest_kind.empty()) ||
         any_of(list(users, key("Groups")), s.groups) ||
         any_of(list(users, key("Roles")), s.roles) ||
         guests_match(member(users, key("GuestsOrExternalUsers")), s);
}

bool listed_or(const json::value* object, std::string_view key, std::string_view everything,
               const std::string& id) {
  const auto names = list(object, key);
  return holds(names, everything) || holds(names, id);
}

/// mode include: only what the rule matches; mode exclude: all but that.
bool filter_lets_through(const json::value* filter, const json::value* attributes) {
  if (filter == nullptr) {
    return true;
  }
  const auto hit = attribute_rule_matches(text(filter, "rule"), attributes);
  return hit && *hit == same(text(filter, "mode"), "include");
}

bool workload_matches(const json::value* workloads, bool agent, const SignIn& s) {
  const auto* plain = member(workloads, "servicePrincipalFilter");
  const auto* of_agents = member(workloads, "agentIdServicePrincipalFilter");
  const bool included =
      listed_or(workloads, "includeServicePrincipals", "ServicePrincipalsInMyTenant",
                s.principal) ||
      (plain != nullptr && list(workloads, "includeServicePrincipals").empty()) ||
      (agent && (listed_or(workloads, "includeAgentIdServicePrincipals", "All", s.principal) ||
                 of_agents != nullptr));
  const bool excluded =
      holds(list(workloads, "excludeServicePrincipals"), s.principal) ||
      (agent && listed_or(workloads, "excludeAgentIdServicePrincipals", "All", s.principal));
  return included && !excluded && filter_lets_through(plain, s.principal_attributes) &&
         filter_lets_through(of_agents, s.principal_attributes);
}

bool principal_matches(const json::value* conditions, const SignIn& s) {
  const auto* users = member(conditions, "users");
  const auto* workloads = member(conditions, "clientApplications");
  const auto* agents = member(conditions, "agents");
  switch (s.who) {
    case Who::kUser:
      return user_in(users, "include", s) && !user_in(users, "exclude", s);
    case Who::kServicePrincipal:
      return workload_matches(workloads, false, s);
    case Who::kAgentIdentity:  // is a service principal too
      return workload_matches(workloads, true, s);
    case Who::kAgentUser:  // is a user too
      return (user_in(users, "include", s) ||
              listed_or(agents, "includeAgentUsers", "All", s.principal)) &&
             !user_in(users, "exclude", s) &&
             !listed_or(agents, "excludeAgentUsers", "All", s.principal);
  }
  return false;
}

/// Whether the policy speaks of users at all, or of workloads: decides which reason is given.
std::string principal_reason(const json::value* conditions) {
  const auto* workloads = member(conditions, "clientApplications");
  return workloads != nullptr ? "workloadIdentities" : "users";
}

// ---- what ------------------------------------------------------------------------------------

bool app_listed(const Names& names, const Tenant& tenant, const std::string& app) {
  if (holds(names, "All") || holds(names, app)) {
    return true;
  }
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return holds(list(tenant.app_groups, name), app);
  });
}

std::string target_reason(const json::value* conditions, const Tenant& tenant, const SignIn& s) {
  const auto* apps = member(conditions, "applications");
  if (s.what == What::kUserAction) {
    return any_of(list(apps, "includeUserActions"), s.targets) ? "" : "userActions";
  }
  if (s.what == What::kAuthenticationContext) {
    return any_of(list(apps, "includeAuthenticationContextClassReferences"), s.targets)
               ? ""
               : "authenticationContext";
  }
  const auto* filter = member(apps, "applicationFilter");
  auto included = list(apps, "includeApplications");
  if (filter != nullptr && included.empty()) {
    included = {"All"};
  }
  if (!filter_lets_through(filter, s.app_attributes)) {
    return "application";
  }
  const auto excluded = list(apps, "excludeApplications");
  const auto profiles = list(member(apps, "globalSecureAccess"), "includeTrafficProfiles");
  const bool hit = std::any_of(s.targets.begin(), s.targets.end(), [&](const std::string& app) {
    const bool traffic = app.starts_with("traffic:") && holds(profiles, app.substr(8));
    return (traffic || app_listed(included, tenant, app)) && !app_listed(excluded, tenant, app);
  });
  return hit ? "" : "application";
}

// ---- conditions ------------------------------------------------------------------------------

/// included and not excluded, where an empty include list beside an exclusion means everything.
template <typename Matches>
bool included_not_excluded(const json::value* condition, std::string_view what,
                           const Matches& matches) {
  const auto included = list(condition, "include" + std::string(what));
  const auto excluded = list(condition, "exclude" + std::string(what));
  const bool in = included.empty() || std::any_of(included.begin(), included.end(), matches);
  return in && std::none_of(excluded.begin(), excluded.end(), matches);
}

bool configured(const json::value* condition, std::string_view what) {
  return !list(condition, "include" + std::string(what)).empty() ||
         !list(condition, "exclude" + std::string(what)).empty();
}

/// Nothing where the position of the authenticator app would decide and is not known.
using Maybe = std::optional<bool>;

Maybe gps_matches(const json::value& location, const SignIn& s) {
  if (s.gps_country.empty()) {
    return std::nullopt;
  }
  return same(s.gps_country, "unknown")
             ? flag(&location, "includeUnknownCountriesAndRegions")
             : holds(list(&location, "countriesAndRegions"), s.gps_country);
}

Maybe location_matches(const std::string& name, const Tenant& tenant, const SignIn& s) {
  if (same(name, "All")) {
    return true;
  }
  if (tenant.locations == nullptr || !tenant.locations->is_array()) {
    return false;
  }
  for (const auto& location : tenant.locations->get_array()) {
    const auto display = text(&location, "displayName", text(&location, "name"));
    const bool meant = same(name, "AllTrusted")
                           ? flag(&location, "isTrusted")
                           : same(name, text(&location, "id")) || name == "NAME:" + display;
    const bool by_address_only = same(name, "AllTrusted");
    if (meant && same(text(&location, "countryLookupMethod"), "authenticatorAppGps")) {
      return gps_matches(location, s);
    }
    if (meant && in_location(location, s.address, s.country) &&
        !(by_address_only && member(&location, "ipRanges") == nullptr)) {
      return true;
    }
  }
  return false;
}

Maybe any_place(const Names& names, const Tenant& tenant, const SignIn& s) {
  Maybe out = false;
  for (const auto& name : names) {
    const auto hit = location_matches(name, tenant, s);
    if (hit == true) {
      return true;
    }
    out = hit ? out : hit;
  }
  return out;
}

Maybe places_match(const json::value* places, const Tenant& tenant, const SignIn& s) {
  const auto included = list(places, "includeLocations");
  const Maybe in = included.empty() ? Maybe(true) : any_place(included, tenant, s);
  const Maybe out = any_place(list(places, "excludeLocations"), tenant, s);
  if (in == false || out == true) {
    return false;
  }
  return in && out ? Maybe(true) : std::nullopt;
}

/// Only for zone UTC, which is what the tests of this condition use.
bool time_matches(const json::value* times, const SignIn& s) {
  if (times == nullptr || !s.now) {
    return true;  // a missing fact never opens the door
  }
  const char* names[] = {"thursday", "friday",  "saturday", "sunday",
                         "monday",   "tuesday", "wednesday"};
  const auto day = *s.now / 86400;
  const auto minute = *s.now % 86400 / 60;
  const auto days = list(times, "includeDays");
  const auto minutes = [&](std::string_view key) {
    const auto at = text(times, key);
    return at.empty() ? -1 : std::atoi(at.c_str()) * 60 + std::atoi(at.c_str() + 3);
  };
  const int start = minutes("startTime"), end = minutes("endTime");
  const bool hours =
      start < 0 || start == end ||
      (start < end ? start <= minute && minute < end : minute >= start || minute < end);
  return (days.empty() || holds(days, names[day % 7])) && hours;
}

bool old_device_state(const std::string& state, const SignIn& s) {
  return same(state, "All") || (same(state, "Compliant") && flag(s.device, "isCompliant")) ||
         (same(state, "DomainJoined") && same(text(s.device, "trustType"), "ServerAD"));
}

bool devices_match(const json::value* devices, const SignIn& s) {
  if (const auto* filter = member(devices, "deviceFilter"); filter != nullptr) {
    const auto hit = device_rule_matches(text(filter, "rule"), s.device);
    const bool include = same(text(filter, "mode"), "include");
    if (!hit || *hit != include) {
      return false;
    }
  }
  const auto state = [&](const std::string& each) { return old_device_state(each, s); };
  return included_not_excluded(devices, "Devices", state) &&
         included_not_excluded(devices, "DeviceStates", state);
}

bool client_matches(const Names& kinds, const SignIn& s) {
  if (kinds.empty() || holds(kinds, "all")) {
    return true;
  }
  const auto client = s.client.value_or("");
  return holds(kinds, client) ||
         (same(client, "exchangeActiveSync") && holds(kinds, "easSupported"));
}

bool platform_matches(const json::value* platforms, const SignIn& s) {
  const auto have = s.platform.value_or("unknown");
  return included_not_excluded(platforms, "Platforms", [&](const std::string& each) {
    return same(each, "all") || same(each, have);
  });
}

bool level_matches(const json::value* conditions, std::string_view key, const std::string& level) {
  const auto levels = list(conditions, key);
  return levels.empty() || holds(levels, level);
}

bool flow_matches(const json::value* conditions, const SignIn& s) {
  const auto methods = list(member(conditions, "authenticationFlows"), "transferMethods");
  return methods.empty() || any_of(methods, s.transfer);
}

bool agent_context_matches(const json::value* conditions, const SignIn& s) {
  const auto* context = member(conditions, "agentContext");
  return included_not_excluded(context, "AgentContexts", [&](const std::string& each) {
    return same(each, s.agent_context);
  });
}

/// Collects the reasons; with `what_if`, a configured condition whose fact is missing fails first.
class Conditions {
 public:
  Conditions(const json::value* conditions, const Tenant& tenant, const SignIn& s, bool what_if)
      : c_(conditions), tenant_(tenant), s_(s), what_if_(what_if) {}

  Names failing() {
    if (!principal_matches(c_, s_)) {
      reasons_.push_back(principal_reason(c_));
    }
    if (auto reason = target_reason(c_, tenant_, s_); !reason.empty()) {
      reasons_.push_back(std::move(reason));
    }
    const auto* platforms = member(c_, "platforms");
    check("devicePlatform", configured(platforms, "Platforms"), s_.platform.has_value(),
          platform_matches(platforms, s_));
    const auto* devices = member(c_, "devices");
    check("devices", devices != nullptr, given("deviceInfo"), devices_match(devices, s_));
    const auto kinds = list(c_, "clientAppTypes");
    check("clientApps", !kinds.empty() && !holds(kinds, "all"), s_.client.has_value(),
          client_matches(kinds, s_));
    const auto* places = member(c_, "locations");
    check("location", configured(places, "Locations"), s_.place_given,
          places_match(places, tenant_, s_) != false);
    level("signInRisk", "signInRiskLevels", "signInRiskLevel", s_.sign_in_risk);
    level("userRisk", "userRiskLevels", "userRiskLevel", s_.user_risk);
    level("insiderRisk", "insiderRiskLevels", "insiderRiskLevel", s_.insider_risk);
    level("workloadIdentities", "servicePrincipalRiskLevels", "servicePrincipalRiskLevel",
          s_.service_principal_risk);
    level("workloadIdentities", "agentIdRiskLevels", "agentIdRiskLevel", s_.agent_risk);
    check("workloadIdentities", member(c_, "agentContext") != nullptr, given("agentContext"),
          agent_context_matches(c_, s_));
    const auto* times = member(c_, "times");
    check("time", times != nullptr, s_.now.has_value(), time_matches(times, s_));
    check("authenticationFlow", member(c_, "authenticationFlows") != nullptr,
          given("authenticationFlow") || s_.transfer[1] != "none", flow_matches(c_, s_));
    return reasons_;
  }

 private:
  /// Given at all: an explicit null counts ("this device is not registered").
  [[nodiscard]] bool given(std::string_view key) const {
    return s_.conditions != nullptr && s_.conditions->is_object() &&
           s_.conditions->get_object().contains(key);
  }
  void level(std::string_view reason, std::string_view key, std::string_view fact,
             const std::string& value) {
    check(reason, !list(c_, key).empty(), given(fact), level_matches(c_, key, value));
  }
  void check(std::string_view reason, bool is_configured, bool is_given, bool matches) {
    if (!is_configured) {
      return;
    }
    if (what_if_ && !is_given) {
      reasons_.emplace_back("notEnoughInformation");
    } else if (!matches) {
      reasons_.emplace_back(reason);
    }
  }

  const json::value* c_;
  const Tenant& tenant_;
  const SignIn& s_;
  bool what_if_;
  Names reasons_;
};

}  // namespace

bool needs_position(const json::value& policy, const Tenant& tenant, const SignIn& sign_in) {
  return !places_match(member(member(&policy, "conditions"), "locations"), tenant, sign_in);
}

std::vector<std::string> failing_conditions(const json::value& policy, const Tenant& tenant,
                                            const SignIn& sign_in, bool what_if) {
  return Conditions(member(&policy, "conditions"), tenant, sign_in, what_if).failing();
}

}  // namespace graph_oracle
