// `gatec whatif`: the answer of Graph's shape, and what Entra does not tell (conditional-access 6).

#include "compiler/graph/whatif.h"

#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gate/compile.hpp>

namespace gate::graph {
namespace {

namespace json = boost::json;

constexpr const char* kPolicies = R"(
locations Office = trusted ip "203.0.113.0/24"
policy "Risk" { id "p-risk"  users include all  target include all apps  when sign_in_risk >= medium  grant require mfa }
policy "Device" { id "p-device"  users include all  exclude group "Guests"  target include app "ledger"  grant require compliant_device }
policy "Outside" { id "p-outside"  users include group "Clerks"  target include all apps  when location not in Office and platform == windows  grant block }
policy "Trial" { id "p-trial"  state report_only  users include all  target include all apps  grant require mfa }
policy "Old" { id "p-old"  state off  users include all  target include all apps  grant block }
)";

class WhatIf : public testing::Test {
 protected:
  WhatIf() {
    CompileOptions options;
    options.backend = Backend::kInterpreter;
    auto output = compile({{"set.gate", kPolicies}}, options);
    EXPECT_FALSE(output.has_errors()) << render_text(output, false);
    policies_ = output.policies;
  }
  json::object ask(std::string_view conditions, std::string_view identity = "",
                   std::string_view more = "") const {
    const std::string body =
        std::string(R"({"signInIdentity":{"userId":"amy")") + std::string(identity) +
        R"(},"signInContext":{"includeApplications":["ledger"]},"signInConditions":{)" +
        std::string(conditions) + "}" + std::string(more) + "}";
    const auto sign_in = read_what_if(json::parse(body));
    EXPECT_TRUE(sign_in.has_value()) << (sign_in ? "" : sign_in.error().message);
    return what_if(*policies_, *sign_in);
  }
  static const json::object& of(const json::object& answer, std::string_view id) {
    for (const auto& each : answer.at("value").as_array()) {
      if (each.at("id").as_string() == id) {
        return each.as_object();
      }
    }
    ADD_FAILURE() << id << " is not in " << json::serialize(answer);
    static const json::object kNone;
    return kNone;
  }
  static std::string reason(const json::object& answer, std::string_view id) {
    return std::string(of(answer, id).at("analysisReasons").as_string());
  }
  static const json::object& sign_in(const json::object& answer) {
    return answer.at("gatehouse").at("signIns").as_array().front().as_object();
  }

  std::shared_ptr<const PolicySet> policies_;
};

TEST_F(WhatIf, AnswersInTheShapeOfTheApiWithTheFirstReason) {
  const auto answer = ask(R"("signInRiskLevel":"high","ipAddress":"203.0.113.9",)"
                          R"("devicePlatform":"iOS")");
  EXPECT_EQ(of(answer, "p-risk").at("@odata.type"), "#microsoft.graph.whatIfAnalysisResult");
  EXPECT_TRUE(of(answer, "p-risk").at("policyApplies").as_bool());
  EXPECT_EQ(reason(answer, "p-risk"), "notSet");
  EXPECT_EQ(reason(answer, "p-outside"), "users");
  EXPECT_EQ(reason(answer, "p-old"), "policyNotEnabled");
  EXPECT_EQ(of(answer, "p-trial").at("state"), "enabledForReportingButNotEnforced");
}

TEST_F(WhatIf, NamesEveryFailingCondition) {
  const auto answer =
      ask(R"("signInRiskLevel":"low","ipAddress":"203.0.113.9","devicePlatform":"iOS")");
  const auto& failing = of(answer, "p-outside").at("gatehouse").at("failing").as_array();
  std::vector<std::string> reasons;
  for (const auto& each : failing) {
    reasons.emplace_back(each.at("reason").as_string());
  }
  EXPECT_EQ(reasons, (std::vector<std::string>{"users", "devicePlatform", "location"}));
  EXPECT_EQ(reason(answer, "p-risk"), "signInRisk");
}

TEST_F(WhatIf, AFactThatIsNotGivenLeavesThePolicyUndecided) {
  const auto answer = ask("", R"(,"groupIds":["Clerks"])");
  EXPECT_EQ(reason(answer, "p-risk"), "notEnoughInformation");
  EXPECT_EQ(reason(answer, "p-outside"), "notEnoughInformation");
  EXPECT_FALSE(of(answer, "p-outside").at("policyApplies").as_bool());
}

TEST_F(WhatIf, TellsOutcomePromptsAndTheNearestChange) {
  const auto blocked = ask(R"("signInRiskLevel":"none","deviceInfo":null)");
  EXPECT_EQ(sign_in(blocked).at("outcome"), "block");
  EXPECT_EQ(sign_in(blocked).at("errorCode"), 53000);
  EXPECT_EQ(sign_in(blocked).at("nearestChange"), json::array{"sign in from a compliant device"});
  const auto risky = ask(R"("signInRiskLevel":"high","deviceInfo":{"isCompliant":true})", "",
                         R"(,"session":{"usedMethods":["password"]})");
  EXPECT_EQ(sign_in(risky).at("outcome"), "challenge");
  EXPECT_EQ(sign_in(risky).at("unmet"), json::array{"mfa"});
  EXPECT_EQ(sign_in(risky).at("nearestChange").as_array().size(), 1U);
}

TEST_F(WhatIf, GivesTheResultThatTheSignInLogWouldShow) {
  const auto answer = ask(R"("signInRiskLevel":"high","deviceInfo":{"isCompliant":true})", "",
                          R"(,"session":{"usedMethods":["password"]})");
  const auto result = [&](std::string_view id) {
    return std::string(of(answer, id).at("gatehouse").at("result").as_string());
  };
  EXPECT_EQ(result("p-risk"), "failure");
  EXPECT_EQ(result("p-device"), "success");
  EXPECT_EQ(result("p-outside"), "notApplied");
  EXPECT_EQ(result("p-trial"), "reportOnlyInterrupted");
  EXPECT_EQ(result("p-old"), "notEnabled");
}

TEST_F(WhatIf, ListsOnlyWhatAppliesWhenAsked) {
  const auto answer =
      ask(R"("signInRiskLevel":"none","deviceInfo":null)", "", R"(,"appliedPoliciesOnly":true)");
  std::vector<std::string> ids;
  for (const auto& each : answer.at("value").as_array()) {
    ids.emplace_back(each.at("id").as_string());
  }
  EXPECT_EQ(ids, (std::vector<std::string>{"p-device", "p-trial"}));
}

// conditional-access 2.7: without inbound trust the home tenant's word on the device is not heard.
TEST_F(WhatIf, TheDeviceOfAGuestNeedsInboundTrust) {
  const auto outcome = [&](std::string_view trust) {
    const auto answer =
        ask(R"("deviceInfo":{"isCompliant":true})",
            R"(,"externalUserType":"b2bCollaborationGuest","externalTenantId":"t-1")",
            R"(,"session":{"usedMethods":["federated"])" + std::string(trust) + "}");
    return std::string(sign_in(answer).at("outcome").as_string());
  };
  EXPECT_EQ(outcome(""), "block");
  EXPECT_EQ(outcome(R"(,"inboundTrust":{"device":false})"), "block");
  EXPECT_EQ(outcome(R"(,"inboundTrust":{"device":true})"), "allow");
}

// conditional-access 9: contexts match whatever the case.
TEST_F(WhatIf, ContextsAreMatchedInAnyCase) {
  const auto read = read_what_if(json::parse(
      R"({"signInIdentity":{"userId":"a"},"signInContext":{"authenticationContextValue":"C1"},)"
      R"("signInConditions":{"country":"AT"}})"));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->facts.front().target, "c1");
}

// Filter for applications: an attribute may have several values.
TEST_F(WhatIf, AttributesOfSeveralValuesAreLists) {
  const auto read = read_what_if(json::parse(
      R"({"signInIdentity":{"userId":"a"},"signInContext":{"includeApplications":["x"],)"
      R"("customSecurityAttributes":{"CA_x":["MFA","x"],"CA_y":"one"}},)"
      R"("signInConditions":{"country":"AT"}})"));
  ASSERT_TRUE(read.has_value());
  ASSERT_EQ(read->facts.front().lists.size(), 1U);
  EXPECT_EQ(read->facts.front().lists.front().name, "app.attributes.CA_x");
  EXPECT_EQ(read->facts.front().strings.size(), 1U);
}

// Terms of use and custom factors are told by their ids.
TEST_F(WhatIf, ControlsWithAnIdCanBeSatisfied) {
  const auto read = read_what_if(json::parse(
      R"({"signInIdentity":{"userId":"a"},"signInContext":{"includeApplications":["x"]},)"
      R"("session":{"satisfiedControls":["termsOfUse:tou-1","customAuthenticationFactor:duo"]},)"
      R"("signInConditions":{"country":"AT"}})"));
  ASSERT_TRUE(read.has_value());
  const auto& satisfied = read->facts.front().satisfied;
  ASSERT_EQ(satisfied.size(), 2U);
  EXPECT_EQ(satisfied[0].kind, ControlKind::kTermsOfUse);
  EXPECT_EQ(satisfied[0].name, "tou-1");
  EXPECT_EQ(satisfied[1].kind, ControlKind::kCustom);
  EXPECT_EQ(satisfied[1].name, "duo");
}

TEST_F(WhatIf, RefusesWhatItDoesNotKnowWithThePath) {
  const auto refused = [](std::string_view body) {
    const auto read = read_what_if(json::parse(body));
    return read ? std::string() : read.error().message;
  };
  EXPECT_TRUE(
      refused(R"({"signInIdentity":{"userId":"a"},"signInContext":{"includeApplications":["x"]},
                          "signInConditions":{"devicePlatform":"amiga"}})")
          .starts_with("$.signInConditions.devicePlatform: "));
  EXPECT_TRUE(refused(R"({"signInIdentity":{"userId":"a","servicePrincipalId":"b"},
                          "signInContext":{"includeApplications":["x"]},"signInConditions":{"country":"AT"}})")
                  .starts_with("$.signInIdentity: "));
  EXPECT_NE(refused(R"({"signInIdentity":{"userId":"a"}})"), "");
}

}  // namespace
}  // namespace gate::graph
