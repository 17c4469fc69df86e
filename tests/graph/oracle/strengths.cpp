#include "tests/graph/oracle/strengths.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <string>

namespace graph_oracle {
namespace {

using Combinations = std::vector<std::string>;

// conditional-access 1.5, by the last digit of the well-known ids.
const Combinations kMultifactor = {"windowsHelloForBusiness",
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
                                   "federatedSingleFactor,voice"};
const Combinations kPasswordless = {"windowsHelloForBusiness", "fido2",
                                    "x509CertificateMultiFactor", "deviceBasedPush"};
const Combinations kPhishingResistant = {"windowsHelloForBusiness", "fido2",
                                         "x509CertificateMultiFactor"};
// conditional-access 4: second factors of external tenants.
const Combinations kExternalTenant = {"password,email", "password,sms", "email,sms",
                                      "federatedSingleFactor,email"};

/// Each combination as it is written: "password,sms" is one.
Combinations list_of_combinations(const json::value& strength) {
  Combinations out;
  const auto* combinations = member(&strength, "allowedCombinations");
  if (combinations != nullptr && combinations->is_array()) {
    for (const auto& each : combinations->get_array()) {
      out.emplace_back(each.as_string());
    }
  }
  return out;
}

bool any_contained(const Combinations& combinations, const std::vector<std::string>& done) {
  return std::any_of(combinations.begin(), combinations.end(), [&](const std::string& combination) {
    const json::value holder = {{"c", combination}};
    const auto methods = list(&holder, "c");
    return !methods.empty() &&
           std::all_of(methods.begin(), methods.end(),
                       [&](const std::string& method) { return holds(done, method); });
  });
}

/// The combinations whose limits, if they have any, let through what was presented.
Combinations let_through(const json::value& strength, const json::value* session) {
  auto out = list_of_combinations(strength);
  const auto* limits = member(&strength, "combinationConfigurations");
  if (limits == nullptr || session == nullptr || !limits->is_array()) {
    return out;
  }
  const auto one_of = [](const Combinations& allowed, const Combinations& presented) {
    return allowed.empty() || std::any_of(presented.begin(), presented.end(),
                                          [&](const auto& each) { return holds(allowed, each); });
  };
  for (const auto& limit : limits->get_array()) {
    const bool fits = one_of(list(&limit, "allowedAAGUIDs"), list(session, "fido2Aaguid")) &&
                      one_of(list(&limit, "allowedIssuerSkis"), list(session, "x509IssuerSki")) &&
                      one_of(list(&limit, "allowedPolicyOIDs"), list(session, "x509PolicyOids"));
    if (fits) {
      continue;
    }
    for (const auto& each : limit.at("appliesToCombinations").as_array()) {
      std::erase(out, std::string(each.as_string()));
    }
  }
  return out;
}

}  // namespace

bool strength_met(const json::value& strength, const json::value* known,
                  const std::vector<std::string>& done, const json::value* session) {
  // What an export says of a strength is what its tenant means; the tables are for the id alone.
  const auto id = text(&strength, "id");
  if (member(&strength, "allowedCombinations") != nullptr) {
    return any_contained(let_through(strength, session), done);
  }
  if (known != nullptr && known->is_array()) {
    for (const auto& each : known->get_array()) {
      if (text(&each, "id") == id) {
        return any_contained(let_through(each, session), done);
      }
    }
  }
  if (id == "00000000-0000-0000-0000-000000000002") {
    return any_contained(kMultifactor, done);
  }
  if (id == "00000000-0000-0000-0000-000000000003") {
    return any_contained(kPasswordless, done);
  }
  return id == "00000000-0000-0000-0000-000000000004" && any_contained(kPhishingResistant, done);
}

bool multifactor_done(const std::vector<std::string>& done) {
  return any_contained(kMultifactor, done) || any_contained(kExternalTenant, done);
}

}  // namespace graph_oracle
