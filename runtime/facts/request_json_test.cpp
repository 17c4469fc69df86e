#include <gtest/gtest.h>

#include <gate/request_json.hpp>
#include <string>

namespace gate {
namespace {

SignInFacts parsed(std::string_view text) {
  auto facts = parse_sign_in_json(text);
  EXPECT_TRUE(facts.has_value()) << (facts ? "" : facts.error().message);
  return facts ? *std::move(facts) : SignInFacts{};
}

std::string complaint(std::string_view text) {
  const auto facts = parse_sign_in_json(text);
  return facts ? "accepted" : facts.error().message;
}

constexpr std::string_view kFull = R"({
  "flow":"refresh","user":"amy","user_kind":"b2b_collaboration_guest","external_tenant":"fabrikam",
  "groups":["Pilot"],"roles":["Global Administrator"],"context":"c1","app_groups":["office365"],
  "client":"native_app","platform":"ios","ip":"2001:db8::1","country":"AT","sign_in_risk":"medium",
  "user_risk":"high","service_principal_risk":"low","insider_risk":"minor","transfer_method":"device_code_flow","original_transfer_method":"authentication_transfer",
  "device":{"registered":true,"reported_lost":true,"compliant":false,"managed":true,"trust":"azure_ad",
            "ownership":"company","model":"X1","physical_ids":["a","b"]},
  "completed":["password",{"method":"email_otp","age_s":30}],
  "satisfied":["mfa",{"control":"terms_of_use","name":"Terms"}],
  "session_age_s":60,"now_unix_s":1790000000,
  "attributes":{"user.department":"Ops"},"signals":{"amount":5,"new_payee":true,"channel":"web"}})";

TEST(RequestJson, EveryKeyArrives) {
  const SignInFacts facts = parsed(kFull);
  EXPECT_EQ(facts.flow, Flow::kRefresh);
  EXPECT_EQ(facts.user_kind, UserKind::kB2bCollaborationGuest);
  EXPECT_EQ(facts.external_tenant, "fabrikam");
  EXPECT_EQ(facts.target_kind, TargetKind::kAuthContext);
  EXPECT_EQ(facts.target, "c1");
  EXPECT_EQ(facts.groups, std::vector<std::string>{"Pilot"});
  EXPECT_EQ(facts.insider_risk, InsiderRisk::kMinor);
  EXPECT_EQ(facts.device.compliant, Tristate::kFalse);
  EXPECT_EQ(facts.device.ownership, DeviceOwnership::kCompany);
  ASSERT_EQ(facts.strings.size(), 2U);
  EXPECT_EQ(facts.strings[0], (std::pair<std::string, std::string>{"device.model", "X1"}));
  ASSERT_EQ(facts.lists.size(), 1U);
  EXPECT_EQ(facts.lists[0].values, (std::vector<std::string>{"a", "b"}));
  ASSERT_EQ(facts.completed.size(), 2U);
  EXPECT_EQ(facts.completed[1].method, Method::kEmailOtp);
  EXPECT_EQ(facts.completed[0].age_s, CompletedMethod::kAgeUnknown);
  EXPECT_EQ(facts.completed[1].age_s, 30U);
  EXPECT_EQ(facts.transfer_method, TransferMethod::kDeviceCodeFlow);
  EXPECT_EQ(facts.original_transfer_method, TransferMethod::kAuthenticationTransfer);
  ASSERT_EQ(facts.satisfied.size(), 2U);
  EXPECT_EQ(facts.satisfied[1].name, "Terms");
  EXPECT_EQ(facts.session_age_s, 60);
  ASSERT_EQ(facts.signals.size(), 3U);
  EXPECT_EQ(std::get<std::int64_t>(facts.signals[0].value), 5);
  EXPECT_TRUE(std::get<bool>(facts.signals[1].value));
}

TEST(RequestJson, WhatIsWrittenReadsBackTheSame) {
  const std::string once = to_json(parsed(kFull));
  EXPECT_EQ(to_json(parsed(once)), once);
  EXPECT_EQ(to_json(parsed("{}")), "{}");
}

TEST(RequestJson, MistakesNameTheirPath) {
  EXPECT_EQ(complaint(R"({"usr":"amy"})"), "$.usr: unknown key");
  EXPECT_EQ(complaint(R"({"user":7})"), "$.user: must be a string");
  EXPECT_EQ(complaint(R"({"device":{"compliant":"yes"}})"),
            "$.device.compliant: must be true or false");
  EXPECT_EQ(complaint(R"({"platform":"beos"})"), "$.platform: `beos` is not a value of this fact");
  EXPECT_EQ(complaint(R"({"groups":["a",1]})"), "$.groups[1]: must be a string");
  EXPECT_EQ(complaint(R"({"completed":[{"method":"sms_otp","age_s":-1}]})"),
            "$.completed[0].age_s: must be a number of seconds from 0 to 4294967295");
  EXPECT_EQ(complaint(R"({"completed":[{"methods":"sms_otp"}]})"),
            "$.completed[0]: must be a method, or an object with `method` and `age_s`");
  EXPECT_EQ(
      complaint(R"({"signals":{"amount":1.5}})"),
      "$.signals.amount: must be a whole number, true, false or a string; leave it out if unknown");
  EXPECT_EQ(complaint("[]"), "$: must be an object");
  EXPECT_TRUE(complaint("{").starts_with("$: not JSON: "));
}

TEST(RequestJson, ASecondTargetIsRefused) {
  EXPECT_NE(complaint(R"({"context":"C1"})").find("lower case"), std::string::npos);
  EXPECT_EQ(complaint(R"({"app":"a","context":"c1"})"),
            "$.context: a request has one of `app`, `action` and `context`");
}

TEST(RequestJson, ADuplicateKeyIsRefusedWhereverItStands) {
  EXPECT_EQ(complaint(R"({"user":"amy","user":"bob"})"), "$.user: stands twice");
  EXPECT_EQ(complaint(R"({"device":{"compliant":true,"model":"x","compliant":false}})"),
            "$.device.compliant: stands twice");
  EXPECT_EQ(complaint("{\"user\":\"amy\",\"us\\u0065r\":\"bob\"}"), "$.user: stands twice");
}

TEST(RequestJson, LimitsHoldAtTheBoundAndBreakOnePast) {
  std::string text = R"({"user":")";
  text.append(kRequestJsonBytesMax - text.size() - 2, 'x');
  text += "\"}";
  ASSERT_EQ(text.size(), kRequestJsonBytesMax);
  EXPECT_EQ(complaint(text), "accepted");
  text.insert(text.size() - 2, "x");
  EXPECT_TRUE(complaint(text).starts_with("$: a request is at most "));
  EXPECT_TRUE(complaint(std::string(40, '[')).starts_with("$: not JSON: "));
}

TEST(RequestJson, InvalidUtf8IsNotJson) {
  EXPECT_TRUE(complaint("{\"user\":\"\xff\xfe\"}").starts_with("$: not JSON: "));
}

TEST(RequestJson, HalfASurrogatePairIsNotText) {
  EXPECT_EQ(parsed(R"({"user":"\ud83d\ude00"})").user, "\xF0\x9F\x98\x80");
  EXPECT_TRUE(complaint(R"({"user":"\ud83d"})").starts_with("$: not JSON: "));
  EXPECT_TRUE(complaint(R"({"user":"\ude00"})").starts_with("$: not JSON: "));
  EXPECT_TRUE(complaint(R"({"attributes":{"\ude00":"x"}})").starts_with("$: not JSON: "));
}

TEST(RequestJson, WhatIsNotJsonIsSaidBeforeAnythingElse) {
  for (const std::string_view text :
       {"", " ", "{\"usr\":1", "{\"user\":\"amy\"} {}", "{\"user\":\"amy\",}", "{user:1}", "nul",
        "{\"user\":\"a\nb\"}", "{\"now_unix_s\":01}", "{\"now_unix_s\":1e}", "{\"a\" \"b\"}",
        "\xEF\xBB\xBF{}", "{\"user\":\"\\x\"}"}) {
    EXPECT_TRUE(complaint(text).starts_with("$: not JSON: ")) << text << ": " << complaint(text);
  }
  EXPECT_TRUE(complaint(R"({"now_unix_s":9223372036854775808})")
                  .starts_with("$.now_unix_s: must be a whole number"));
  EXPECT_TRUE(complaint(R"({"now_unix_s":1.0})").starts_with("$.now_unix_s: must be a whole"));
  EXPECT_EQ(complaint(R"({"country":null})"), "$.country: must be a string");
}

TEST(RequestJson, NestingIsLimitedAtThirtyTwo) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(complaint(nested(32)), "$: must be an object");
  EXPECT_TRUE(complaint(nested(33)).starts_with("$: not JSON: ")) << complaint(nested(33));
}

TEST(RequestJson, AmongManyKeysADuplicateIsFoundToo) {
  std::string text = R"({"attributes":{)";
  for (int i = 0; i < 300; ++i) {
    text += "\"k" + std::to_string(i) + "\":\"v\",";
  }
  EXPECT_EQ(complaint(text + "\"last\":\"v\"}}"), "accepted");
  EXPECT_EQ(complaint(text + "\"k7\":\"v\"}}"), "$.attributes.k7: stands twice");
  std::string devices = R"({"device":{)";
  for (int i = 0; i < 20'000; ++i) {
    devices += "\"" + std::to_string(i) + "\":\"\",";
  }
  EXPECT_EQ(complaint(devices + "\"x\":\"\"}}"), "accepted");
}

TEST(RequestJson, AReaderForgetsTheRequestBefore) {
  SignInReader reader;
  const auto full = reader.read(kFull);
  ASSERT_TRUE(full);
  EXPECT_EQ(to_json(own_facts(**full)), to_json(parsed(kFull)));
  EXPECT_FALSE(reader.read(R"({"user":"bob","usr":1})"));
  const auto empty = reader.read("{}");
  ASSERT_TRUE(empty);
  EXPECT_EQ(to_json(own_facts(**empty)), "{}");
  const auto again = reader.read(kFull);
  ASSERT_TRUE(again);
  EXPECT_EQ(to_json(own_facts(**again)), to_json(parsed(kFull)));
}

}  // namespace
}  // namespace gate
