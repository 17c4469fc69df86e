#include "tests/graph/oracle/sign_in.h"

#include <boost/json/object.hpp>

#include "tests/graph/oracle/rules.h"

namespace graph_oracle {
namespace {

void read_identity(const json::value* identity, SignIn& s) {
  const auto agent = text(identity, "agentKind");
  if (member(identity, "servicePrincipalId") != nullptr) {
    s.who = agent.empty() ? Who::kServicePrincipal : Who::kAgentIdentity;
    s.principal = text(identity, "servicePrincipalId");
  } else {
    s.who = agent.empty() ? Who::kUser : Who::kAgentUser;
    s.principal = text(identity, "userId");
  }
  s.guest_kind = text(identity, "externalUserType");
  if (same(s.guest_kind, "none")) {
    s.guest_kind.clear();
  }
  s.home_tenant = text(identity, "externalTenantId");
  s.groups = list(identity, "groupIds");
  s.roles = list(identity, "roleIds");
  s.principal_attributes = member(identity, "customSecurityAttributes");
}

void read_target(const json::value* target, SignIn& s) {
  s.apps = list(target, "includeApplications");
  s.context = text(target, "authenticationContextValue");
  s.traffic_profile = text(target, "trafficProfile");
  s.app_attributes = member(target, "customSecurityAttributes");
  const auto action = text(target, "userAction");
  if (same(action, "registerSecurityInformation")) {
    s.action = "urn:user:registersecurityinfo";
  } else if (same(action, "registerOrJoinDevices")) {
    s.action = "urn:user:registerdevice";
  }
  if (!s.action.empty()) {
    s.what = What::kUserAction;
  } else if (!s.context.empty()) {
    s.what = What::kAuthenticationContext;
  } else if (!s.traffic_profile.empty()) {
    s.apps = {""};  // traffic is no app, but `All` covers it
  }
}

void read_conditions(const json::value* conditions, SignIn& s) {
  s.conditions = conditions;
  s.platform = text(conditions, "devicePlatform");
  s.client = text(conditions, "clientAppType");
  s.address = text(conditions, "ipAddress");
  s.country = text(conditions, "country");
  s.gps_country = text(conditions, "gpsCountry");
  s.sign_in_risk = text(conditions, "signInRiskLevel", "none");
  s.user_risk = text(conditions, "userRiskLevel", "none");
  s.service_principal_risk = text(conditions, "servicePrincipalRiskLevel", "none");
  s.insider_risk = text(conditions, "insiderRiskLevel", "none");
  s.agent_risk = text(conditions, "agentIdRiskLevel", "none");
  s.agent_context = text(conditions, "agentContext");
  s.flow_now = text(member(conditions, "authenticationFlow"), "transferMethod", "none");
  if (const auto* time = member(conditions, "unixTime"); time != nullptr && time->is_int64()) {
    s.unix_time = time->get_int64();
  }
}

}  // namespace

SignIn::SignIn(const json::value& document) {
  read_identity(member(&document, "signInIdentity"), *this);
  read_target(member(&document, "signInContext"), *this);
  read_conditions(member(&document, "signInConditions"), *this);
  session = member(&document, "session");
  flow_at_start = text(session, "originalTransferMethod", "none");
  wants_acrs = flag(&document, "acrsOptedIn");
  device = member(conditions, "deviceInfo");
  if (rule(57, has_legacy_client())) {
    device = nullptr;
  }
  if (is_external() && device != nullptr && !rule(60, trusts_home("device"))) {
    device = nullptr;
  }
}

bool SignIn::is_external() const {
  return is_guest() && !same(guest_kind, "internalGuest");
}

bool SignIn::has_legacy_client() const {
  return same(client, "other") || same(client, "exchangeActiveSync") ||
         same(client, "easSupported");
}

bool SignIn::trusts_home(std::string_view claim) const {
  return flag(member(session, "inboundTrust"), claim);
}

bool SignIn::gives(std::string_view fact) const {
  return conditions != nullptr && conditions->is_object() &&
         conditions->get_object().contains(fact);
}

}  // namespace graph_oracle
