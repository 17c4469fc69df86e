#include "tests/graph/oracle/sign_in.h"

namespace graph_oracle {
namespace {

std::optional<std::string> optional_text(const json::value* object, std::string_view key) {
  if (member(object, key) == nullptr) {
    return std::nullopt;
  }
  return text(object, key);
}

void read_identity(const json::value* identity, SignIn& out) {
  const auto agent = text(identity, "agentKind");
  const bool workload = member(identity, "servicePrincipalId") != nullptr;
  out.who = workload ? Who::kServicePrincipal : Who::kUser;
  if (!agent.empty()) {
    out.who = same(agent, "agentUser") ? Who::kAgentUser : Who::kAgentIdentity;
  }
  out.principal = text(identity, workload ? "servicePrincipalId" : "userId");
  out.guest_kind = text(identity, "externalUserType");
  if (same(out.guest_kind, "none")) {
    out.guest_kind.clear();
  }
  out.home_tenant = text(identity, "externalTenantId");
  out.principal_attributes = member(identity, "customSecurityAttributes");
  out.groups = list(identity, "groupIds");
  out.roles = list(identity, "roleIds");
}

void read_target(const json::value* target, SignIn& out) {
  out.app_attributes = member(target, "customSecurityAttributes");
  if (member(target, "authenticationContextValue") != nullptr) {
    out.what = What::kAuthenticationContext;
    out.context = text(target, "authenticationContextValue");
    out.targets = {out.context};
  } else if (member(target, "userAction") != nullptr) {
    out.what = What::kUserAction;
    out.targets = {same(text(target, "userAction"), "registerSecurityInformation")
                       ? "urn:user:registersecurityinfo"
                       : "urn:user:registerdevice"};
  } else if (member(target, "trafficProfile") != nullptr) {
    out.targets = {"traffic:" + text(target, "trafficProfile")};
  } else {
    out.targets = list(target, "includeApplications");
  }
}

}  // namespace

SignIn::SignIn(const json::value& document) {
  read_identity(member(&document, "signInIdentity"), *this);
  read_target(member(&document, "signInContext"), *this);
  wants_acrs = flag(&document, "acrsOptedIn");
  conditions = member(&document, "signInConditions");
  session = member(&document, "session");
  platform = optional_text(conditions, "devicePlatform");
  client = optional_text(conditions, "clientAppType");
  address = text(conditions, "ipAddress");
  country = text(conditions, "country");
  place_given = !address.empty() || !country.empty();
  gps_country = text(conditions, "gpsCountry");
  if (const auto* at = member(conditions, "unixTime"); at != nullptr && at->is_int64()) {
    now = at->get_int64();
  }
  sign_in_risk = text(conditions, "signInRiskLevel", "none");
  user_risk = text(conditions, "userRiskLevel", "none");
  service_principal_risk = text(conditions, "servicePrincipalRiskLevel", "none");
  insider_risk = text(conditions, "insiderRiskLevel", "none");
  agent_risk = text(conditions, "agentIdRiskLevel", "none");
  agent_context = text(conditions, "agentContext");
  transfer = {text(member(conditions, "authenticationFlow"), "transferMethod", "none"),
              text(session, "originalTransferMethod", "none")};
  device = member(conditions, "deviceInfo");
  // Nobody tells about the device of a legacy client (conditional-access 2.4), and without inbound
  // trust the home tenant's word about it is not heard (2.7).
  const auto* trust = member(session, "inboundTrust");
  if (legacy_client() || (external() && trust != nullptr && !flag(trust, "device"))) {
    device = nullptr;
  }
}

bool SignIn::legacy_client() const {
  return client && (same(*client, "other") || same(*client, "exchangeActiveSync") ||
                    same(*client, "easSupported"));
}

bool SignIn::external() const {
  return !guest_kind.empty() && !same(guest_kind, "internalGuest");
}

bool SignIn::trusted(std::string_view claim) const {
  return flag(member(session, "inboundTrust"), claim);
}

}  // namespace graph_oracle
