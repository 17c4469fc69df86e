#include "server/account/attributes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "server/account/repeated_key.h"

namespace gate::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

AttributeSchema schema() {
  AttributeSchema made(5);
  made[0].name = "displayName";
  made[0].required = true;
  made[0].max_length = 20;
  made[1].name = "postalCode";
  made[1].regex = "[0-9]{4,5}";
  made[2].name = "extension_0f8a_age";
  made[2].type = AttributeType::kInteger;
  made[2].required = true;
  made[3].name = "extension_0f8a_news";
  made[3].type = AttributeType::kBoolean;
  made[4].name = "extension_0f8a_topics";
  made[4].type = AttributeType::kMultiSelect;
  made[4].choices = {"loans", "cards", "funds"};
  return made;
}

CheckedAttributes checked(std::string_view json) {
  auto made = check_attributes(schema(), json);
  EXPECT_TRUE(made) << json;
  return made ? *made : CheckedAttributes{};
}

std::string refusal(std::string_view json) {
  const auto made = check_attributes(schema(), json);
  EXPECT_FALSE(made) << json;
  return made ? "" : made.error().message;
}

TEST(Attributes, ValuesOfEveryTypeAreTakenAndSorted) {
  const CheckedAttributes made = checked(
      R"({"postalCode":"1010","displayName":"Amy Winter","extension_0f8a_age":"-41",
          "extension_0f8a_news":"true","extension_0f8a_topics":"funds,loans"})");
  EXPECT_THAT(
      made.values,
      ElementsAre(Pair("displayName", "Amy Winter"), Pair("extension_0f8a_age", "-41"),
                  Pair("extension_0f8a_news", "true"), Pair("extension_0f8a_topics", "funds,loans"),
                  Pair("postalCode", "1010")));
  EXPECT_THAT(made.missing, IsEmpty());
  EXPECT_THAT(made.invalid, IsEmpty());
}

TEST(Attributes, RequiredOnesThatAreAbsentOrEmptyAreListed) {
  EXPECT_THAT(checked("{}").missing, ElementsAre("displayName", "extension_0f8a_age"));
  const CheckedAttributes made = checked(R"({"displayName":"","postalCode":""})");
  EXPECT_THAT(made.missing, ElementsAre("displayName", "extension_0f8a_age"));
  EXPECT_THAT(made.values, IsEmpty());
  EXPECT_THAT(made.invalid, IsEmpty());
}

TEST(Attributes, UnknownOnesAreIgnoredWhateverTheyHold) {
  const CheckedAttributes made =
      checked(R"({"role":"admin","nested":{"a":[1,{}]},"displayname":"x","displayName":"Amy"})");
  EXPECT_THAT(made.values, ElementsAre(Pair("displayName", "Amy")));
  EXPECT_THAT(made.invalid, IsEmpty());
}

TEST(Attributes, WhatBreaksTheSchemaIsNamed) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"postalCode":"101"})", "postalCode"},
      {R"({"postalCode":"10101010"})", "postalCode"},
      {R"({"postalCode":"x1010"})", "postalCode"},
      {R"({"postalCode":1010})", "postalCode"},
      {R"({"postalCode":null})", "postalCode"},
      {R"({"displayName":"012345678901234567890"})", "displayName"},
      {R"({"displayName":"A\u0007my"})", "displayName"},
      {R"({"displayName":["Amy"]})", "displayName"},
      {R"({"extension_0f8a_age":"41.5"})", "extension_0f8a_age"},
      {R"({"extension_0f8a_age":"+41"})", "extension_0f8a_age"},
      {R"({"extension_0f8a_age":" 41"})", "extension_0f8a_age"},
      {R"({"extension_0f8a_age":"9223372036854775808"})", "extension_0f8a_age"},
      {R"({"extension_0f8a_news":"yes"})", "extension_0f8a_news"},
      {R"({"extension_0f8a_news":true})", "extension_0f8a_news"},
      {R"({"extension_0f8a_topics":"loans,stocks"})", "extension_0f8a_topics"},
      {R"({"extension_0f8a_topics":"loans,loans"})", "extension_0f8a_topics"},
      {R"({"extension_0f8a_topics":"loans,"})", "extension_0f8a_topics"},
      {R"({"extension_0f8a_topics":"loans, cards"})", "extension_0f8a_topics"}};
  for (const auto& [json, name] : cases) {
    const CheckedAttributes made = checked(json);
    EXPECT_THAT(made.invalid, ElementsAre(name)) << json;
    EXPECT_THAT(made.values, IsEmpty()) << json;
  }
}

TEST(Attributes, LengthIsCountedInCodePointsOfNfc) {
  std::string decomposed;
  for (int i = 0; i < 20; ++i) {
    decomposed += "u\xCC\x88";
  }
  const CheckedAttributes made = checked("{\"displayName\":\"" + decomposed + "\"}");
  ASSERT_EQ(made.values.size(), 1U);
  EXPECT_EQ(made.values[0].second.size(), 40U);
}

TEST(Attributes, C8_WhatIsNoSmallJsonObjectIsRefused) {
  for (const char* bad : {"", "[]", "\"x\"", "null", "{", "{} x", "{\"a\":1,}", "{'a':'b'}",
                          "{\"a\":\"\xFF\"}", "{\"a\":\"\\ud800\"}"}) {
    EXPECT_THAT(refusal(bad), HasSubstr("not a JSON object")) << bad;
  }
  EXPECT_THAT(refusal(R"({"displayName":"Amy","displayName":"Eve"})"), HasSubstr("twice"));
  EXPECT_THAT(refusal(R"({"displayName":"Amy","display\u004eame":"Eve"})"), HasSubstr("twice"));
  EXPECT_THAT(refusal(R"({"other":{"a":1,"a":2}})"), HasSubstr("twice"));
  EXPECT_THAT(refusal("{\"a\":" + std::string(40, '[') + std::string(40, ']') + "}"),
              HasSubstr("not a JSON object"));
  const std::string frame = R"({"other":""})";
  const std::string fits =
      R"({"other":")" + std::string(kAttributesBytesMax - frame.size(), 'x') + "\"}";
  EXPECT_EQ(fits.size(), kAttributesBytesMax);
  EXPECT_THAT(checked(fits).missing, ElementsAre("displayName", "extension_0f8a_age"));
  EXPECT_THAT(refusal(fits + " "), HasSubstr("16 KiB"));
}

TEST(Attributes, AnExpressionTakesTimeInTheLengthOfTheValueAlone) {
  AttributeSchema hostile(1);
  hostile[0].name = "city";
  hostile[0].regex = "(a+)+(b|a*)*";
  hostile[0].max_length = 1024;
  ASSERT_TRUE(check_schema(hostile));
  const std::string value(1023, 'a');
  const auto begin = std::chrono::steady_clock::now();
  const auto made = check_attributes(hostile, "{\"city\":\"" + value + "!\"}");
  const auto took = std::chrono::steady_clock::now() - begin;
  ASSERT_TRUE(made);
  EXPECT_THAT(made->invalid, ElementsAre("city"));
  EXPECT_LT(took, std::chrono::seconds(2))
      << "a backtracking engine needs longer than the universe";
}

TEST(Attributes, AnExpressionMeansTheWholeValue) {
  AttributeSchema one(1);
  one[0].name = "city";
  one[0].regex = "^[a-z]+$|x";
  EXPECT_THAT(check_attributes(one, R"({"city":"vienna"})")->invalid, IsEmpty());
  EXPECT_THAT(check_attributes(one, R"({"city":"vienna1"})")->invalid, ElementsAre("city"));
  EXPECT_THAT(check_attributes(one, R"({"city":"1x1"})")->invalid, ElementsAre("city"));
}

TEST(AttributeSchema, EveryMistakeIsNamed) {
  struct Mistake {
    const char* name;
    void (*make)(AttributeDefinition&);
    const char* message;
  };
  for (const Mistake& mistake : std::vector<Mistake>{
           {"mail", nullptr, "neither built-in nor"},
           {"displayname", nullptr, "neither built-in nor"},
           {"extension_age", nullptr, "neither built-in nor"},
           {"extension__age", nullptr, "neither built-in nor"},
           {"extension_ab_", nullptr, "neither built-in nor"},
           {"extension_a-b_age", nullptr, "neither built-in nor"},
           {"displayName", [](AttributeDefinition& a) { a.type = AttributeType::kInteger; },
            "is a string"},
           {"city", [](AttributeDefinition& a) { a.max_length = 0; }, "out of its bounds"},
           {"city", [](AttributeDefinition& a) { a.max_length = 1025; }, "out of its bounds"},
           {"city", [](AttributeDefinition& a) { a.regex = "("; }, "cannot be used"},
           {"city", [](AttributeDefinition& a) { a.regex = "(?=x)y"; }, "cannot be used"},
           {"city", [](AttributeDefinition& a) { a.regex = "((a{100}){100}){100}"; },
            "cannot be used"},
           {"city", [](AttributeDefinition& a) { a.regex = std::string(513, 'a'); },
            "more than 512"},
           {"city", [](AttributeDefinition& a) { a.choices = {"x"}; }, "choices belong"},
           {"city", [](AttributeDefinition& a) { a.type = AttributeType::kMultiSelect; },
            "choices belong"},
           {"city",
            [](AttributeDefinition& a) {
              a.type = AttributeType::kMultiSelect;
              a.choices = {"a", "a"};
            },
            "one twice"},
           {"city",
            [](AttributeDefinition& a) {
              a.type = AttributeType::kMultiSelect;
              a.choices = {"a,b"};
            },
            "comma"}}) {
    AttributeSchema one(1);
    one[0].name = mistake.name;
    if (mistake.make != nullptr) {
      mistake.make(one[0]);
    }
    const auto fine = check_schema(one);
    ASSERT_FALSE(fine) << mistake.name << " " << mistake.message;
    EXPECT_THAT(fine.error().message, HasSubstr(mistake.message));
    EXPECT_THAT(fine.error().message, HasSubstr(mistake.name));
  }
  EXPECT_TRUE(check_schema(schema()));
  AttributeSchema twice(2);
  twice[0].name = twice[1].name = "city";
  EXPECT_THAT(check_schema(twice).error().message, HasSubstr("listed twice"));
  EXPECT_FALSE(check_schema(AttributeSchema(kSchemaAttributesMax + 1)));
}

TEST(AttributeSchema, TheWordsOfTypesAreReadBack) {
  for (const AttributeType type : {AttributeType::kString, AttributeType::kInteger,
                                   AttributeType::kBoolean, AttributeType::kMultiSelect}) {
    EXPECT_EQ(parse_attribute_type(name(type)), type);
  }
  EXPECT_FALSE(parse_attribute_type("text"));
}

TEST(Attributes, PartsOfSeveralRequestsAddUp) {
  const AttributeValues first = checked(R"({"displayName":"Amy","postalCode":"1010"})").values;
  EXPECT_THAT(missing_attributes(schema(), first),
              ElementsAre(testing::Field(&AttributeDefinition::name, "extension_0f8a_age")));
  const AttributeValues both =
      merged(first, checked(R"({"extension_0f8a_age":"41","postalCode":"6020"})").values);
  EXPECT_THAT(both, ElementsAre(Pair("displayName", "Amy"), Pair("extension_0f8a_age", "41"),
                                Pair("postalCode", "6020")));
  EXPECT_THAT(missing_attributes(schema(), both), IsEmpty());
}

TEST(Attributes, TheDisplayNameIsTheUsersAndTheRestIsKeptBesideWhatWasThere) {
  User user;
  user.display_name = "before";
  user.attributes = {{"city", "Graz"}, {"postalCode", "8010"}};
  apply_attributes(user, {{"displayName", "Amy"}, {"postalCode", "1010"}});
  EXPECT_EQ(user.display_name, "Amy");
  EXPECT_THAT(user.attributes, ElementsAre(Pair("city", "Graz"), Pair("postalCode", "1010")));
  apply_attributes(user, {});
  EXPECT_EQ(user.display_name, "Amy");
}

TEST(RepeatedKey, IsFoundInEveryObjectAndUnderEveryEscape) {
  EXPECT_EQ(repeated_key(R"({"a":1,"b":{"a":1}})", 32), "");
  EXPECT_EQ(repeated_key(R"([{"a":1},{"a":1,"\u0061":2}])", 32), "a");
  EXPECT_EQ(repeated_key("{", 32), "");
}

}  // namespace
}  // namespace gate::server
