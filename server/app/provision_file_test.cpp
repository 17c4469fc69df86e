#include "server/app/provision_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gate::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<Provisioning> parse(std::string_view json) {
  return parse_provision_file(json,
                              [](const Provisioning& file, const Provisioning::User& user,
                                 std::string_view password) -> Result<std::string> {
                                if (password == "refused") {
                                  return Error{ErrorCode::kInvalidArgument,
                                               "of " + file.tenants.at(0).name + user.id};
                                }
                                return "encoded:" + std::string(password);
                              });
}

constexpr std::string_view kWhole = R"({
  "tenants": [{"id": "t", "name": "Bank", "domain": "bank.example",
    "attributes": [{"name": "city", "required": true, "regex": "[A-Z].*", "max_length": 40}, {"name": "extension_a_b", "type": "multi_select", "choices": ["x", "y"]}]}],
  "clients": [{"tenant_id": "t", "client_id": "c", "name": "app", "origins": ["http://localhost:3000"], "scopes": ["api/pay"], "trusted_signals": true}],
  "resources": [{"tenant_id": "t", "name": "payments", "audience": "api", "scopes": ["pay"], "contexts": ["c1"]}],
  "users": [{"tenant_id": "t", "id": "u", "username": "amy@bank.example", "display_name": "Amy", "password": "correct horse", "password_imported": true, "attributes": {"city": "Graz"},
             "groups": ["G"], "roles": ["R"], "kind": "member", "sign_in_risk": "medium", "user_risk": "low", "enabled": false,
             "signals": {"otp_failures": 3, "new_payee": true, "note": "x"},
             "channels": [{"kind": "email", "address": "amy@mail.example", "preferred": true},
                          {"kind": "sms", "address": "+15550100104", "verified": false}]}]
})";

TEST(ProvisionFile, ReadsEveryKey) {
  const auto wanted = parse(kWhole);
  ASSERT_TRUE(wanted.has_value()) << wanted.error().message;
  EXPECT_EQ(wanted->tenants.at(0).domain, "bank.example");
  EXPECT_THAT(wanted->clients.at(0).origins, ElementsAre("http://localhost:3000"));
  EXPECT_TRUE(wanted->clients.at(0).trusted_signals);
  EXPECT_THAT(wanted->clients.at(0).scopes, ElementsAre("api/pay"));
  const Provisioning::Resource& resource = wanted->resources.at(0);
  EXPECT_EQ(resource.name, "payments");
  EXPECT_EQ(resource.audience, "api");
  EXPECT_THAT(resource.scopes, ElementsAre("pay"));
  EXPECT_THAT(resource.contexts, ElementsAre("c1"));
  const Provisioning::User& user = wanted->users.at(0);
  EXPECT_EQ(user.password_hash, "encoded:correct horse");
  const AttributeSchema& schema = wanted->tenants.at(0).attributes;
  ASSERT_EQ(schema.size(), 2U);
  EXPECT_EQ(schema[0],
            (AttributeDefinition{"city", AttributeType::kString, true, "[A-Z].*", 40, {}}));
  EXPECT_EQ(schema[1],
            (AttributeDefinition{
                "extension_a_b", AttributeType::kMultiSelect, false, "", 256, {"x", "y"}}));
  EXPECT_THAT(user.attributes, ElementsAre(std::pair("city", "Graz")));
  EXPECT_TRUE(user.password_imported);
  EXPECT_EQ(user.sign_in_risk, "medium");
  EXPECT_FALSE(user.enabled);
  EXPECT_THAT(user.signals,
              ElementsAre(std::pair("otp_failures", "3"), std::pair("new_payee", "true"),
                          std::pair("note", "\"x\"")));
  EXPECT_TRUE(user.channels.at(0).verified);
  EXPECT_TRUE(user.channels.at(0).preferred);
  EXPECT_EQ(user.channels.at(1).kind, ChannelKind::kSms);
  EXPECT_FALSE(user.channels.at(1).verified);
}

TEST(ProvisionFile, ATenantDecidesForItself) {
  const auto rules_of = [](const std::string& members) {
    const auto wanted = parse(R"({"tenants": [{"id": "t", "name": "Bank", "domain": "b.example")" +
                              members + "}]}");
    EXPECT_TRUE(wanted.has_value()) << wanted.error().message;
    return wanted ? wanted->tenants.at(0).rules : TenantRules();
  };
  EXPECT_EQ(rules_of(""), TenantRules());
  TenantRules all;
  all.answers = Answers::kCompatible;
  all.first_factors = MethodSet::of(Method::kPassword);
  all.second_factors = MethodSet();
  all.lifetimes = {300 * kMicrosPerSecond, 7 * kMicrosPerDay, 120 * kMicrosPerSecond,
                   60 * kMicrosPerSecond};
  all.language = "de";
  EXPECT_EQ(rules_of(R"(, "answers": "compatible", "first_factors": ["password"],
    "second_factors": [], "access_token_seconds": 300, "session_days": 7,
    "email_code_seconds": 120, "sms_code_seconds": 60, "language": "de")"),
            all);
  EXPECT_EQ(rules_of(R"(, "answers": "uniform")"), TenantRules());
}

TEST(ProvisionFile, AListOfFirstFactorsIsNotTheAbsenceOfOne) {
  const auto listed = [](const std::string& member) {
    const auto wanted = parse(R"({"users": [{"tenant_id": "t", "id": "u",
      "username": "amy@bank.example")" +
                              member + "}]}");
    EXPECT_TRUE(wanted.has_value()) << wanted.error().message;
    return wanted ? wanted->users.at(0).first_factors : std::nullopt;
  };
  EXPECT_EQ(listed(""), std::nullopt);
  EXPECT_EQ(listed(R"(, "first_factors": [])"), MethodSet());
  EXPECT_EQ(listed(R"(, "first_factors": ["email_otp", "password"])"), kFirstFactors);
}

TEST(ProvisionFile, EveryMistakeIsNamedWithItsPlace) {
  struct Mistake {
    std::string find;
    std::string replace;
    const char* message;
  };
  for (const Mistake& mistake : std::vector<Mistake>{
           {R"("origins")", R"("origin")",
            "clients[0].origin: unknown key; known here: tenant_id, client_id"},
           {R"("audience": "api", )", "", "resources[0].audience: is required"},
           {R"(["c1"])", R"("c1")", "resources[0].contexts: must be a list of strings"},
           {R"("scopes": ["api/pay"])", R"("audience": "api")", "clients[0].audience: unknown key"},
           {R"("tenants")", R"("tenant")", "tenant: unknown key"},
           {R"("max_length": 40)", R"("max_length": 0)",
            "tenants[0].attributes[0].max_length: must be a whole number from 1 to 1024"},
           {R"("multi_select")", R"("list")",
            "tenants[0].attributes[1].type: `list` is not one of"},
           {R"("city": "Graz")", R"("city": 8010)", "users[0].attributes.city: must be a string"},
           {R"("id": "t", )", R"("id": "t", "answers": "open", )",
            "tenants[0].answers: `open` is not one of uniform, compatible"},
           {R"("id": "t", )", R"("id": "t", "second_factors": ["password"], )",
            "tenants[0].second_factors: `password` is not a method that can be used there"},
           {R"("id": "t", )", R"("id": "t", "first_factors": [], )",
            "tenants[0]: first_factors: name"},
           {R"("id": "t", )", R"("id": "t", "sign_up": "code", "first_factors": ["password"], )",
            "tenants[0]: sign_up: `code` makes accounts that sign in by `email_otp`"},
           {R"("id": "t", )", R"("id": "t", "access_token_seconds": 3601, )",
            "tenants[0].access_token_seconds: must be a whole number from 60 to 3600"},
           {R"("id": "t", )", R"("id": "t", "session_days": 31, )",
            "tenants[0].session_days: must be a whole number from 1 to 30"},
           {R"("id": "t", )", R"("id": "t", "email_code_seconds": 601, )",
            "tenants[0].email_code_seconds: must be a whole number from 30 to 600"},
           {R"("id": "t", )", R"("id": "t", "sms_code_seconds": 0, )",
            "tenants[0].sms_code_seconds: must be a whole number from 30 to 600"},
           {R"("id": "t", )", R"("id": "t", "language": "Deutsch", )",
            "tenants[0]: language: write a language tag"},
           {R"("user_risk": "low")", R"("user_risk": "low", "first_factors": ["sms_otp"])",
            "users[0].first_factors: `sms_otp` is not a method that can be used there"},
           {R"("user_risk": "low")", R"("user_risk": "low", "first_factors": null)",
            "users[0].first_factors: must be a list of strings"},
           {R"("user_risk": "low")", R"("user_risk": "lo")",
            "users[0].user_risk: `lo` is not one of none, low, medium, high"},
           {R"("groups": ["G"])", R"("groups": ["G", 1])", "users[0].groups[1]: must be a string"},
           {R"("groups": ["G"])", R"("groups": "G")", "users[0].groups: must be a list of strings"},
           {R"("enabled": false)", R"("enabled": 0)", "users[0].enabled: must be true or false"},
           {R"("id": "u", )", "", "users[0].id: is required"},
           {R"("kind": "sms")", R"("kind": "fax")",
            "users[0].channels[1].kind: `fax` is not one of"},
           {R"(+15550100104)", "015550100104", "users[0].channels[1].address: must be"},
           {R"(amy@mail.example)", "amy", "users[0].channels[0].address: must be"},
           {R"({"otp_failures": 3)", R"({"otp_failures": 3.5)",
            "users[0].signals.otp_failures: must be"},
           {R"("Amy")", "\"A\\u0007my\"", "users[0].display_name: holds a control character"},
           {R"("roles": ["R"])", R"("groups": ["R"])", "holds the key `groups` twice"},
           {R"("tenants": [{)", R"("tenants": [3, {)", "tenants[0]: must be an object"},
           {"]}]\n}", "]}]\n", "not JSON"}}) {
    SCOPED_TRACE(mistake.message);
    std::string text(kWhole);
    const auto at = text.find(mistake.find);
    ASSERT_NE(at, std::string::npos);
    text.replace(at, mistake.find.size(), mistake.replace);
    const auto wanted = parse(text);
    ASSERT_FALSE(wanted.has_value());
    EXPECT_THAT(wanted.error().message, HasSubstr(mistake.message));
  }
  EXPECT_THAT(parse("[]").error().message, HasSubstr("the document: must be an object"));
}

TEST(ProvisionFile, D2_ARefusedPasswordIsNamedWithItsPlace) {
  std::string text(kWhole);
  text.replace(text.find("correct horse"), 13, "refused");
  const auto wanted = parse(text);
  ASSERT_FALSE(wanted);
  EXPECT_EQ(wanted.error().message, "users[0].password: of Banku");
}

TEST(ProvisionFile, DepthIsBounded) {
  EXPECT_FALSE(
      parse(R"({"tenants":)" + std::string(40, '[') + std::string(40, ']') + "}").has_value());
}

}  // namespace
}  // namespace gate::server
