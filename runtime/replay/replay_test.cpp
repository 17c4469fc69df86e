#include "runtime/replay/replay.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "runtime/ir/builder.h"
#include "runtime/set/build.h"

namespace gate::replay {
namespace {

constexpr const char* kEntra =
    R"({"createdDateTime":"2026-11-25T10:00:00Z","userId":"amy","userPrincipalName":"amy@x","appId":"a","resourceId":"portal","ipAddress":"203.0.113.7","location":{"countryOrRegion":"AT"},"clientAppUsed":"IMAP4","deviceDetail":{"deviceId":"d1","operatingSystem":"Windows 10","isCompliant":true,"isManaged":false,"trustType":"Hybrid Azure AD joined"},"riskLevelDuringSignIn":"hidden","riskLevelAggregated":"low","authenticationRequirement":"multiFactorAuthentication","authenticationDetails":[{"authenticationMethod":"Password","succeeded":true},{"authenticationMethod":"Text message","succeeded":false}],"conditionalAccessStatus":"success","status":{"errorCode":0},"appliedConditionalAccessPolicies":[{"id":"p1","displayName":"One","result":"success"},{"id":"p2","displayName":"Two","result":"reportOnlyFailure"}]})";

class ReplayTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "gate-replay-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string log(const std::string& text, const char* name = "log.jsonl") {
    const auto path = folder_ / name;
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }
  static Result<Tally> run(const std::vector<std::string>& logs, bool strict = false,
                           unsigned threads = 2, std::size_t remembered = 65'536) {
    Comparer comparer(blocking("eve"), blocking("bob"));
    ReplayOptions options;
    options.logs = logs;
    options.strict = strict;
    options.threads = threads;
    options.remembered = remembered;
    return replay(comparer, options);
  }
  /// A set that blocks one user.
  static std::shared_ptr<const PolicySet> blocking(const char* user) {
    ir::ProgramBuilder b;
    ir::Policy p;
    p.id = std::string("no ") + user;
    p.name = p.id;
    p.include.members = {b.symbol(ir::SymbolKind::kUser, user)};
    p.include_targets.all = true;
    p.condition = b.constant(true);
    ir::Effect block;
    block.block = true;
    p.effect = b.effect(block);
    b.policy(p);
    auto set = build_policy_set(b.finish());
    GATE_CHECK(set, "the set must build");
    return std::move(*set);
  }

  std::filesystem::path folder_;
};

std::uint64_t of(const Tally& tally, Change change) {
  return tally.changes[static_cast<std::size_t>(change)].sign_ins;
}

TEST_F(ReplayTest, SaysWhoIsBlockedAndWhoIsReleased) {
  const auto tally = run(
      {log("{\"user\":\"amy\"}\n{\"user\":\"bob\"}\n{\"user\":\"eve\"}\n{\"user\":\"eve\"}\n")});
  ASSERT_TRUE(tally) << tally.error().message;
  EXPECT_EQ(tally->records, 4U);
  EXPECT_EQ(of(*tally, Change::kNone), 1U);
  EXPECT_EQ(of(*tally, Change::kReleased), 1U);
  const Count& blocked = tally->changes[static_cast<std::size_t>(Change::kNewlyBlocked)];
  EXPECT_EQ(blocked.sign_ins, 2U);
  EXPECT_EQ(blocked.users.count(), 1U);
  ASSERT_EQ(blocked.examples.size(), 2U);
  EXPECT_EQ(blocked.examples[0].place.line, 3U);
  EXPECT_EQ(blocked.examples[0].user, "eve");
}

TEST_F(ReplayTest, ALongNameIsShownWithoutHalfACharacter) {
  std::string name(119, 'a');
  name += "\xC3\xA4 and on";
  Comparer comparer(blocking(name.c_str()), blocking("bob"));
  ReplayOptions options;
  options.logs = {log("{\"user\":\"" + name + "\"}\n")};
  const auto tally = replay(comparer, options);
  ASSERT_TRUE(tally) << tally.error().message;
  const Count& blocked = tally->changes[static_cast<std::size_t>(Change::kNewlyBlocked)];
  ASSERT_EQ(blocked.examples.size(), 1U);
  EXPECT_EQ(blocked.examples[0].user, std::string(119, 'a'));
}

TEST_F(ReplayTest, ManyRecordsGiveTheSameWhateverIsRememberedAndHoweverManyThreads) {
  std::string text;
  for (int i = 0; i < 60'000; ++i) {
    text += "{\"user\":\"" +
            std::string(i % 3 == 0   ? "bob"
                        : i % 3 == 1 ? "eve"
                                     : "amy") +
            "\",\"ip\":\"10.0." + std::to_string(i % 200) + "." + std::to_string(i % 7) + "\"}\n";
  }
  const std::string path = log(text);
  for (const unsigned threads : {1U, 2U, 4U}) {
    for (const std::size_t remembered : {0U, 100U, 65'536U}) {
      const auto tally = run({path}, false, threads, remembered);
      ASSERT_TRUE(tally);
      EXPECT_EQ(of(*tally, Change::kNone), 20'000U);
      EXPECT_EQ(of(*tally, Change::kNewlyBlocked), 20'000U);
      EXPECT_EQ(of(*tally, Change::kReleased), 20'000U);
      EXPECT_EQ(tally->changes[1].examples[0].place.line, 2U);
      EXPECT_LE(tally->distinct, tally->decided);
    }
  }
  EXPECT_LT(run({path}, false, 1)->distinct, 4'300U) << "equal records are decided once";
}

TEST_F(ReplayTest, MalformedLinesAreCountedAndShownOrEndIt) {
  const std::string path =
      log("{\"user\":\"amy\"}\nnonsense\n{\"usr\":1}\n[1]\n{\"user\":\"eve\"}\n");
  const auto tally = run({path});
  ASSERT_TRUE(tally);
  EXPECT_EQ(tally->records, 2U);
  EXPECT_EQ(tally->malformed, 3U);
  ASSERT_EQ(tally->malformed_shown.size(), 3U);
  EXPECT_EQ(tally->malformed_shown[1].place.line, 3U);
  EXPECT_EQ(tally->malformed_shown[1].problem, "$.usr: unknown key");
  const auto strict = run({path}, true);
  ASSERT_FALSE(strict);
  EXPECT_EQ(strict.error().code, ErrorCode::kCorrupt);
  EXPECT_TRUE(strict.error().message.starts_with(path + ":2: $: not JSON"))
      << strict.error().message;
}

TEST_F(ReplayTest, FilesThatCannotBeReadAreNamed) {
  EXPECT_TRUE(run({(folder_ / "nowhere").string()})
                  .error()
                  .message.starts_with((folder_ / "nowhere").string()));
  EXPECT_NE(run({folder_.string()}).error().message.find("folder"), std::string::npos);
  EXPECT_NE(run({log("\xFF\xFE{\0")}).error().message.find("UTF-16"), std::string::npos);
  EXPECT_NE(run({log("\x1F\x8B\x08")}).error().message.find("compressed"), std::string::npos);
}

TEST_F(ReplayTest, AuditRowsAreHeldAgainstWhatTheyRecorded) {
  const auto row = [](const char* user, const char* outcome, const char* facts = nullptr) {
    return std::string("{\"seq\":1,\"type\":\"sign_in\",\"user\":\"") + user +
           "\",\"policy_digest\":\"x\",\"outcome\":\"" + outcome + "\",\"facts\":" +
           (facts != nullptr ? facts
                             : ("{\"user\":\"" + std::string(user) + "\",\"app\":\"a\"}").c_str()) +
           "}\n";
  };
  const std::string path =
      log(row("amy", "allow") + row("eve", "allow") + row("bob", "block") + row("amy", "", "\"\"") +
          row("eve", "challenge",
              "[{\"user\":\"amy\",\"app\":\"a\"},{\"user\":\"eve\",\"app\":\"b\"}]"));
  Comparer comparer(blocking("eve"), nullptr);
  ReplayOptions options;
  options.logs = {path};
  const auto tally = replay(comparer, options);
  ASSERT_TRUE(tally) << tally.error().message;
  EXPECT_EQ(tally->malformed, 0U);
  EXPECT_EQ(of(*tally, Change::kNone), 1U);
  EXPECT_EQ(of(*tally, Change::kNewlyBlocked), 2U);
  EXPECT_EQ(of(*tally, Change::kReleased), 1U);
  ASSERT_EQ(tally->left_out.size(), 1U);
  EXPECT_EQ(tally->left_out[0].second, 1U);
}

TEST_F(ReplayTest, AnEntraRecordTellsItsFacts) {
  facts::LogReader reader;
  const auto read = reader.read(kEntra);
  ASSERT_TRUE(read) << read.error().message;
  const facts::LogRecord& record = **read;
  ASSERT_EQ(record.requests.size(), 1U);
  const SignInRequest& r = record.requests[0];
  EXPECT_EQ(r.user, "amy");
  EXPECT_EQ(r.target, "portal");
  EXPECT_EQ(r.client, ClientApp::kOther);
  EXPECT_EQ(r.platform, Platform::kWindows);
  EXPECT_EQ(r.country, "AT");
  EXPECT_EQ(r.sign_in_risk, Risk::kNone);
  EXPECT_EQ(r.user_risk, Risk::kLow);
  EXPECT_EQ(r.device.trust, DeviceTrust::kServerAd);
  EXPECT_EQ(r.device.compliant, Tristate::kTrue);
  EXPECT_EQ(r.device.managed, Tristate::kFalse);
  ASSERT_EQ(r.completed.size(), 1U);
  EXPECT_EQ(r.completed[0].method, Method::kPassword);
  ASSERT_EQ(r.satisfied.size(), 1U);
  EXPECT_EQ(r.now_unix_s, 1'795'600'800);
  EXPECT_EQ(record.outcome, Outcome::kAllow);
  ASSERT_TRUE(record.knows_policies);
  ASSERT_EQ(record.policies.size(), 1U);
  EXPECT_EQ(record.policies[0].id, "p1");
  const auto bit = [](facts::AbsentFact f) { return 1U << static_cast<unsigned>(f); };
  EXPECT_EQ(record.absent, bit(facts::AbsentFact::kGroups) | bit(facts::AbsentFact::kSignInRisk) |
                               bit(facts::AbsentFact::kUserKind));
}

TEST_F(ReplayTest, AnEntraRecordThatSaysLittleIsStillOne) {
  facts::LogReader reader;
  const auto read = reader.read(
      R"({"properties":{"userPrincipalName":"amy@x","deviceDetail":null,"location":"AT","createdDateTime":"soon","status":{"errorCode":50126},"conditionalAccessStatus":"notApplied"}})");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ((*read)->requests[0].user, "amy@x");
  EXPECT_EQ((*read)->requests[0].country, "AT");
  EXPECT_FALSE((*read)->requests[0].now_unix_s);
  EXPECT_FALSE((*read)->left_out.empty()) << "a wrong password: no policy was asked";
}

/// A record with this status, these policies and this code (conditional-access 11.2).
std::string entra(std::string_view status, std::string_view policies, int code,
                  std::string_view more = "") {
  return R"({"createdDateTime":"2026-06-01T08:00:00Z","userId":"amy","userType":"member","crossTenantAccessType":"none","resourceId":"portal","conditionalAccessStatus":")" +
         std::string(status) + R"(","status":{"errorCode":)" + std::to_string(code) +
         R"(},"appliedConditionalAccessPolicies":)" + std::string(policies) + std::string(more) +
         "}";
}
std::string policy(std::string_view result, std::string_view controls) {
  return R"({"id":"p1","result":")" + std::string(result) + R"(","enforcedGrantControls":)" +
         std::string(controls) + "}";
}

/// "allow", "challenge", "block", or why it is left out.
std::string outcome_of(const std::string& json) {
  facts::LogReader reader;
  const auto read = reader.read(json);
  if (!read) {
    return read.error().message;
  }
  const facts::LogRecord& record = **read;
  return !record.left_out.empty() ? "left out: " + std::string(record.left_out)
         : record.outcome         ? std::string(name(*record.outcome))
                                  : "no result";
}

// P11, conditional-access 11.2: each row of the table.
TEST_F(ReplayTest, P11_TheRecordItselfSaysWhatItProves) {
  const auto one = [](std::string_view result, std::string_view controls) {
    return "[" + policy(result, controls) + "]";
  };
  EXPECT_EQ(outcome_of(entra("failure", one("failure", R"(["Block"])"), 53003)), "block");
  for (const int code : {50074, 50076, 500121, 50072, 50158}) {
    EXPECT_EQ(outcome_of(entra("failure", one("failure", R"(["Mfa"])"), code)), "challenge");
  }
  EXPECT_EQ(outcome_of(entra("failure", one("failure", "[]"), 500121)), "challenge")
      << "a strength has no word";
  EXPECT_EQ(outcome_of(entra("failure", one("failure", "[]"), 53003)), "block")
      << "where no control is named, the code is the only hint";
  EXPECT_EQ(
      outcome_of(entra("failure", one("failure", R"(["Mfa","RequireCompliantDevice"])"), 53000)),
      "block");
  EXPECT_EQ(outcome_of(entra("failure", one("failure", R"(["RequireCompliantDevice"])"), 53000)),
            "block");
  EXPECT_TRUE(outcome_of(entra("failure", one("failure", R"(["RequireCompliantDevice"])"), 50097))
                  .starts_with("left out"));
  for (const int code : {0, 50140, 65001, 50105}) {
    EXPECT_EQ(outcome_of(entra("success", one("success", R"(["Mfa"])"), code)), "allow") << code;
  }
  EXPECT_EQ(outcome_of(entra("success", one("notApplied", R"(["Block"])"), 0)), "allow");
  EXPECT_EQ(outcome_of(entra("success", one("reportOnlyFailure", R"(["Block"])"), 0)), "allow");
  EXPECT_EQ(outcome_of(entra("notApplied", "[]", 0)), "allow");
  EXPECT_TRUE(outcome_of(entra("notApplied", "[]", 50126)).starts_with("left out"));
  EXPECT_TRUE(outcome_of(entra("failure", "[]", 53003)).starts_with("left out"));
  // Before 2019 in numbers.
  EXPECT_EQ(
      outcome_of(
          R"({"createdDateTime":"x","userId":"a","userType":"member","conditionalAccessStatus":1,"status":{"errorCode":50074},"appliedConditionalAccessPolicies":[{"id":"p","result":1,"enforcedGrantControls":["Mfa"]}]})"),
      "challenge");
}

bool proves_mfa(const std::string& json) {
  facts::LogReader reader;
  const auto read = reader.read(json);
  return read && !(*read)->requests.empty() && !(*read)->requests[0].satisfied.empty();
}

// P11, conditional-access 11.1
TEST_F(ReplayTest, P11_MfaIsProvenByWhatWasMetOrDone) {
  const std::string met = "[" + policy("success", R"(["Mfa"])") + "]";
  EXPECT_TRUE(proves_mfa(entra("success", met, 50140))) << "stay signed in? comes behind it";
  EXPECT_FALSE(proves_mfa(
      entra("success", "[" + policy("success", R"(["Mfa","CompliantDevice"])") + "]", 0)))
      << "one of several: which one is not told";
  EXPECT_FALSE(proves_mfa(entra("failure", "[" + policy("failure", R"(["Mfa"])") + "]", 500121,
                                R"(,"authenticationRequirement":"multiFactorAuthentication")")));
  const auto step = [](std::string_view detail) {
    return R"(,"authenticationRequirement":"multiFactorAuthentication","authenticationDetails":[{"authenticationMethod":"Previously satisfied","succeeded":true,"authenticationStepResultDetail":")" +
           std::string(detail) + R"("}])";
  };
  EXPECT_TRUE(proves_mfa(
      entra("notApplied", "[]", 0, step("MFA requirement satisfied by claim in the token"))));
  EXPECT_FALSE(
      proves_mfa(entra("notApplied", "[]", 0, step("MFA requirement skipped due to IP address"))));
}

// P12, conditional-access 12
TEST_F(ReplayTest, P12_TimesOfEveryForm) {
  const auto time = [](std::string_view text) {
    facts::LogReader reader;
    const auto read =
        reader.read(R"({"userId":"a","createdDateTime":")" + std::string(text) + R"("})");
    return read ? (*read)->requests[0].now_unix_s : std::nullopt;
  };
  const std::int64_t at = 1'795'600'800;
  for (const auto* text :
       {"2026-11-25T10:00:00Z", "2026-11-25T10:00:00.5522137Z", "2026-11-25T10:00:00+00:00",
        "2026-11-25T10:00:00.5522137+00:00", "2026-11-25T11:30:00+01:30",
        "2026-11-25T05:00:00-05:00", "/Date(1795600800000)/", "/Date(1795600800123+0100)/"}) {
    EXPECT_EQ(time(text), at) << text;
  }
  for (const auto* text : {"2026-11-25T10:00:00", "2026-11-25T10:00:00+", "2026-11-25T10:00:00.Z",
                           "2026-11-25T10:00:00+99:00", "/Date(x)/", "/Date(1", "2026-11-25"}) {
    EXPECT_FALSE(time(text)) << text;
  }
}

// P14, conditional-access 2.10
TEST_F(ReplayTest, P14_EveryAppThatWasEvaluatedIsATarget) {
  facts::LogReader reader;
  const std::vector<std::pair<std::string, std::string>> more = {{"OURS", "office365"}};
  reader.add_suites(more);
  const auto read = reader.read(entra(
      "success", "[]", 0,
      R"(,"conditionalAccessAudiences":["00000003-0000-0FF1-CE00-000000000000",{"applicationId":"ours"},"portal"])"));
  ASSERT_TRUE(read) << read.error().message;
  const auto& requests = (*read)->requests;
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_EQ(requests[0].target, "portal");
  EXPECT_TRUE(requests[0].app_groups.empty());
  for (const std::size_t i : {1U, 2U}) {
    ASSERT_EQ(requests[i].app_groups.size(), 1U);
    EXPECT_EQ(requests[i].app_groups[0], "office365");
  }
}

// P29
TEST_F(ReplayTest, P29_WhatCannotBeReadIsNoLenientGuess) {
  facts::LogReader reader;
  auto read = reader.read(entra(
      "success", "[]", 0, R"(,"riskLevelDuringSignIn":"severe","riskLevelAggregated":"hidden")"));
  ASSERT_TRUE(read);
  EXPECT_EQ((*read)->requests[0].sign_in_risk, Risk::kHigh);
  EXPECT_EQ((*read)->requests[0].user_risk, Risk::kNone) << "conditional-access 2.4: not supplied";
  EXPECT_NE((*read)->absent & 1U << static_cast<unsigned>(facts::AbsentFact::kSignInRisk), 0U);
  for (
      const auto* odd :
      {R"({"userId":"a","createdDateTime":"x","userType":"robot"})",
       R"({"userId":"a","createdDateTime":"x","userType":"guest","crossTenantAccessType":"microsoftSupport"})"}) {
    EXPECT_TRUE(outcome_of(odd).starts_with("left out: sign-ins of a kind of user")) << odd;
  }
  read = reader.read(R"({"userId":"a","createdDateTime":"x"})");
  EXPECT_NE((*read)->absent & 1U << static_cast<unsigned>(facts::AbsentFact::kUserKind), 0U);
}

TEST_F(ReplayTest, TheAnswerOfGraphIsHeldAgainstItsRecord) {
  Comparer comparer(blocking("amy"), nullptr);
  ReplayOptions options;
  options.logs = {
      log(std::string("{\"@odata.context\":\"x\",\"value\":[") + kEntra + "," + kEntra + "]}")};
  const auto tally = replay(comparer, options);
  ASSERT_TRUE(tally) << tally.error().message;
  EXPECT_EQ(of(*tally, Change::kNewlyBlocked), 2U);
  EXPECT_EQ(tally->distinct, 1U);
}

}  // namespace
}  // namespace gate::replay
