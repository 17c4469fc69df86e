#pragma once

#include <boost/json/value.hpp>
#include <gate/request.hpp>
#include <gate/result.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace gate::graph {

/// The apps of Graph's app groups: "Office365" → application ids.
using AppGroups = std::map<std::string, std::vector<std::string>>;

/// A sign-in as the What-If API describes it (conditional-access 6), for the policy engine.
struct WhatIfSignIn {
  /// One per application that was asked about; they differ in nothing else.
  std::vector<SignInFacts> facts;
  /// Which facts the request gave, as the language calls them ("platform", "device",
  /// "sign_in_risk"): What-If calls a policy with a condition on any other undecided.
  std::set<std::string> given;
  bool applied_policies_only = false;
};

/// Reads the body of `POST /identity/conditionalAccess/evaluate`, and on top of it what Entra knows
/// by itself and a file must say: `groupIds`, `roleIds`, `agentKind` and `customSecurityAttributes`
/// at the identity; `customSecurityAttributes` and a `trafficProfile` (Global Secure Access) at the
/// context; `agentIdRiskLevel`, `agentContext`, `gpsCountry` and `unixTime` at the conditions;
/// `isManaged` at the device; and a `session` {usedMethods, satisfiedControls,
/// primaryAuthAgeSeconds, mfaAgeSeconds, originalTransferMethod, homeTenantMfaClaim, inboundTrust
/// {mfa, device}, mfaRegistered, registeredMethods, fido2Aaguid, x509IssuerSki, x509PolicyOids}.
/// Strict: an unknown key or enumerator is Error{kInvalidArgument} with its JSON path.
[[nodiscard]] Result<WhatIfSignIn> read_what_if(const boost::json::value& body,
                                                const AppGroups& app_groups = {});

}  // namespace gate::graph
