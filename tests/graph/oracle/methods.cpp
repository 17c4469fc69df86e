#include "tests/graph/oracle/methods.h"

#include <algorithm>
#include <boost/json/array.hpp>

#include "tests/graph/oracle/rules.h"

namespace graph_oracle {
namespace {

using Strings = std::vector<std::string>;

const Strings kPhishingResistant = {"windowsHelloForBusiness", "fido2",
                                    "x509CertificateMultiFactor"};
const Strings kPasswordless = {"windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor",
                               "deviceBasedPush"};
const Strings kMultifactor = {
    "windowsHelloForBusiness",
    "fido2",
    "x509CertificateMultiFactor",
    "deviceBasedPush",
    "temporaryAccessPassOneTime",
    "temporaryAccessPassMultiUse",
    "password,microsoftAuthenticatorPush",
    "password,softwareOath",
    "password,hardwareOath",
    "password,x509CertificateSingleFactor",
    "password,x509CertificateMultiFactor",
    "password,sms",
    "password,voice",
    "federatedMultiFactor",
    "federatedSingleFactor,microsoftAuthenticatorPush",
    "federatedSingleFactor,softwareOath",
    "federatedSingleFactor,hardwareOath",
    "federatedSingleFactor,sms",
    "federatedSingleFactor,voice",
};
/// Second factors of external tenants (conditional-access 4).
const Strings kExternalTenant = {"password,email", "password,sms", "email,sms",
                                 "federatedSingleFactor,email", "federatedSingleFactor,sms"};

/// "password, sms" → both.
Strings modes_of(const std::string& combination) {
  const json::value holder = {{"combination", combination}};
  return list(&holder, "combination");
}

bool all_done(const std::string& combination, const Strings& done) {
  const auto modes = modes_of(combination);
  return !modes.empty() && std::all_of(modes.begin(), modes.end(),
                                       [&](const std::string& mode) { return holds(done, mode); });
}

bool any_done(const Strings& combinations, const Strings& done) {
  return std::any_of(combinations.begin(), combinations.end(),
                     [&](const std::string& each) { return all_done(each, done); });
}

/// A list member without splitting its elements at commas.
Strings elements(const json::value* object, std::string_view key) {
  Strings out;
  const auto* found = member(object, key);
  if (found != nullptr && found->is_array()) {
    for (const auto& each : found->get_array()) {
      out.emplace_back(each.get_string().c_str());
    }
  }
  return out;
}

/// Whether a limit on `narrowed` concerns `combination`: "x509CertificateSingleFactor" is a part of
/// "password,x509CertificateSingleFactor".
bool limit_concerns(const std::string& narrowed, const std::string& combination) {
  return all_done(narrowed, modes_of(combination));
}

/// One of what was shown is listed, if a list is configured.
bool allowed(const json::value& limit, std::string_view key, const json::value* session,
             std::string_view shown) {
  const auto listed = list(&limit, key);
  return listed.empty() || rule(50, holds_any(listed, list(session, shown)));
}

bool limits_allow(const json::value& strength, const std::string& combination,
                  const json::value* session, bool any_key) {
  const auto* limits = member(&strength, "combinationConfigurations");
  if (limits == nullptr || !limits->is_array()) {
    return true;
  }
  for (const auto& limit : limits->get_array()) {
    const auto narrowed = elements(&limit, "appliesToCombinations");
    const bool concerns =
        std::any_of(narrowed.begin(), narrowed.end(),
                    [&](const std::string& each) { return limit_concerns(each, combination); });
    const bool key = any_key || allowed(limit, "allowedAAGUIDs", session, "fido2Aaguid");
    if (concerns && !(key && allowed(limit, "allowedIssuerSkis", session, "x509IssuerSki") &&
                      allowed(limit, "allowedPolicyOIDs", session, "x509PolicyOids"))) {
      return false;
    }
  }
  return true;
}

bool written_out_done(const json::value& strength, const Strings& done, const json::value* session,
                      bool any_key) {
  for (const auto& combination : elements(&strength, "allowedCombinations")) {
    if (all_done(combination, done) && limits_allow(strength, combination, session, any_key)) {
      return true;
    }
  }
  return false;
}

}  // namespace

Strings methods_done(const SignIn& s) {
  Strings out;
  for (const auto& method : list(s.session, "usedMethods")) {
    out.push_back(same(method, "federated") ? "federatedSingleFactor" : method);
  }
  return out;
}

bool multifactor_done(const Strings& done, const Tenant& tenant) {
  rule(61, holds(done, "federatedMultiFactor"));
  if (any_done(kMultifactor, done)) {
    return true;
  }
  const bool counts = same(tenant.type, "external");
  return counts && any_done(kExternalTenant, done);
}

bool strength_done(const json::value& strength, const Tenant& tenant, const Strings& done,
                   const json::value* session, bool any_key) {
  if (member(&strength, "allowedCombinations") != nullptr) {
    return rule(49, written_out_done(strength, done, session, any_key));
  }
  const auto id = text(&strength, "id");
  if (tenant.strengths != nullptr && tenant.strengths->is_array()) {
    for (const auto& each : tenant.strengths->get_array()) {
      if (same(text(&each, "id"), id)) {
        return rule(49, written_out_done(each, done, session, any_key));
      }
    }
  }
  const std::string built_in = "00000000-0000-0000-0000-00000000000";
  const auto& combinations = id == built_in + "2"   ? kMultifactor
                             : id == built_in + "3" ? kPasswordless
                             : id == built_in + "4" ? kPhishingResistant
                                                    : Strings{};
  return rule(49, any_done(combinations, done));
}

Strings registrable_methods() {
  return {"sms", "voice", "softwareOath", "microsoftAuthenticatorPush", "fido2", "email"};
}

}  // namespace graph_oracle
