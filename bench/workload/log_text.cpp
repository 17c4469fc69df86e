#include "bench/workload/log_text.h"

#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>
#include <gate/request_json.hpp>
#include <gate/vocabulary.hpp>

namespace gate::bench {
namespace {

namespace json = boost::json;

/// Something that looks like the id of a record, and is another for each number.
std::string id_of(std::uint64_t number, std::uint64_t salt) {
  const std::uint64_t a = (number + 1) * 0x9E3779B97F4A7C15U ^ salt;
  const std::uint64_t b = (a ^ a >> 29U) * 0xBF58476D1CE4E5B9U;
  return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}", a >> 32U, a >> 16U & 0xFFFFU,
                     a & 0xFFFU, b >> 48U, b & 0xFFFF'FFFF'FFFFU);
}

/// Seconds after 2026-11-01, as Graph writes a moment.
std::string time_of(std::uint64_t number) {
  const std::uint64_t seconds = number % (28 * 86'400);
  return fmt::format("2026-11-{:02}T{:02}:{:02}:{:02}Z", 1 + seconds / 86'400, seconds / 3'600 % 24,
                     seconds / 60 % 60, seconds % 60);
}

std::string audit_row(const SignInFacts& facts, std::uint64_t number) {
  SignInFacts timed = facts;
  timed.now_unix_s = static_cast<std::int64_t>(1'793'491'200 + number);
  return fmt::format(
      R"({{"seq":{},"at_micros":{},"type":"decision","tenant":"bench","user":"{}","client":"app","flow":"{}",)"
      R"("policy_digest":"f2ca1bb6c7e907d06dafe4687e579fce76b37e4e93b7605022da52e6ccc26fd2","outcome":"allow",)"
      R"("required":"","reasons":"","facts_hash":"{}","facts":{},"prev_hash":"{}","hash":"{}"}})",
      number, 1'793'491'200'000'000 + number * 1'000'000, facts.user, id_of(number, 1),
      id_of(number, 2), to_json(timed), id_of(number, 3), id_of(number, 4));
}

std::string_view client_word(ClientApp client) {
  switch (client) {
    case ClientApp::kUnknown:
      return "";
    case ClientApp::kBrowser:
      return "Browser";
    case ClientApp::kNativeApp:
      return "Mobile Apps and Desktop clients";
    case ClientApp::kExchangeActiveSync:
      return "Exchange ActiveSync";
    case ClientApp::kOther:
      return "IMAP4";
  }
  return "";
}

std::string_view trust_word(DeviceTrust trust) {
  switch (trust) {
    case DeviceTrust::kAbsent:
      return "";
    case DeviceTrust::kAzureAd:
      return "Azure AD joined";
    case DeviceTrust::kServerAd:
      return "Hybrid Azure AD joined";
    case DeviceTrust::kWorkplace:
      return "Azure AD registered";
  }
  return "";
}

json::object device_of(const SignInFacts& facts) {
  const auto truth = [](Tristate value) {
    return value == Tristate::kAbsent ? json::value() : json::value(value == Tristate::kTrue);
  };
  return {{"deviceId", facts.device.registered ? id_of(facts.user.size(), 5) : std::string()},
          {"displayName", ""},
          {"operatingSystem", name(facts.platform)},
          {"browser", "Edge 119.0.0"},
          {"isCompliant", truth(facts.device.compliant)},
          {"isManaged", truth(facts.device.managed)},
          {"trustType", trust_word(facts.device.trust)}};
}

json::array steps_of(const SignInFacts& facts, std::uint64_t number) {
  json::array steps;
  for (const CompletedMethod& done : facts.completed) {
    steps.push_back({{"authenticationStepDateTime", time_of(number)},
                     {"authenticationMethod", graph_name(done.method)},
                     {"authenticationMethodDetail", ""},
                     {"succeeded", true},
                     {"authenticationStepResultDetail", "Authentication succeeded"},
                     {"authenticationStepRequirement", "Primary authentication"}});
  }
  return steps;
}

json::array policies_applied() {
  json::array policies;
  for (std::uint64_t i = 0; i < 6; ++i) {
    policies.push_back({{"id", id_of(i, 6)},
                        {"displayName", fmt::format("CA{:03}: what it asks for", i)},
                        {"enforcedGrantControls", json::array{"Mfa"}},
                        {"enforcedSessionControls", json::array()},
                        {"result", i < 2 ? "success" : "notApplied"}});
  }
  return policies;
}

/// Microsoft Graph, resource type signIn.
std::string entra_record(const SignInFacts& facts, std::uint64_t number) {
  const json::object record = {
      {"id", id_of(number, 7)},
      {"createdDateTime", time_of(number)},
      {"userDisplayName", facts.user},
      {"userPrincipalName", facts.user},
      {"userId", facts.user},
      {"appId", facts.target},
      {"appDisplayName", facts.target},
      {"ipAddress", facts.ip},
      {"clientAppUsed", client_word(facts.client)},
      {"userAgent",
       "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"},
      {"correlationId", id_of(number, 8)},
      {"conditionalAccessStatus", "success"},
      {"originalRequestId", id_of(number, 9)},
      {"isInteractive", true},
      {"tokenIssuerName", ""},
      {"tokenIssuerType", "AzureAD"},
      {"processingTimeInMilliseconds", 90 + number % 200},
      {"riskDetail", "none"},
      {"riskLevelAggregated", name(facts.user_risk)},
      {"riskLevelDuringSignIn", name(facts.sign_in_risk)},
      {"riskState", "none"},
      {"riskEventTypes_v2", json::array()},
      {"resourceDisplayName", facts.target},
      {"resourceId", facts.target},
      {"resourceTenantId", id_of(0, 10)},
      {"homeTenantId", id_of(0, 10)},
      {"userType", "member"},
      {"crossTenantAccessType", "none"},
      {"authenticationRequirement", "singleFactorAuthentication"},
      {"authenticationProtocol", "none"},
      {"uniqueTokenIdentifier", id_of(number, 11)},
      {"autonomousSystemNumber", 64'496},
      {"status", {{"errorCode", 0}, {"failureReason", "Other."}, {"additionalDetails", nullptr}}},
      {"deviceDetail", device_of(facts)},
      {"location",
       {{"city", "Vienna"},
        {"state", "Wien"},
        {"countryOrRegion", facts.country},
        {"geoCoordinates", {{"altitude", nullptr}, {"latitude", 48.2}, {"longitude", 16.37}}}}},
      {"appliedConditionalAccessPolicies", policies_applied()},
      {"authenticationDetails", steps_of(facts, number)},
      {"networkLocationDetails",
       json::array{{{"networkType", "trustedNamedLocation"}, {"networkNames", json::array{"HQ"}}}}},
  };
  return json::serialize(record);
}

constexpr std::array<std::string_view, 3> kNames = {"requests", "audit", "entra"};

}  // namespace

std::optional<LogForm> parse_log_form(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) {
      return static_cast<LogForm>(i);
    }
  }
  return std::nullopt;
}

std::string_view name(LogForm form) {
  return kNames[static_cast<std::size_t>(form)];
}

std::string log_record(LogForm form, const SignInFacts& facts, std::uint64_t number) {
  switch (form) {
    case LogForm::kRequests:
      return to_json(facts);
    case LogForm::kAudit:
      return audit_row(facts, number);
    case LogForm::kEntra:
      return entra_record(facts, number);
  }
  return {};
}

}  // namespace gate::bench
