#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/graph/oracle/json_access.h"

namespace graph_oracle {

/// Who signs in. Agents are our own reading of exports from 2026: an agent user is a user, an agent
/// identity a service principal, and policies on agents single them out.
enum class Who { kUser, kServicePrincipal, kAgentUser, kAgentIdentity };
enum class What { kApps, kUserAction, kAuthenticationContext };

/// A sign-in in the shape of the What-If request, with the additions of the case files: groupIds,
/// roleIds and agentKind at the identity; trafficProfile as a context; agentIdRiskLevel and
/// agentContext at the conditions; a `session`. A view: the document must outlive it.
struct SignIn {
  explicit SignIn(const json::value& document);

  Who who = Who::kUser;
  std::string principal;
  std::string guest_kind;  ///< empty for members
  std::string home_tenant;
  std::vector<std::string> groups;
  std::vector<std::string> roles;

  What what = What::kApps;
  std::vector<std::string> targets;  ///< app ids, or one action ("registersecurityinfo"), or "c1"

  std::optional<std::string> platform;
  std::optional<std::string> client;
  std::string address;
  std::string country;
  bool place_given = false;
  std::string sign_in_risk, user_risk, service_principal_risk, insider_risk, agent_risk;
  std::string agent_context;
  std::vector<std::string> transfer;  ///< now, and the one that the session began with
  std::string gps_country;  ///< where the authenticator app says it is; empty: it does not say
  std::optional<std::int64_t> now;
  const json::value* app_attributes = nullptr;
  const json::value* principal_attributes = nullptr;
  const json::value* device = nullptr;
  const json::value* conditions = nullptr;
  const json::value* session = nullptr;
  bool wants_acrs = false;
  std::string context;

  [[nodiscard]] bool legacy_client() const;
  [[nodiscard]] bool direct_connect() const { return same(guest_kind, "b2bDirectConnectUser"); }
  /// Legacy clients, direct connect users and workloads see no prompt.
  [[nodiscard]] bool cannot_be_asked() const {
    return legacy_client() || direct_connect() || who == Who::kServicePrincipal ||
           who == Who::kAgentIdentity;
  }
  /// A guest whose home tenant's claims we do not believe, for `what` = "mfa" or "device".
  [[nodiscard]] bool trusted(std::string_view what) const;
  [[nodiscard]] bool external() const;
};

}  // namespace graph_oracle
