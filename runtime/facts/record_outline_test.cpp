#include "runtime/facts/record_outline.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "tests/property/log_record_text.h"

namespace gate::facts {
namespace {

/// With something behind it that would go on.
std::string_view padded(std::string_view json) {
  static std::string text;
  text.assign(json).append(RecordOutline::kPadding, '}');
  return std::string_view(text).substr(0, json.size());
}

std::string outline(std::string_view json, bool with_time = false) {
  RecordOutline outlines(with_time);
  return std::string(outlines.of(padded(json)));
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

const std::string kAudit =
    R"({"seq":17,"at_micros":1795600800000000,"type":"sign_in","tenant":"t","user":"amy","client":"c","flow":"f1","policy_digest":"d","outcome":"allow","required":"","reasons":"","facts_hash":"ab","facts":{"user":"amy","groups":["g"],"app":"a","device":{"registered":true,"id":"d1"},"now_unix_s":1795600800,"attributes":{"id":"7","hash":"x"}},"prev_hash":"cd","hash":"ef"})";
const std::string kBoth =
    R"({"seq":18,"policy_digest":"d","outcome":"block","facts":[{"user":"amy","app":"a","now_unix_s":5},{"user":"amy","context":"c1","now_unix_s":5}]})";
const std::string kEntra =
    R"({"id":"6f0c","createdDateTime":"2026-11-25T10:00:00Z","correlationId":"1-2","userId":"amy","userPrincipalName":"amy@x","resourceId":"portal","ipAddress":"203.0.113.7","clientAppUsed":"Browser","deviceDetail":{"deviceId":"d1","operatingSystem":"Windows 10","isCompliant":true,"trustType":"Azure AD joined"},"location":{"countryOrRegion":"AT"},"riskLevelDuringSignIn":"low","authenticationRequirement":"multiFactorAuthentication","authenticationDetails":[{"authenticationStepDateTime":"2026-11-25T10:00:00Z","authenticationMethod":"Password","succeeded":true},{"authenticationStepDateTime":"2026-11-25T10:00:09Z","authenticationMethod":"Text message","succeeded":true}],"processingTimeInMilliseconds":211,"status":{"errorCode":0},"conditionalAccessStatus":"success","appliedConditionalAccessPolicies":[{"id":"p1","displayName":"One","result":"success"}]})";
const std::string kMonitor =
    R"({"time":"2026-11-25T10:00:01Z","category":"SignInLogs","durationMs":0,)"
    R"("correlationId":"9","properties":)" +
    kEntra + "}";
const std::string kRequest =
    R"({"flow":"sign_in","user":"amy","app":"a","ip":"203.0.113.7","completed":[{"method":"password","age_s":5}],"session_age_s":60,"now_unix_s":1795600800,"attributes":{"createdDateTime":"2026-11-25T10:00:00Z"},"signals":{"seq":4}})";

TEST(RecordOutline, LeavesOutWhatDiffersFromRowToRowOfTheAuditLog) {
  const std::string one = outline(kAudit);
  ASSERT_FALSE(one.empty());
  for (const auto& [from, to] :
       {std::pair("17", "18"), std::pair("1795600800000000", "2"), std::pair("\"f1\"", "\"f22\""),
        std::pair("\"ab\"", "\"a\""), std::pair("\"cd\"", "\"\""), std::pair("\"ef\"", "\"fe\""),
        std::pair("1795600800,", "1795600801,")}) {
    EXPECT_EQ(outline(replaced(kAudit, from, to)), one) << from;
  }
  for (const auto& [from, to] :
       {std::pair("\"amy\",\"groups", "\"bob\",\"groups"),
        std::pair("\"id\":\"7\"", "\"id\":\"8\""), std::pair("\"hash\":\"x\"", "\"hash\":\"y\""),
        std::pair("\"d1\"", "\"d2\""), std::pair("\"allow\"", "\"block\"")}) {
    EXPECT_NE(outline(replaced(kAudit, from, to)), one) << from;
  }
  EXPECT_EQ(outline(replaced(kBoth, "5},", "6},")), outline(kBoth));
}

TEST(RecordOutline, LeavesOutIdsAndTimesOfEntra) {
  for (const std::string& record : {kEntra, kMonitor}) {
    const std::string one = outline(record);
    ASSERT_FALSE(one.empty());
    for (const auto& [from, to] : {std::pair("6f0c", "7777"), std::pair("\"1-2\"", "\"3\""),
                                   std::pair("\"createdDateTime\":\"2026-11-25T10:00:00Z\"",
                                             "\"createdDateTime\":\"2025-10-25T10:00:00.25Z\""),
                                   std::pair("T10:00:09Z", "T10:00:10Z"), std::pair("211", "90")}) {
      EXPECT_EQ(outline(replaced(record, from, to)), one) << from;
    }
    for (const auto& [from, to] :
         {std::pair("\"userId\":\"amy\"", "\"userId\":\"bob\""), std::pair("\"p1\"", "\"p2\""),
          std::pair("\"d1\"", "\"d2\""), std::pair("true}", "false}"),
          std::pair("\"createdDateTime\":\"2026-11-25T10:00:00Z\"",
                    "\"createdDateTime\":\"some day\"")}) {
      EXPECT_NE(outline(replaced(record, from, to)), one) << from;
    }
  }
}

TEST(RecordOutline, WithTimeMomentsBelongToIt) {
  EXPECT_NE(outline(replaced(kEntra, "T10:00:00Z", "T10:00:01Z"), true), outline(kEntra, true));
  EXPECT_NE(outline(replaced(kAudit, "1795600800,", "1795600801,"), true), outline(kAudit, true));
  EXPECT_EQ(outline(replaced(kEntra, "6f0c", "7777"), true), outline(kEntra, true));
}

TEST(RecordOutline, OfARequestOnlyTheMomentMayBeLeftOut) {
  const std::string one = outline(kRequest);
  EXPECT_EQ(outline(replaced(kRequest, "1795600800", "5")), one);
  for (const auto& [from, to] :
       {std::pair("\"sign_in\"", "\"sign_up\""), std::pair("T10:00:00Z", "T10:00:01Z"),
        std::pair("\"seq\":4", "\"seq\":5"), std::pair("\"age_s\":5", "\"age_s\":6"),
        std::pair("60", "61"), std::pair("1795600800", "-5"), std::pair("1795600800", "05")}) {
    EXPECT_NE(outline(replaced(kRequest, from, to)), one) << from;
  }
}

TEST(RecordOutline, WhatIsNoJsonHasNoneOrOneOfItsOwn) {
  for (const char* text : {"", " ", "{", "[]", "{}x", R"({"id":"a)", "{\"id\":\"\x01\"}",
                           "{\"id\":\"\xFF\"}", R"({"id" "a"})", "{}}"}) {
    EXPECT_TRUE(outline(text).empty()) << text;
  }
  for (const auto& [json, text] :
       {std::pair(R"({"seq":1})", R"({"seq":01})"), std::pair(R"({"seq":1})", R"({"seq":1x})"),
        std::pair(R"({"id":"a"})", R"({"id":"\q"})"), std::pair(R"({"id":"a"})", R"({"id":"a"x})"),
        std::pair(R"({"id":"a"})", R"({"id":"a" "b"})"), std::pair(R"({"id":"a"})", R"({"id":})"),
        std::pair(R"({"id":"a"})", R"({"id":"a":"b"})")}) {
    ASSERT_FALSE(outline(json).empty());
    EXPECT_NE(outline(json), outline(text)) << text;
  }
}

/// Any byte of any record is replaced: where outlines are equal, so is what is read.
TEST(RecordOutline, RecordsOfOneOutlineAreReadAlike) {
  constexpr std::string_view kBytes = "0123456789abz-\"\\{}[],:TZ \xC3\xA4\x01";
  std::minstd_rand random(20261125);
  LogReader reader;
  for (const bool with_time : {false, true}) {
    RecordOutline outlines(with_time);
    std::map<std::string, std::string> told;
    std::set<std::string> texts;
    for (const std::string& record : {kAudit, kBoth, kEntra, kMonitor, kRequest}) {
      for (int i = 0; i < 6'000; ++i) {
        std::string text = record;
        for (std::size_t edits = 1 + random() % 2; edits > 0; --edits) {
          text[random() % text.size()] = kBytes[random() % kBytes.size()];
        }
        const std::string_view outline = outlines.of(padded(text));
        if (outline.empty()) {
          continue;
        }
        const auto read = reader.read(text);
        const std::string tells = read ? property::text_of(**read, with_time) : "malformed";
        const auto [at, fresh] = told.try_emplace(std::string(outline), tells);
        EXPECT_EQ(at->second, tells) << text;
        texts.insert(text);
      }
    }
    EXPECT_GT(texts.size(), told.size() + 200) << "some outlines were met again";
  }
}

}  // namespace
}  // namespace gate::facts
