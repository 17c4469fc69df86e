#include "tests/graph/oracle/applies.h"

#include "tests/graph/oracle/attribute_rule.h"
#include "tests/graph/oracle/people.h"
#include "tests/graph/oracle/places.h"
#include "tests/graph/oracle/rules.h"
#include "tests/graph/oracle/targets.h"
#include "tests/graph/oracle/times.h"

namespace graph_oracle {
namespace {

using Strings = std::vector<std::string>;

bool client_matches(const Strings& kinds, const SignIn& s) {
  const bool old_name = same(s.client, "exchangeActiveSync") && holds(kinds, "easSupported");
  return holds(kinds, "all") || holds(kinds, s.client) || old_name;
}

bool platform_matches(const json::value* platforms, const SignIn& s) {
  const auto included = list(platforms, "includePlatforms");
  const auto excluded = list(platforms, "excludePlatforms");
  return (included.empty() || holds(included, "all") || holds(included, s.platform)) &&
         !holds(excluded, s.platform);
}

bool device_state_in(const Strings& states, const SignIn& s) {
  return holds(states, "All") || (holds(states, "Compliant") && flag(s.device, "isCompliant")) ||
         (holds(states, "DomainJoined") && same(text(s.device, "trustType"), "ServerAD"));
}

bool device_states_match(const json::value* devices, const SignIn& s) {
  for (const std::string name : {"Devices", "DeviceStates"}) {
    const auto included = list(devices, "include" + name);
    const auto excluded = list(devices, "exclude" + name);
    if (included.empty() && excluded.empty()) {
      continue;
    }
    const bool in = included.empty() || device_state_in(included, s);
    if (!rule(35, in && !device_state_in(excluded, s))) {
      return false;
    }
  }
  return true;
}

bool device_filter_matches(const json::value* filter, const SignIn& s) {
  if (filter == nullptr) {
    return true;
  }
  const auto hit = device_rule_matches(text(filter, "rule"), s.device);
  const bool wanted = same(text(filter, "mode"), "include");
  return rule(34, hit.has_value() && *hit == wanted);
}

bool flow_matches(const Strings& flows, const SignIn& s) {
  return holds(flows, s.flow_now) || holds(flows, s.flow_at_start);
}

/// Reasons in the order of looking.
class Failing {
 public:
  Failing(const SignIn& s, bool what_if) : s_(s), what_if_(what_if) {}

  /// A condition that is configured: `fact` is what it looks at in the What-If request.
  void condition(std::size_t number, std::string_view reason, bool given, bool matches) {
    if (what_if_ && !given) {
      out_.emplace_back("notEnoughInformation");
    } else if (!rule(number, matches)) {
      out_.emplace_back(reason);
    }
  }
  void levels(std::size_t number, std::string_view reason, const Strings& listed,
              std::string_view fact, const std::string& level) {
    if (!listed.empty()) {
      condition(number, reason, s_.gives(fact), holds(listed, level));
    }
  }
  void add(std::string_view reason) { out_.emplace_back(reason); }
  Strings take() { return std::move(out_); }

 private:
  const SignIn& s_;
  bool what_if_;
  Strings out_;
};

void check_surroundings(const json::value* c, const Tenant& tenant, const SignIn& s, Failing& out) {
  const auto* platforms = member(c, "platforms");
  if (!list(platforms, "includePlatforms").empty() ||
      !list(platforms, "excludePlatforms").empty()) {
    out.condition(27, "devicePlatform", !s.platform.empty(), platform_matches(platforms, s));
  }
  if (const auto* devices = member(c, "devices"); devices != nullptr) {
    out.condition(4, "devices", s.gives("deviceInfo"),
                  device_filter_matches(member(devices, "deviceFilter"), s) &&
                      device_states_match(devices, s));
  }
  const auto clients = list(c, "clientAppTypes");
  if (!clients.empty() && !holds(clients, "all")) {
    out.condition(26, "clientApps", !s.client.empty(), client_matches(clients, s));
  }
  const auto* places = member(c, "locations");
  if (!list(places, "includeLocations").empty() || !list(places, "excludeLocations").empty()) {
    out.condition(4, "location", !s.address.empty() || !s.country.empty(),
                  place_of(places, tenant, s) != Place::kElsewhere);
  }
}

void check_risks(const json::value* c, const SignIn& s, Failing& out) {
  out.levels(36, "signInRisk", list(c, "signInRiskLevels"), "signInRiskLevel", s.sign_in_risk);
  out.levels(37, "userRisk", list(c, "userRiskLevels"), "userRiskLevel", s.user_risk);
  out.levels(38, "insiderRisk", list(c, "insiderRiskLevels"), "insiderRiskLevel", s.insider_risk);
  out.levels(39, "workloadIdentities", list(c, "servicePrincipalRiskLevels"),
             "servicePrincipalRiskLevel", s.service_principal_risk);
  out.levels(72, "workloadIdentities", list(c, "agentIdRiskLevels"), "agentIdRiskLevel",
             s.agent_risk);
  const auto* agents = member(c, "agentContext");
  const auto included = list(agents, "includeAgentContexts");
  const auto excluded = list(agents, "excludeAgentContexts");
  if (!included.empty() || !excluded.empty()) {
    out.condition(
        73, "workloadIdentities", s.gives("agentContext"),
        (included.empty() || holds(included, "All") || holds(included, s.agent_context)) &&
            !holds(excluded, s.agent_context));
  }
}

}  // namespace

std::vector<std::string> failing_conditions(const json::value& policy, const Tenant& tenant,
                                            const SignIn& s, bool what_if) {
  const auto* c = member(&policy, "conditions");
  Failing out(s, what_if);
  if (!is_for(c, s)) {
    out.add(is_about_workloads(c) ? "workloadIdentities" : "users");
  }
  if (!is_about(policy, tenant, s)) {
    out.add(s.what == What::kUserAction              ? "userActions"
            : s.what == What::kAuthenticationContext ? "authenticationContext"
                                                     : "application");
  }
  check_surroundings(c, tenant, s, out);
  check_risks(c, s, out);
  if (const auto* times = member(c, "times"); times != nullptr) {
    out.condition(41, "time", s.unix_time.has_value(), time_matches(times, s));
  }
  auto flows = list(member(c, "authenticationFlows"), "transferMethods");
  std::erase(flows, "none");
  if (!flows.empty()) {
    out.condition(40, "authenticationFlow",
                  s.gives("authenticationFlow") || !same(s.flow_at_start, "none"),
                  flow_matches(flows, s));
  }
  return out.take();
}

bool hangs_on_position(const json::value& policy, const Tenant& tenant, const SignIn& s) {
  return place_of(member(member(&policy, "conditions"), "locations"), tenant, s) == Place::kUnknown;
}

}  // namespace graph_oracle
