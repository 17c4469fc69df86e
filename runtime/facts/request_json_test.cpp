#include <gtest/gtest.h>

#include <gate/request_json.hpp>

namespace gate {
namespace {

constexpr std::string_view kFull =
    R"({"flow":"refresh","user":"amy@contoso.example","user_kind":"b2b_collaboration_guest",)"
    R"("external_tenant":"t1","groups":["g1","g2"],"roles":["r"],"context":"c1","app_groups":["x"],)"
    R"("client":"browser","platform":"ios","ip":"203.0.113.7","country":"SE","sign_in_risk":"high",)"
    R"("user_risk":"low","service_principal_risk":"medium","insider_risk":"minor",)"
    R"("transfer_method":"device_code_flow","device":{"registered":true,"reported_lost":true,)"
    R"("compliant":true,"managed":false,"trust":"server_ad","ownership":"company"},)"
    R"("completed":[{"method":"password","age_s":5}],"satisfied":[{"control":"mfa"},)"
    R"({"control":"terms_of_use","name":"T"}],"session_age_s":9,"now":1700000000,)"
    R"("strings":{"device.model":"X \"1\" é"},"lists":{"device.physical_ids":["a","b"]},)"
    R"("signals":{"amount":-5,"new_payee":false,"channel":"web"}})";

std::string fault(std::string_view json) {
  const auto r = parse_sign_in_json(json);
  return r ? "accepted" : r.error().message;
}

TEST(RequestJson, EveryFactSurvivesTheRoundTrip) {
  const auto facts = parse_sign_in_json(kFull);
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(to_json(*facts), kFull);
}

TEST(RequestJson, AnEmptyObjectIsTheSparsestSignIn) {
  const auto facts = parse_sign_in_json("{}");
  ASSERT_TRUE(facts);
  EXPECT_EQ(to_json(*facts), "{}");
  EXPECT_EQ(facts->client, ClientApp::kUnknown);
}

TEST(RequestJson, ShortFormsOfMethodsAndControls) {
  const auto facts = parse_sign_in_json(R"({"completed":["password"],"satisfied":["mfa"]})");
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->completed[0].method, Method::kPassword);
  EXPECT_EQ(facts->satisfied[0].kind, ControlKind::kMfa);
}

TEST(RequestJson, NothingIsGuessed) {
  EXPECT_EQ(fault("[]"), "$: expected an object");
  EXPECT_EQ(fault(R"({"usr":"a"})"), "$.usr: unknown key");
  EXPECT_EQ(fault(R"({"device":{"compliant":"yes"}})"),
            "$.device.compliant: expected true or false");
  EXPECT_EQ(fault(R"({"user":"a","user":"b"})"), "$: the key \"user\" occurs twice");
  EXPECT_EQ(fault(R"({"signals":{"a":1,"\u0061":2}})"), "$: the key \"a\" occurs twice");
  EXPECT_EQ(fault(R"({"client":"Browser"})"), "$.client: \"Browser\" is not one of its values");
  EXPECT_EQ(fault(R"({"app":"a","context":"c1"})"),
            "$.context: a sign-in has one of app, action and context");
  EXPECT_EQ(fault(R"({"groups":["a",1]})"), "$.groups[1]: expected a string");
  EXPECT_EQ(fault(R"({"signals":{"amount":1.5}})"),
            "$.signals.amount: a signal is an integer, true, false or a string");
  EXPECT_EQ(fault(R"({"signals":{"amount":9223372036854775808}})"),
            "$.signals.amount: a signal is an integer, true, false or a string");
  EXPECT_EQ(fault(R"({"completed":[{"age_s":1}]})"), "$.completed[0]: expected a key \"method\"");
  EXPECT_EQ(fault(R"({"session_age_s":-1})"), "$.session_age_s: the integer is out of range");
  EXPECT_EQ(fault(R"({"user":null})"), "$.user: expected a string");
  EXPECT_TRUE(fault("{} x").starts_with("$: not JSON"));
  EXPECT_TRUE(fault("").starts_with("$: not JSON"));
  EXPECT_TRUE(fault("{\"a\":[[[[[[[[[[1]]]]]]]]]]}").starts_with("$: not JSON"));
}

TEST(RequestJson, ReadsTheLargestDocumentAndRefusesOneByteMore) {
  std::string json = "{}";
  json.resize(kRequestJsonBytesMax, ' ');
  EXPECT_EQ(fault(json), "accepted");
  json += ' ';
  EXPECT_EQ(fault(json), "$: the document has 262145 bytes, 262144 are allowed");
}

}  // namespace
}  // namespace gate
