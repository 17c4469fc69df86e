// The exports that people bring (findings P1 to P9): PowerShell, folders of several tools, pages.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/graph/export.h"
#include "compiler/graph/identifier.h"
#include "compiler/graph/import.h"
#include "compiler/graph/read_times.h"
#include "compiler/graph/roundtrip.h"

namespace gate::graph {
namespace {

std::string policy(std::string_view conditions = "", std::string_view name = "P1",
                   std::string_view users = R"("includeUsers":["All"])",
                   std::string_view grant = R"("operator":"OR","builtInControls":["mfa"])") {
  return fmt::format(
      R"({{"id":"{0}-id","displayName":"{0}","state":"enabled","conditions":{{"users":{{{1}}},)"
      R"("applications":{{"includeApplications":["All"]}}{2}}},"grantControls":{{{3}}}}})",
      name, users, conditions, grant);
}

std::string text_of(const ImportResult& result) {
  std::string out;
  for (const auto& file : result.files) {
    out += file.name.ends_with(".gate") ? file.text : "";
  }
  return out;
}

std::string findings_of(const ImportResult& result, FindingLevel level) {
  std::string out;
  for (const auto& finding : result.findings) {
    out += finding.level == level ? to_text(finding) + "\n" : "";
  }
  return out;
}

std::string errors_of(const ImportResult& result) {
  return findings_of(result, FindingLevel::kError);
}
std::string warnings_of(const ImportResult& result) {
  return findings_of(result, FindingLevel::kWarning);
}

ImportResult import_text(std::string text, bool partial = false) {
  return import_graph({{"a.json", std::move(text)}}, {.partial = partial});
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::vector<SourceFile> sources_of(const ImportResult& result) {
  std::vector<SourceFile> out;
  for (const auto& file : result.files) {
    if (file.name.ends_with(".gate")) {
      out.push_back({file.name, file.text});
    }
  }
  return out;
}

void expect_equal_round_trip(const std::vector<GraphFile>& input) {
  const auto trip = check_round_trip("test", input);
  for (const auto& problem : trip.problems) {
    ADD_FAILURE() << problem;
  }
  EXPECT_EQ(trip.equal, trip.policies + trip.locations + trip.strengths);
}

// P1: the SDK writes what is not set as an object of nulls.
TEST(ExportForms, P1_ObjectsOfNullsAreAbsentAtEveryDepth) {
  const std::string nulls =
      R"(,"ClientApplications":{"IncludeServicePrincipals":null,"ServicePrincipalFilter":{"Mode":null,"Rule":null}},)"
      R"("Devices":{"DeviceFilter":{"Mode":null,"Rule":null}},"Locations":{"IncludeLocations":null},)"
      R"("Times":{"IncludeDays":{"DaysOfWeek":null,"TimeZone":null}},"NewThing":{"Deep":{"Deeper":[null,""]}})";
  const auto plain = import_text(policy());
  const auto written = import_text(policy(
      nulls, "P1",
      R"("includeUsers":["All"],"excludeGuestsOrExternalUsers":{"ExternalTenants":{"MembershipKind":null},"GuestOrExternalUserTypes":null})",
      R"("operator":"OR","builtInControls":["mfa"],"authenticationStrength":{"Id":null,"AllowedCombinations":null,"DisplayName":null})"));
  EXPECT_EQ(errors_of(written), "");
  EXPECT_EQ(text_of(written), text_of(plain));
  EXPECT_TRUE(
      holds(errors_of(import_text(policy(R"(,"NewThing":{"Deep":{"Deeper":[null,false]}})"))),
            "$.conditions.NewThing"))
      << "false says something";
}

TEST(ExportForms, P1_AdditionalPropertiesAreLiftedUp) {
  const auto result = import_text(
      R"([{"Id":"b1","DisplayName":"Head office","CreatedDateTime":"\/Date(1768032000000)\/","AdditionalProperties":{)"
      R"("@odata.type":"#microsoft.graph.ipNamedLocation","isTrusted":true,"ipRanges":[{"cidrAddress":"203.0.113.0/24"}]}},)"
      R"({"Id":"b2","DisplayName":"Allowed","AdditionalProperties":{"@odata.type":"#microsoft.graph.countryNamedLocation","countriesAndRegions":["AT"]}}])");
  EXPECT_EQ(errors_of(result), "");
  EXPECT_TRUE(holds(text_of(result),
                    "locations HeadOffice = trusted ip \"203.0.113.0/24\"\n"
                    "locations Allowed = country AT\n"))
      << text_of(result);
  EXPECT_TRUE(holds(result.files.back().text, "2026-01-10T08:00:00Z")) << result.files.back().text;
  // Two values of one member: which counts is not known.
  EXPECT_TRUE(holds(
      errors_of(import_text(R"({"displayName":"L","isTrusted":false,"ipRanges":["10.0.0.0/8"],)"
                            R"("AdditionalProperties":{"isTrusted":true}})")),
      "not understood"));
}

TEST(ExportForms, P1_ADepthThatWasCutOffIsNamed) {
  const auto result = import_text(
      R"([{"DisplayName":"P3","State":"enabled","Conditions":{"Applications":"Microsoft.Graph.PowerShell.Models.X","Users":"@{IncludeUsers=All}"},"GrantControls":"System.Object"}])");
  EXPECT_TRUE(holds(errors_of(result), "ConvertTo-Json -Depth 10")) << errors_of(result);
  EXPECT_TRUE(holds(errors_of(result), "(in \"P3\")")) << "P9: the policy is named";
}

// P2
TEST(ExportForms, P2_TheContextOfADocumentTellsWhatItsObjectsAre) {
  const auto result = import_graph({
      {"x/groups.json",
       R"~({"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#groups(id,displayName)","value":[{"id":"g1","displayName":"Break glass"}]})~"},
      {"x/contexts.json",
       R"({"@odata.context":"https://g/v1.0/$metadata#identity/conditionalAccess/authenticationContextClassReferences","value":[{"id":"c7","displayName":"Approve a payment","description":"Above the limit","isAvailable":true}]})"},
      {"x/tou.json",
       R"({"@odata.type":"#microsoft.graph.agreement","id":"t1","displayName":"Guest terms","isViewingBeforeAcceptanceRequired":true})"},
      {"x/device.json",
       R"({"@odata.type":"#microsoft.graph.device","id":"d1","displayName":"Laptop"})"},
      {"x/MigrationTable.json",
       R"({"TenantId":"t","Organization":"o","Objects":[{"Id":"u1","DisplayName":"Ann","Type":"User"},{"Id":"x","DisplayName":"X","Type":"Filter"}]})"},
      {"x/Groups/pilot.json", R"({"id":"g2","displayName":"Pilot"})"},
      {"x/p.json",
       R"({"displayName":"P1","state":"enabled","conditions":{"users":{"includeUsers":["All"],"excludeUsers":["u1"],"excludeGroups":["g1","g2"]},"applications":{"includeAuthenticationContextClassReferences":["c7"]}},"grantControls":{"operator":"AND","builtInControls":["mfa"],"termsOfUse":["t1"]}})"},
  });
  EXPECT_EQ(errors_of(result), "");
  const auto text = text_of(result);
  EXPECT_TRUE(holds(text, "users BreakGlass = group \"g1\"")) << text;
  EXPECT_TRUE(holds(text, "users Pilot = group \"g2\"")) << text;
  EXPECT_TRUE(holds(text, "users Ann = user \"u1\"")) << text;
  EXPECT_TRUE(holds(text, "context ApproveAPayment = \"c7\" \"Approve a payment\"")) << text;
  EXPECT_TRUE(holds(text, "# terms of use t1: Guest terms")) << text;
  EXPECT_TRUE(holds(findings_of(result, FindingLevel::kNote), "x/device.json: $: left alone"));
}

TEST(ExportForms, P2_OnlyAPageThatIsMissingIsAnError) {
  const std::string context =
      R"("@odata.context":"https://graph.microsoft.com/v1.0/$metadata#conditionalAccess/policies")";
  const auto page = [&](std::string_view name, bool more) {
    return fmt::format(R"({{{}{},"value":[{}]}})", context,
                       more ? R"(,"@odata.nextLink":"https://x")" : "", policy("", name));
  };
  const auto both = import_graph({{"x/1.json", page("A", true)}, {"x/2.json", page("B", false)}});
  EXPECT_EQ(errors_of(both), "");
  EXPECT_EQ(both.policies, 2U);
  const auto one = import_graph({{"x/1.json", page("A", true)}});
  EXPECT_TRUE(holds(errors_of(one), "x/1.json: $.@odata.nextLink")) << errors_of(one);
  EXPECT_TRUE(one.files.empty());
  // The last page of another list is not the last one of this.
  EXPECT_NE(
      errors_of(import_graph({{"x/1.json", page("A", true)}, {"y/2.json", page("B", false)}})), "");
}

TEST(ExportForms, P2_WithTheWholeListOfGroupsThoseThatAreGoneAreNamed) {
  const GraphFile groups{
      "groups.json",
      R"({"@odata.context":"https://g/v1.0/$metadata#groups","value":[{"id":"g1","displayName":"One"}]})"};
  const GraphFile policies{
      "p.json", policy("", "P1", R"("includeUsers":["All"],"excludeGroups":["g1","gone"])")};
  EXPECT_TRUE(holds(warnings_of(import_graph({groups, policies})), "group gone is in no list"));
  EXPECT_EQ(warnings_of(import_graph({policies})), "") << "nothing is known without a list";
}

TEST(ExportForms, P2_WhatIsPlainlySomethingElseIsNoErrorAndNothingButThatIs) {
  const GraphFile other{"other.json", R"({"name":"package","version":"1"})"};
  EXPECT_EQ(errors_of(import_graph({other, {"p.json", policy()}})), "");
  EXPECT_TRUE(holds(errors_of(import_graph({other})), "there is no policy"));
  for (const auto* near :
       {R"({"displayName":"P","state":"enabled","condition":{}})",
        R"({"@odata.type":"#microsoft.graph.conditionalAccessPolicyPlan","id":"1"})",
        R"({"format_version":"1.0","values":{}})"}) {
    EXPECT_NE(errors_of(import_graph({{"x.json", near}, {"p.json", policy()}})), "") << near;
  }
}

// P3
TEST(ExportForms, P3_RoundTripsLeaveNamesOutAndReadOneAsAListOfOne) {
  const auto text = policy(
      R"(,"clientAppTypes":"all","signInRiskLevels":"high","platforms":{"includePlatforms":"iOS"})",
      "P1", R"("includeUsers":"All","excludeGroups":"g1")",
      R"("operator":"OR","builtInControls":"mfa")");
  const auto trip = check_round_trip(
      "x",
      {{"a.json",
        "[" + text +
            R"(,{"@odata.type":"#microsoft.graph.group","id":"g1","displayName":"Break glass"}])"}});
  EXPECT_EQ(trip.problems, std::vector<std::string>{});
  EXPECT_EQ(trip.policies, 1U);
  EXPECT_EQ(trip.locations, 0U);
  EXPECT_EQ(trip.equal, 1U);
}

// P4
TEST(ExportForms, P4_WhatWouldNotCompileIsFoundAtImport) {
  const auto beside = policy(
      "", "Both", R"("includeUsers":["All"])",
      R"("operator":"OR","builtInControls":["mfa"],"authenticationStrength":{"id":"00000000-0000-0000-0000-000000000002"})");
  const auto principals =
      R"({"displayName":"SP","state":"enabled","conditions":{"clientApplications":{"includeServicePrincipals":["s1"]},"applications":{"includeApplications":["All"]}},"grantControls":{"operator":"OR","builtInControls":["mfa"]}})";
  EXPECT_TRUE(holds(errors_of(import_text(beside)), "mfa and an authentication strength"));
  EXPECT_TRUE(holds(errors_of(import_text(principals)), "can only block"));
  // Nothing of ours foresees this one: the compiler says it (G0422).
  const auto filtered = policy(
      R"(,"devices":{"deviceFilter":{"mode":"include","rule":"device.isCompliant -eq True"}})",
      "Filter");
  const auto all = fmt::format("[{},{},{},{}]", beside, principals, filtered, policy());
  const auto partial =
      import_graph({{"a.json", all}}, {.partial = true, .tenant = TenantKind::kExternalId});
  EXPECT_EQ(partial.policies, 1U) << errors_of(partial);
  EXPECT_EQ(partial.left_out, 3U);
  EXPECT_TRUE(holds(errors_of(partial), "(G0422)")) << errors_of(partial);
  EXPECT_TRUE(export_graph(sources_of(partial)).ok());
}

TEST(ExportForms, P4_ExportLeavesOutWhatUsesWhatIsLeftOut) {
  const auto result = export_graph(
      {{"a.gate",
        "locations Mixed = ip \"203.0.113.0/24\", country AT\n"
        "policy \"A\" {\n users include all\n target include all apps\n"
        " when location in Mixed\n grant block\n}\n"
        "policy \"B\" {\n users include all\n target include all apps\n grant block\n}\n"}});
  EXPECT_FALSE(result.ok());
  EXPECT_FALSE(result.fatal);
  EXPECT_EQ(result.left_out, 2U);
  ASSERT_EQ(result.model.policies.size(), 1U);
  EXPECT_EQ(result.model.policies[0].name, "B");
  EXPECT_TRUE(export_graph({{"a.gate",
                             "default deny\npolicy \"B\" {\n users include all\n target include "
                             "all apps\n grant block\n}\n"}})
                  .fatal)
      << "without it the rest would let more in";
}

// P5
TEST(ExportForms, P5_AllTrustedWithoutATrustedLocationIsWarnedOf) {
  const auto text =
      policy(R"(,"locations":{"includeLocations":["All"],"excludeLocations":["AllTrusted"]})");
  EXPECT_TRUE(holds(warnings_of(import_text(text)), "nothing is"));
  EXPECT_EQ(
      warnings_of(import_text(
          "[" + text + R"(,{"displayName":"HQ","isTrusted":true,"ipRanges":["203.0.113.0/24"]}])")),
      "");
}

// P6, conditional-access 1.2
TEST(ExportForms, P6_ACompliantNetworkHasNoAddresses) {
  const std::string network =
      R"({"@odata.type":"#microsoft.graph.compliantNetworkNamedLocation","id":"3d46dbda-8382-466a-856d-eb00cbc6b910","displayName":"All Compliant Network locations","compliantNetworkType":"allTenantCompliantNetworks","isTrusted":true})";
  const auto with = [&](std::string_view lists) {
    return "[" + network + "," + policy(fmt::format(R"(,"locations":{{{}}})", lists)) + "]";
  };
  const auto excluded = with(
      R"("includeLocations":["All"],"excludeLocations":["3d46dbda-8382-466a-856d-eb00cbc6b910"])");
  EXPECT_EQ(errors_of(import_text(excluded)), "");
  expect_equal_round_trip({{"a.json", excluded}});
  EXPECT_TRUE(holds(errors_of(import_text(
                        with(R"("includeLocations":["3d46dbda-8382-466a-856d-eb00cbc6b910"])"))),
                    "cannot be included"));
}

// P6, conditional-access 1.1, 13
TEST(ExportForms, P6_EnumeratedTenantsWithoutAnyExcludeNobody) {
  const auto guests = [](std::string_view side) {
    return policy(
        "", "P1",
        fmt::format(
            R"("includeUsers":["All"],"{}GuestsOrExternalUsers":{{"guestOrExternalUserTypes":"serviceProvider","externalTenants":{{"@odata.type":"#microsoft.graph.conditionalAccessEnumeratedExternalTenants","membershipKind":"enumerated"}}}})",
            side));
  };
  const auto excluded = import_text(guests("exclude"));
  EXPECT_EQ(errors_of(excluded), "");
  EXPECT_TRUE(holds(warnings_of(excluded), "no guest is excluded"));
  EXPECT_FALSE(holds(text_of(excluded), "guests"));
  EXPECT_TRUE(holds(errors_of(import_text(guests("include"))), "Invoke-MgGraphRequest"));
  const auto lost = policy(
      "", "P1",
      R"("includeUsers":["All"],"excludeGuestsOrExternalUsers":{"guestOrExternalUserTypes":"serviceProvider","externalTenants":{"@odata.type":"#microsoft.graph.conditionalAccessEnumeratedExternalTenants","membershipKind":null}})");
  EXPECT_FALSE(holds(text_of(import_text(lost)), "guests"))
      << "not every tenant, though the kind is gone";
}

// P6, conditional-access 1.6
TEST(ExportForms, P6_TimesInTheirPublishedShape) {
  const auto times = [](std::string_view shape) {
    return policy(fmt::format(R"(,"times":{})", shape));
  };
  const std::string night =
      R"({"includeAllTimes":false,"includeDays":{"daysOfWeek":["friday","sunday"],"allDay":false,"startTime":"22:00:00","endTime":"05:00:00","timeZone":"Pacific Standard Time"},"excludeDays":{"daysOfWeek":["monday"],"startTime":"00:00:00","endTime":"01:00:00","timeZone":"Pacific Standard Time"},"includeRange":null,"excludeRange":null})";
  const auto result = import_text(times(night));
  EXPECT_EQ(errors_of(result), "");
  EXPECT_TRUE(
      holds(text_of(result), "now.weekday in [monday, saturday] in \"America/Los_Angeles\""))
      << text_of(result);
  expect_equal_round_trip({{"a.json", times(night)}});
  for (
      const auto* shape :
      {R"({"includeDays":{"daysOfWeek":["monday"],"allDay":true,"startTime":"09:00:00","endTime":"10:00:00","timeZone":"+02"}})",
       R"({"includeDays":{"daysOfWeek":["monday","tuesday","wednesday","thursday","friday","saturday","sunday"],"startTime":"22:00:00","endTime":"05:00:00","timeZone":"UTC"}})",
       R"({"includeAllTimes":true,"includeDays":{"daysOfWeek":["monday"],"timeZone":"UTC"}})"}) {
    EXPECT_EQ(errors_of(import_text(times(shape))), "") << shape;
    expect_equal_round_trip({{"a.json", times(shape)}});
  }
  for (
      const auto* shape :
      {R"({"includeDays":["monday"],"startTime":"09:00"})",
       R"({"includeDays":{"daysOfWeek":["monday"],"timeZone":"Moon Standard Time"}})",
       R"({"includeRange":{"startDateTime":"2026-01-01","endDateTime":"2026-02-01"}})",
       R"({"includeDays":{"daysOfWeek":["monday"],"startTime":"09:00:00","endTime":"09:00:00","timeZone":"UTC"}})"}) {
    EXPECT_NE(errors_of(import_text(times(shape))), "") << shape;
  }
  EXPECT_EQ(zone_of("+05"), "Etc/GMT-5");
  EXPECT_EQ(zone_of("-08:00"), "Etc/GMT+8");
  EXPECT_EQ(zone_of("+05:30"), "") << "no zone of whole hours";
}

// P7
TEST(ExportForms, P7_NamesKeepTheirLetters) {
  EXPECT_EQ(identifier_from("Büro Köln", "Location"), "BüroKöln");
  EXPECT_EQ(identifier_from("für außen östlich", "X"), "FürAußenÖstlich");
  EXPECT_EQ(identifier_from("本社", "Location"), "本社");
  EXPECT_EQ(identifier_from("大阪 支社", "Location"), "大阪_支社");
  EXPECT_EQ(identifier_from("офис Москва", "Location"), "ОфисМосква");
  EXPECT_EQ(identifier_from("本社 Office", "Location"), "Office") << "one script in a name";
  EXPECT_EQ(identifier_from("🔥", "Location"), "Location");
  EXPECT_EQ(slug("管理者に多要素認証"), "管理者に多要素認証");
  EXPECT_EQ(slug(std::string(60, 'a') + " " + std::string(60, 'b')), std::string(60, 'a'));
  const auto result = import_text(
      R"([{"id":"l1","displayName":"本社 Office","ipRanges":["203.0.113.0/24"],"note":"Haupt"},)" +
      policy(R"(,"locations":{"includeLocations":["l1"]})", "P1",
             R"("includeUsers":["All"],"excludeGroups":["g1"])") +
      R"(,{"@odata.type":"#microsoft.graph.group","id":"g1","displayName":"Geschäftsführung"}])");
  EXPECT_EQ(errors_of(result), "");
  EXPECT_TRUE(holds(text_of(result), "## 本社 Office\n## Haupt\nlocations Office"))
      << text_of(result);
  EXPECT_TRUE(holds(text_of(result), "## Geschäftsführung\nusers Geschäftsführung = group"))
      << text_of(result);
  const auto back = export_graph(sources_of(result), result.files.back().text);
  ASSERT_EQ(back.model.locations.size(), 1U);
  EXPECT_EQ(back.model.locations[0].note, "Haupt");
}

// P8
TEST(ExportForms, P8_AGroupOfSeveralPoliciesGetsAName) {
  const auto users =
      R"("includeUsers":["All"],"excludeGroups":["e2a4f1b0-1111-4111-8111-111111111111"])";
  const auto result =
      import_text("[" + policy("", "A", users) + "," + policy("", "B", users) + "]");
  const auto text = text_of(result);
  EXPECT_TRUE(holds(text, "users GroupE2a4f1b0 = group \"e2a4f1b0-1111-4111-8111-111111111111\""))
      << text;
  EXPECT_EQ(text.find("e2a4f1b0-"), text.rfind("e2a4f1b0-"));
}

// P9
TEST(ExportForms, P9_AdviceSaysWhatToDo) {
  EXPECT_TRUE(holds(
      errors_of(import_text(policy(R"(,"platforms":{"includePlatforms":["unknownFutureValue"]})"))),
      "Prefer: include-unknown-enum-members"));
  EXPECT_TRUE(holds(errors_of(import_text("PK\x03\x04zip")), "unpack"));
  EXPECT_TRUE(holds(errors_of(import_text("Name;State\nA;on\n")), "CSV"));
  EXPECT_TRUE(
      holds(errors_of(import_text("resource \"azuread_conditional_access_policy\" \"x\" {}")),
            "Terraform"));
  EXPECT_TRUE(holds(errors_of(import_text("{\"displayName\":\"B\xFCro\"}")), "UTF-8"));
  const auto lines = import_text(policy("", "A") + "\n" + policy("", "B") + "\n");
  EXPECT_EQ(errors_of(lines), "");
  EXPECT_EQ(lines.policies, 2U);
  EXPECT_TRUE(holds(errors_of(import_text(policy("", "A") + "\n{\"x\":\n")), "in line 2"));
}

}  // namespace
}  // namespace gate::graph
