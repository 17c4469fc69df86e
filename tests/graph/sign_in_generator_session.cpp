#include <boost/json/array.hpp>

#include "tests/graph/oracle/json_access.h"
#include "tests/graph/sign_in_generator.h"

namespace graph_corpus {

using graph_oracle::list;
using graph_oracle::text;
using Strings = PolicyValues::Strings;

namespace {

const Strings kFirst = {"password", "federated",
                        "fido2",    "windowsHelloForBusiness",
                        "sms",      "x509CertificateSingleFactor"};
const Strings kMethods = {"fido2",
                          "windowsHelloForBusiness",
                          "sms",
                          "voice",
                          "softwareOath",
                          "microsoftAuthenticatorPush",
                          "email",
                          "x509CertificateMultiFactor",
                          "deviceBasedPush",
                          "hardwareOath",
                          "x509CertificateSingleFactor",
                          "temporaryAccessPassOneTime",
                          "federatedMultiFactor"};
const Strings kClaims = {"mfa",
                         "approvedApplication",
                         "compliantApplication",
                         "passwordChange",
                         "compliantNetwork",
                         "riskRemediation"};

json::array array_of(const Strings& values) {
  return json::array(values.begin(), values.end());
}

/// "password,sms" in this order.
Strings modes_of(const std::string& combination) {
  const json::value holder = {{"c", combination}};
  return list(&holder, "c");
}

}  // namespace

/// How long ago, at the borders of the frequencies. One act has one age.
void SignInGenerator::random_ages(bool twice, json::object& session) {
  const auto first = pick_number(values_.ages);
  session["primaryAuthAgeSeconds"] = first;
  session["mfaAgeSeconds"] = twice ? pick_number(values_.ages) : first;
  if (chance(6)) {
    session.erase(chance(50) ? "primaryAuthAgeSeconds" : "mfaAgeSeconds");
  }
}

/// Which key or certificate was shown.
void SignInGenerator::random_presented(json::object& session) {
  const auto present = [&](const char* key, const Strings& values) {
    if (!values.empty() && chance(75)) {
      session[key] = chance(75) ? pick(values) : "0";
    }
  };
  present("fido2Aaguid", values_.aaguids);
  present("x509IssuerSki", values_.issuers);
  present("x509PolicyOids", values_.oids);
}

json::object SignInGenerator::random_session(const json::object& identity) {
  json::object session;
  Strings used;
  if (chance(55)) {  // a combination, or all but its last
    used = modes_of(pick(values_.combinations));
    if (used.size() > 1 && chance(30)) {
      used.pop_back();
    }
  } else {
    used = {chance(75) ? "password" : pick(kFirst)};
    if (chance(50)) {
      used.push_back(pick(kMethods));
    }
    if (used.front() == used.back()) {
      used.resize(1);  // twice the same is once, at another time
    }
  }
  session["usedMethods"] = array_of(used);
  Strings claims;
  for (const auto& claim : kClaims) {
    if (chance(claim == "mfa" ? 10 : 25)) {
      claims.push_back(claim);
    }
  }
  for (const auto& control : values_.extra_controls) {
    if (chance(40)) {
      claims.push_back(control);
    }
  }
  session["satisfiedControls"] = array_of(claims);
  random_ages(used.size() > 1 || graph_oracle::holds(claims, "mfa"), session);
  random_presented(session);
  if (chance(20)) {
    session["mfaRegistered"] = chance(40);
  }
  if (chance(8)) {
    session["originalTransferMethod"] = pick({"deviceCodeFlow", "authenticationTransfer"});
  }
  const json::value who = identity;
  const auto kind = text(&who, "externalUserType", "internalGuest");
  if (kind != "internalGuest" && chance(75)) {  // who comes from another tenant
    session["inboundTrust"] = {{"mfa", chance(50)}, {"device", chance(50)}};
    session["homeTenantMfaClaim"] = chance(50);
  }
  return session;
}

}  // namespace graph_corpus
