#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/graph/oracle/json_access.h"

namespace graph_oracle {

/// Who signs in. An agent user is a user, an agent identity a service principal (rule 70).
enum class Who { kUser, kServicePrincipal, kAgentUser, kAgentIdentity };
enum class What { kApps, kUserAction, kAuthenticationContext };

/// A sign-in in the shape of the What-If request, with the additions of the case files: groupIds,
/// roleIds and agentKind at the identity; trafficProfile as a context; customSecurityAttributes at
/// identity and context; gpsCountry, unixTime, agentIdRiskLevel and agentContext at the conditions;
/// a `session`. A view: the document must outlive it.
struct SignIn {
  explicit SignIn(const json::value& document);

  Who who = Who::kUser;
  std::string principal;
  std::string guest_kind;  ///< empty for members
  std::string home_tenant;
  std::vector<std::string> groups;
  std::vector<std::string> roles;
  const json::value* principal_attributes = nullptr;

  What what = What::kApps;
  std::vector<std::string> apps;
  std::string action;           ///< as policies write it: "urn:user:registersecurityinfo"
  std::string context;          ///< "c1"
  std::string traffic_profile;  ///< "internet"
  const json::value* app_attributes = nullptr;

  const json::value* conditions = nullptr;
  std::string platform, client, address, country;  ///< empty: not known
  std::string gps_country;                         ///< empty: the app does not say or cannot
  std::string sign_in_risk, user_risk, service_principal_risk, insider_risk, agent_risk;
  std::string agent_context;
  std::string flow_now, flow_at_start;
  std::optional<std::int64_t> unix_time;
  /// Null: not registered, or not known (rules 57, 60).
  const json::value* device = nullptr;

  const json::value* session = nullptr;
  bool wants_acrs = false;

  [[nodiscard]] bool is_guest() const { return !guest_kind.empty(); }
  /// Signs in at another tenant.
  [[nodiscard]] bool is_external() const;
  [[nodiscard]] bool is_workload() const {
    return who == Who::kServicePrincipal || who == Who::kAgentIdentity;
  }
  [[nodiscard]] bool has_legacy_client() const;
  /// Whether the home tenant's word on "mfa" or "device" counts here (rule 60).
  [[nodiscard]] bool trusts_home(std::string_view claim) const;
  /// Whether a condition's fact was given at all; an explicit null counts ("no device").
  [[nodiscard]] bool gives(std::string_view fact) const;
};

}  // namespace graph_oracle
