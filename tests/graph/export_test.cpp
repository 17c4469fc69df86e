// Policies to Graph JSON: canonical text, and a refusal with the clause underlined for what Graph
// cannot say.

#include "compiler/graph/export.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "compiler/graph/json_text.h"
#include "compiler/graph/write_json.h"

namespace gate::graph {
namespace {

std::string policy(std::string_view when, std::string_view grant = "require mfa",
                   std::string_view session = "") {
  return fmt::format(
      "policy \"P\" {{\n  users include all\n  target include all apps\n  {}{}\n  grant {}\n"
      "  {}{}\n}}\n",
      when.empty() ? "" : "when ", when, grant, session.empty() ? "" : "session ", session);
}

/// The text under the first error; "" when there is none.
std::string underlined(const std::string& text) {
  const auto result = export_graph({{"a.gate", text}});
  for (const auto& each : result.diagnostics) {
    if (each.severity == Severity::kError) {
      return text.substr(each.span.begin, each.span.end - each.span.begin);
    }
  }
  return {};
}

TEST(Export, WritesCanonicalJson) {
  const auto result = export_graph({{"a.gate",
                                     "## Why this is here.\n"
                                     "policy \"P\" {\n  id \"p1\"\n  state report_only\n"
                                     "  users include all\n        exclude group \"g\"\n"
                                     "  target include office365, app \"x\"\n"
                                     "  when sign_in_risk >= medium and client == browser\n"
                                     "  grant require any of (mfa, compliant_device)\n"
                                     "  session sign_in_frequency 1d\n}\n"}});
  ASSERT_TRUE(result.ok());
  ASSERT_EQ(result.model.policies.size(), 1U);
  EXPECT_EQ(pretty_json(to_graph_json(result.model.policies.front())), R"({
  "id": "p1",
  "displayName": "P",
  "description": "Why this is here.",
  "state": "enabledForReportingButNotEnforced",
  "conditions": {
    "signInRiskLevels": [
      "medium",
      "high"
    ],
    "clientAppTypes": [
      "browser"
    ],
    "applications": {
      "includeApplications": [
        "Office365",
        "x"
      ]
    },
    "users": {
      "includeUsers": [
        "All"
      ],
      "excludeGroups": [
        "g"
      ]
    }
  },
  "grantControls": {
    "operator": "OR",
    "builtInControls": [
      "mfa",
      "compliantDevice"
    ]
  },
  "sessionControls": {
    "signInFrequency": {
      "isEnabled": true,
      "frequencyInterval": "timeBased",
      "type": "days",
      "value": 1,
      "authenticationType": "primaryAndSecondaryAuthentication"
    }
  }
}
)");
}

TEST(Export, NamedSetsAndLetsAreExpanded) {
  const auto result =
      export_graph({{"a.gate",
                     "users Admins = role \"r1\", role \"r2\"\n"
                     "users Special = Admins, user \"u\"\n"
                     "let managed = device.compliant or device.trust_type == server_ad\n"
                     "policy \"P\" {\n  users include Special\n"
                     "  target include all apps\n  when not managed\n"
                     "  grant block\n}\n"}});
  ASSERT_TRUE(result.ok());
  const auto& policy = result.model.policies.front();
  EXPECT_EQ(policy.include.roles, (Strings{"r1", "r2"}));
  EXPECT_EQ(policy.include.users, (Strings{"u"}));
  ASSERT_TRUE(policy.conditions.device_filter.has_value());
  EXPECT_TRUE(policy.conditions.device_filter->exclude);
  EXPECT_EQ(policy.conditions.device_filter->rule,
            "device.isCompliant -eq True -or device.trustType -eq \"ServerAD\"");
}

TEST(Export, WhatGraphCannotSayIsUnderlined) {
  EXPECT_EQ(underlined(policy("amount > 1000")), "amount > 1000");
  EXPECT_EQ(underlined(policy("platform == ios and (sign_in_risk == high or user_risk == high)")),
            "(sign_in_risk == high or user_risk == high)");
  EXPECT_EQ(underlined(policy("device.reported_lost")), "device.reported_lost");
  EXPECT_EQ(underlined(policy("insider_risk in [none]")), "insider_risk in [none]");
  EXPECT_EQ(underlined(policy("insider_risk == none")), "insider_risk == none");
  EXPECT_EQ(underlined(policy("insider_risk in [none, minor]")), "insider_risk in [none, minor]");
  EXPECT_EQ(underlined(policy("sign_in_risk == none")), "");
  EXPECT_EQ(underlined(policy("not client == browser")), "not client == browser");
  EXPECT_EQ(underlined(policy("sign_in_risk == high and sign_in_risk == low")),
            "sign_in_risk == low");
  EXPECT_EQ(underlined(policy("", "require mfa", "revoke_all")), "revoke_all");
  EXPECT_EQ(underlined(policy("", "require mfa", "sign_in_frequency 30m")),
            "sign_in_frequency 30m");
  EXPECT_EQ(underlined("default deny\n"), "default deny");
}

/// They were exported as `AllTrusted`, which is another set of places, and often an empty one.
TEST(Export, PlacesWrittenOutAreNotTakenForNamedOnes) {
  for (const std::string_view when :
       {"location in [trusted ip \"8000::/1\"]", "location not in [trusted ip \"192.0.2.0/24\"]",
        "location in [trusted, trusted ip \"192.0.2.0/24\"]", "location in [gps country AT]"}) {
    EXPECT_EQ(underlined(policy(when)), when);
  }
}

TEST(Export, AValueCannotBecomePartOfARule) {
  constexpr std::string_view kQuoted = "device.model == \"a\\\" -or device.model -ne \\\"b\"";
  EXPECT_EQ(underlined(policy(kQuoted)), kQuoted);
  EXPECT_EQ(underlined(policy("app.attributes.A_b in [\"x\", \"\\\"\"]")),
            "app.attributes.A_b in [\"x\", \"\\\"\"]");
}

TEST(Export, IdsWithControlCharactersAreRefused) {
  EXPECT_NE(underlined("policy \"P\" {\n  users include user \"a\\nb\"\n"
                       "  target include all apps\n  grant block\n}\n"),
            "");
  EXPECT_NE(underlined(policy("device.model == \"a\\tb\"")), "");
  EXPECT_TRUE(export_graph({{"a.gate", "## Two\n## lines.\n" + policy("")}}).ok());
}

TEST(Export, EverybodyAndEverythingCannotBeExcluded) {
  EXPECT_EQ(underlined("policy \"P\" {\n  users include user \"a\" exclude all\n"
                       "  target include all apps\n  grant block\n}\n"),
            "users include user \"a\" exclude all");
  EXPECT_EQ(underlined("policy \"P\" {\n  users include all\n"
                       "  target include all apps exclude all apps\n  grant block\n}\n"),
            "all apps");
}

TEST(Export, AListBehindATextOperatorBecomesOneTestForEach) {
  const auto rule = [](std::string_view when) {
    const auto result = export_graph({{"a.gate", policy(when)}});
    return result.ok() ? result.model.policies.front().conditions.device_filter->rule : "refused";
  };
  EXPECT_EQ(rule("device.physical_ids contains [\"a\"]"), "device.physicalIds -contains \"a\"");
  EXPECT_EQ(rule("device.model starts_with [\"a\", \"b\"]"),
            "device.model -startsWith \"a\" -or device.model -startsWith \"b\"");
  EXPECT_EQ(rule("device.model not contains [\"a\", \"b\"]"),
            "device.model -notContains \"a\" -and device.model -notContains \"b\"");
}

TEST(Export, GuestsOfATenantAreOfEveryKindUnlessOneIsNamed) {
  const auto result = export_graph({{"a.gate",
                                     "policy \"P\" {\n  users include guests(tenant \"t\")\n"
                                     "  target include all apps\n  grant block\n}\n"}});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result.model.policies.front().include.guests->kinds.size(), 6U);
}

TEST(Export, TheUnitOfAFrequencyIsKept) {
  for (const auto& [text, days] : {std::pair("24h", false), std::pair("1d", true)}) {
    const auto result = export_graph(
        {{"a.gate", policy("", "require mfa", fmt::format("sign_in_frequency {}", text))}});
    ASSERT_TRUE(result.ok());
    EXPECT_EQ(result.model.policies.front().session.frequency->days, days);
  }
}

TEST(Export, ASyntaxErrorExportsNothing) {
  const auto result = export_graph({{"a.gate", "policy \"P\" {"}});
  EXPECT_FALSE(result.ok());
  EXPECT_TRUE(result.model.policies.empty());
}

}  // namespace
}  // namespace gate::graph
