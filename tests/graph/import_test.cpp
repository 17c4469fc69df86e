// The irregularities of published exports (conditional-access 9), hostile input and the limits.

#include "compiler/graph/import.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "compiler/graph/limits.h"

namespace gate::graph {
namespace {

/// A policy that everybody would import, with room for one more member at each place.
std::string policy(std::string_view conditions = "", std::string_view top = "",
                   std::string_view grant = R"("operator":"OR","builtInControls":["mfa"])") {
  return fmt::format(
      R"({{"id":"p1","displayName":"P1","state":"enabled"{},"conditions":{{"users":{{"includeUsers":["All"]}},)"
      R"("applications":{{"includeApplications":["All"]}}{}}},"grantControls":{{{}}}}})",
      top, conditions, grant);
}

ImportResult import_one(std::string bytes, const ImportOptions& options = {}) {
  return import_graph({{"a.json", std::move(bytes)}}, options);
}

std::string file_of(const ImportResult& result, std::string_view name) {
  const auto found = std::ranges::find(result.files, name, &OutputFile::name);
  return found == result.files.end() ? std::string() : found->text;
}

std::string first_error(const ImportResult& result) {
  for (const auto& finding : result.findings) {
    if (finding.level == FindingLevel::kError) {
      return to_text(finding);
    }
  }
  return {};
}

std::string utf16(std::string_view ascii, bool little_endian, bool mark) {
  std::string out = mark ? (little_endian ? "\xFF\xFE" : "\xFE\xFF") : "";
  for (const char c : ascii) {
    out += little_endian ? c : '\0';
    out += little_endian ? '\0' : c;
  }
  return out;
}

TEST(Import, WritesAReadableBlock) {
  const auto result = import_one(policy(
      R"(,"signInRiskLevels":["high","medium"],"platforms":{"includePlatforms":["all"],"excludePlatforms":["iOS"]})"));
  EXPECT_EQ(first_error(result), "");
  EXPECT_EQ(file_of(result, "policies/p1.gate"),
            "policy \"P1\" {\n"
            "  id       \"p1\"\n"
            "  state    on\n"
            "  users    include all\n"
            "  target   include all apps\n"
            "  when     sign_in_risk >= medium and platform not in [ios]\n"
            "  grant    require mfa\n"
            "}\n");
}

TEST(Import, EveryEncodingGivesTheSameText) {
  const auto plain = file_of(import_one(policy()), "policies/p1.gate");
  ASSERT_NE(plain, "");
  const auto text = policy();
  for (const auto& bytes :
       {"\xEF\xBB\xBF" + text, utf16(text, true, true), utf16(text, false, true),
        utf16(text, true, false), utf16(text, false, false)}) {
    EXPECT_EQ(file_of(import_one(bytes), "policies/p1.gate"), plain);
  }
}

// conditional-access 1.3: the portal requires all selected controls unless told otherwise.
TEST(Import, ControlsWithoutAnOperatorAreAllRequired) {
  const auto result = import_one(policy("", "", R"("builtInControls":["mfa","compliantDevice"])"));
  EXPECT_EQ(first_error(result), "");
  EXPECT_NE(file_of(result, "policies/p1.gate").find("require all of"), std::string::npos)
      << file_of(result, "policies/p1.gate");
}

// conditional-access 9: enumerators in any case; contexts are c1 to c99.
TEST(Import, ContextsAreSpelledInLowerCase) {
  auto text = policy();
  const std::string apps = R"("includeApplications":["All"])";
  text.replace(text.find(apps), apps.size(),
               R"("includeAuthenticationContextClassReferences":["C1"])");
  const auto result = import_one(text);
  EXPECT_EQ(first_error(result), "");
  bool found = false;
  for (const auto& file : result.files) {
    EXPECT_EQ(file.text.find("\"C1\""), std::string::npos) << file.text;
    found = found || file.text.find("\"c1\"") != std::string::npos;
  }
  EXPECT_TRUE(found);
}

std::string strength(std::string_view combinations, std::string_view limits) {
  return policy("", "",
                fmt::format(R"("operator":"OR","authenticationStrength":{{"id":"s1","displayName":)"
                            R"("Ours","allowedCombinations":{},"combinationConfigurations":{}}})",
                            combinations, limits));
}

std::string all_files(const ImportResult& result) {
  std::string out;
  for (const auto& file : result.files) {
    out += file.text;
  }
  return out;
}

// conditional-access 1.5: a limit on a method holds where the method is one of a pair.
TEST(Import, ALimitOnAMethodReachesThePairsThatHoldIt) {
  const auto result = import_one(strength(
      R"(["password,x509CertificateSingleFactor"])",
      R"([{"appliesToCombinations":["x509CertificateSingleFactor"],"allowedIssuerSkis":["9A4248C6"]}])"));
  EXPECT_EQ(first_error(result), "");
  EXPECT_NE(all_files(result).find("[password, x509_single_factor(issuer \"9A4248C6\")]"),
            std::string::npos)
      << all_files(result);
}

// conditional-access 1.5: of several limits on a combination every one holds.
TEST(Import, SeveralLimitsOnACombinationAllHold) {
  const auto both = [](std::string_view first, std::string_view second) {
    return import_one(strength(
        R"(["fido2"])", fmt::format(R"([{{"appliesToCombinations":["fido2"],"allowedAAGUIDs":{}}},)"
                                    R"({{"appliesToCombinations":["fido2"],"allowedAAGUIDs":{}}}])",
                                    first, second)));
  };
  const auto common = both(R"(["aa","cc"])", R"(["CC","bb"])");
  EXPECT_EQ(first_error(common), "");
  EXPECT_NE(all_files(common).find("[fido2(aaguid \"cc\")]"), std::string::npos)
      << all_files(common);
  EXPECT_NE(first_error(both(R"(["aa"])", R"(["bb"])")).find("combinationConfigurations[1]"),
            std::string::npos);
}

TEST(Import, CombinationsInAnySpelling) {
  const auto spaced =
      import_one(strength(R"([" password , SMS","FIDO2 "])",
                          R"([{"appliesToCombinations":[" Fido2"],"allowedAAGUIDs":["aa"]}])"));
  EXPECT_EQ(first_error(spaced), "");
  EXPECT_NE(all_files(spaced).find("any of [password, sms_otp], [fido2(aaguid \"aa\")]"),
            std::string::npos)
      << all_files(spaced);
  EXPECT_NE(first_error(import_one(strength(R"(["fido2","password,pigeon"])", "[]")))
                .find("allowedCombinations[1]: \"pigeon\""),
            std::string::npos);
}

// conditional-access 1.1: no kind of guest selects no user, whatever the tenants.
TEST(Import, GuestsOfNoKindSelectNoUser) {
  const auto guests = [](std::string_view kinds, std::string_view tenants) {
    constexpr std::string_view kAll = R"("includeUsers":["All"])";
    auto document = policy();
    document.replace(document.find(kAll), kAll.size(),
                     fmt::format(R"("includeUsers":["u1"],"includeGuestsOrExternalUsers":{{)"
                                 R"("guestOrExternalUserTypes":{},"externalTenants":{}}})",
                                 kinds, tenants));
    return import_one(document);
  };
  const auto none = guests(R"("none")", R"({"membershipKind":"all"})");
  EXPECT_EQ(first_error(none), "");
  EXPECT_EQ(all_files(none).find("guests"), std::string::npos) << all_files(none);
  EXPECT_NE(first_error(guests("\"\"", R"({"membershipKind":"enumerated","members":["t"]})"))
                .find("guestOrExternalUserTypes"),
            std::string::npos);
}

TEST(Import, BrokenUtf16IsAnError) {
  EXPECT_NE(first_error(import_one(utf16(policy(), true, true) + "x")), "");
  EXPECT_NE(first_error(import_one(std::string("\xFF\xFE\x00\xD8{\x00", 6))), "");
}

TEST(Import, AnArrayAWrappedResponseAndASingleObjectAreTheSame) {
  const auto plain = file_of(import_one(policy()), "policies/p1.gate");
  EXPECT_EQ(file_of(import_one("[" + policy() + "]"), "policies/p1.gate"), plain);
  EXPECT_EQ(file_of(import_one(R"({"@odata.context":"x","value":[)" + policy() + "]}"),
                    "policies/p1.gate"),
            plain);
}

TEST(Import, OnePageOfSeveralIsRefused) {
  EXPECT_NE(
      first_error(import_one(R"({"@odata.nextLink":"https://x","value":[)" + policy() + "]}")), "");
}

TEST(Import, KeysAndEnumeratorsInAnyCase) {
  auto text = policy(R"(,"ClientAppTypes":["All"],"PLATFORMS":{"includeplatforms":["IOS"]})", "",
                     R"("operator":"or","builtInControls":["MFA"])");
  const auto at = text.find("grantControls");
  text.replace(at, 13, "GrantControls");
  const auto result = import_one(text);
  EXPECT_EQ(first_error(result), "");
  EXPECT_NE(file_of(result, "policies/p1.gate").find("platform in [ios]"), std::string::npos);
}

TEST(Import, NullEmptyAndAbsentAreTheSame) {
  const auto plain = file_of(import_one(policy()), "policies/p1.gate");
  for (const auto* blank :
       {R"(,"times":null,"signInRiskLevels":[],"devices":null)",
        R"(,"platforms":{},"locations":{"includeLocations":[]},"clientAppTypes":[])"}) {
    EXPECT_EQ(file_of(import_one(policy(blank)), "policies/p1.gate"), plain) << blank;
  }
}

TEST(Import, AnnotationsAreNotContent) {
  const auto plain = file_of(import_one(policy()), "policies/p1.gate");
  EXPECT_EQ(
      file_of(import_one(policy(R"(,"@odata.type":"#x","clientAppTypes@odata.type":"#y")",
                                R"(,"@odata.id":"x","#microsoft.graph.restore":{"title":"t"})")),
              "policies/p1.gate"),
      plain);
}

TEST(Import, WhatIsNotUnderstoodIsAnErrorWithItsPath) {
  const auto result =
      import_one(policy(R"(,"times":{"includeAllTimes":true,"includedRanges":"x"})"));
  EXPECT_TRUE(result.files.empty());
  EXPECT_NE(first_error(result).find("a.json: $.conditions.times.includedRanges: "),
            std::string::npos)
      << first_error(result);
  EXPECT_NE(first_error(import_one(policy("", R"(,"newThing":1)"))).find("$.newThing"),
            std::string::npos);
  EXPECT_NE(first_error(import_one(policy(R"(,"signInRiskLevels":["extreme"])")))
                .find("$.conditions.signInRiskLevels"),
            std::string::npos);
}

TEST(Import, PartialImportsTheRestAndCountsWhatIsLeftOut) {
  auto other = policy(R"(,"times":{"x":"y"})");
  other.replace(other.find("\"P1\""), 4, "\"P2\"");
  const auto text = "[" + policy() + "," + other + "]";
  EXPECT_TRUE(import_one(text).files.empty());
  const auto partial = import_one(text, {.partial = true});
  EXPECT_EQ(partial.policies, 1U);
  EXPECT_EQ(partial.left_out, 1U);
  EXPECT_NE(first_error(partial).find("$[1].conditions.times"), std::string::npos);
  EXPECT_NE(file_of(partial, "policies/p1.gate"), "");
}

TEST(Import, AKeyThatStandsTwiceIsRefused) {
  EXPECT_NE(first_error(import_one(R"({"state":"enabled","state":"disabled"})")).find("twice"),
            std::string::npos);
  EXPECT_NE(first_error(import_one(R"({"state":"enabled","State":"disabled"})")).find("twice"),
            std::string::npos);
}

TEST(Import, MalformedJsonNamesLineAndColumn) {
  EXPECT_NE(first_error(import_one("{\n  \"a\": ,\n}")).find("line 2, column"), std::string::npos);
  EXPECT_NE(first_error(import_one(policy().substr(0, 40))), "");
  EXPECT_NE(first_error(import_one(policy() + " {}")), "");
  EXPECT_NE(first_error(import_one("")), "");
  EXPECT_NE(first_error(import_one("42")), "");
}

TEST(Import, NestingIsBounded) {
  const auto nested = [](std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
  };
  EXPECT_EQ(first_error(import_one(nested(kGraphDepthMax))).find("not JSON"), std::string::npos);
  EXPECT_NE(first_error(import_one(nested(kGraphDepthMax + 1))).find("not JSON"),
            std::string::npos);
  EXPECT_NE(first_error(import_one(std::string(100'000, '['))), "");
}

TEST(Import, AFileIsBounded) {
  const auto text = policy();
  EXPECT_EQ(first_error(import_one(text + std::string(kGraphFileBytesMax - text.size(), ' '))), "");
  EXPECT_NE(first_error(import_one(text + std::string(kGraphFileBytesMax - text.size() + 1, ' '))),
            "");
}

TEST(Import, TwoPoliciesOfOneNameAndIdAreKeptApart) {
  const auto result = import_one("[" + policy() + "," + policy() + "]");
  EXPECT_EQ(first_error(result), "");
  const auto second = file_of(result, "policies/p1-2.gate");
  EXPECT_NE(second.find("policy \"P1 (2)\""), std::string::npos) << second;
  EXPECT_NE(second.find("id       \"p1#2\""), std::string::npos);
}

TEST(Import, NoUserAndNoTargetAreWarnedOf) {
  const auto result = import_one(
      R"({"displayName":"T","state":"disabled","conditions":{"users":{"includeUsers":["None"]},)"
      R"("applications":{}},"grantControls":{"operator":"OR","builtInControls":["block"]}})");
  const auto text = file_of(result, "policies/t.gate");
  EXPECT_NE(text.find("users    include none\n"), std::string::npos) << text;
  EXPECT_NE(text.find("target   include none\n"), std::string::npos) << text;
  EXPECT_EQ(2, std::ranges::count(result.findings, FindingLevel::kWarning, &Finding::level));
}

TEST(Import, RolesAndDirectoryObjectsGetNames) {
  const auto text =
      R"([{"@odata.type":"#microsoft.graph.group","id":"g-1","displayName":"Break glass"},
    {"displayName":"P1","state":"enabled","conditions":{"users":{
      "includeRoles":["62e90394-69f5-4237-9190-012177145e10"],"excludeGroups":["g-1","<RING>"]},
      "applications":{"includeApplications":["00000002-0000-0ff1-ce00-000000000000"]}},
      "grantControls":{"operator":"OR","builtInControls":["mfa"]}}])";
  const auto result = import_one(text);
  EXPECT_EQ(first_error(result), "");
  EXPECT_EQ(file_of(result, "directory.gate"),
            "users BreakGlass = group \"g-1\"\n"
            "users GlobalAdministrator = role \"62e90394-69f5-4237-9190-012177145e10\"\n"
            "apps ExchangeOnline = app \"00000002-0000-0ff1-ce00-000000000000\"\n");
  const auto policy_text = file_of(result, "policies/p1.gate");
  EXPECT_NE(policy_text.find(
                "include GlobalAdministrator\n           exclude BreakGlass, group \"<RING>\""),
            std::string::npos)
      << policy_text;
}

TEST(Import, LocationsByNameByBareRangesAndByTypeName) {
  const auto text =
      R"([{"name":"ZTCA - Trusted HQ","isTrusted":true,"ipRanges":["52.183.10.25/32"]},
    {"displayName":"Far","locationType":"countryNamedLocation","isTrusted":false,"countriesAndRegions":["KP"],
     "note":"Review yearly"},
    {"displayName":"P1","state":"enabled","conditions":{"users":{"includeUsers":["All"]},
      "applications":{"includeApplications":["All"]},"locations":{"includeLocations":["All"],
      "excludeLocations":["NAME:ZTCA - Trusted HQ","AllTrusted","99999999-0000-0000-0000-000000000000"]}},
      "grantControls":{"operator":"OR","builtInControls":["block"]}}])";
  const auto result = import_one(text);
  EXPECT_EQ(first_error(result), "");
  EXPECT_EQ(file_of(result, "locations.gate"),
            "locations ZTCATrustedHQ = trusted ip \"52.183.10.25/32\"\n"
            "## Review yearly\n"
            "locations Far = country KP\n"
            "locations Location99999999 = none\n");
  EXPECT_NE(file_of(result, "policies/p1.gate")
                .find("location not in [ZTCATrustedHQ, trusted, Location99999999]"),
            std::string::npos);
}

TEST(Import, DeviceStatesAreReadAsTheFilterThatSucceededThem) {
  const auto result = import_one(policy(
      R"(,"devices":{"includeDevices":["All"],"excludeDevices":["Compliant","DomainJoined"]})"));
  EXPECT_EQ(first_error(result), "");
  EXPECT_NE(file_of(result, "policies/p1.gate")
                .find("when     not (device.compliant == true or device.trust_type == server_ad)"),
            std::string::npos);
}

TEST(Import, AnUndefinedStrengthIsAnError) {
  const auto unknown = policy("", "", R"("operator":"OR","authenticationStrength":{"id":"7777"})");
  EXPECT_NE(first_error(import_one(unknown)).find("$.grantControls.authenticationStrength.id"),
            std::string::npos);
  const auto built_in = policy(
      "", "",
      R"("operator":"OR","authenticationStrength":{"id":"00000000-0000-0000-0000-000000000004"})");
  const auto result = import_one(built_in);
  EXPECT_EQ(first_error(result), "");
  EXPECT_EQ(
      file_of(result, "strengths.gate"),
      "strength PhishingResistantMFA = any of [windows_hello], [fido2], [x509_multi_factor]\n");
}

TEST(Import, ImpossibleCombinationsOfControlsAreRefused) {
  EXPECT_NE(first_error(
                import_one(policy("", "", R"("operator":"OR","builtInControls":["block","mfa"])"))),
            "");
  EXPECT_NE(first_error(import_one(policy("", "", R"("operator":"OR")"))), "");
}

TEST(Import, FilesAreWrittenWholeOrNotAtAll) {
  namespace fs = std::filesystem;
  const auto base = fs::path(testing::TempDir()) / fmt::format("gate-import-{}", ::getpid());
  fs::remove_all(base);
  fs::create_directories(base);
  const auto result = import_one(policy());
  ASSERT_TRUE(write_files(base / "out", result.files).has_value());
  EXPECT_TRUE(fs::exists(base / "out/policies/p1.gate"));
  // A second import must not mix with the first.
  EXPECT_FALSE(write_files(base / "out", result.files).has_value());
  // A file that cannot be written takes the others with it.
  const std::vector<OutputFile> impossible = {{"a.gate", "x"}, {"a.gate/b.gate", "y"}};
  EXPECT_FALSE(write_files(base / "other", impossible).has_value());
  EXPECT_EQ(1, std::distance(fs::directory_iterator(base), fs::directory_iterator()));
  fs::remove_all(base);
}

}  // namespace
}  // namespace gate::graph
