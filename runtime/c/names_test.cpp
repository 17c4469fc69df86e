#include <gate/gate.h>
#include <gtest/gtest.h>

#include "runtime/c/c_testing.h"

namespace gate::c {
namespace {

using namespace testing;

TEST(CNames, EveryEnumeratorHasTheNumberOfItsName) {
  const auto number = [](gate_vocabulary v, const char* name) {
    std::uint32_t n = 999;
    EXPECT_EQ(gate_number(v, gate_text(name), &n), GATE_OK) << name;
    return static_cast<int>(n);
  };
  EXPECT_EQ(number(GATE_FLOWS, "request"), GATE_FLOW_REQUEST);
  EXPECT_EQ(number(GATE_FLOWS, "sign_up"), GATE_FLOW_SIGN_UP);
  EXPECT_EQ(number(GATE_CLIENTS, "other"), GATE_CLIENT_OTHER);
  EXPECT_EQ(number(GATE_CLIENTS, "native_app"), GATE_CLIENT_NATIVE_APP);
  EXPECT_EQ(number(GATE_PLATFORMS, "ios"), GATE_PLATFORM_IOS);
  EXPECT_EQ(number(GATE_PLATFORMS, "linux"), GATE_PLATFORM_LINUX);
  EXPECT_EQ(number(GATE_RISKS, "high"), GATE_RISK_HIGH);
  EXPECT_EQ(number(GATE_INSIDER_RISKS, "elevated"), GATE_INSIDER_RISK_ELEVATED);
  EXPECT_EQ(number(GATE_TRANSFER_METHODS, "authentication_transfer"),
            GATE_TRANSFER_METHOD_AUTHENTICATION_TRANSFER);
  EXPECT_EQ(number(GATE_USER_KINDS, "b2b_direct_connect_user"),
            GATE_USER_KIND_B2B_DIRECT_CONNECT_USER);
  EXPECT_EQ(number(GATE_USER_KINDS, "service_principal"), GATE_USER_KIND_SERVICE_PRINCIPAL);
  EXPECT_EQ(number(GATE_DEVICE_TRUSTS, "workplace"), GATE_DEVICE_TRUST_WORKPLACE);
  EXPECT_EQ(number(GATE_DEVICE_OWNERSHIPS, "company"), GATE_DEVICE_OWNERSHIP_COMPANY);
  EXPECT_EQ(number(GATE_TRISTATES, "true"), GATE_TRISTATE_TRUE);
  EXPECT_EQ(number(GATE_METHODS, "sms_otp"), GATE_METHOD_SMS_OTP);
  EXPECT_EQ(number(GATE_METHODS, "temporary_pass_multi_use"), GATE_METHOD_TEMPORARY_PASS_MULTI_USE);
  EXPECT_EQ(number(GATE_METHODS, "qr_code_pin"), GATE_METHOD_QR_CODE_PIN);
  EXPECT_EQ(number(GATE_CONTROLS, "compliant_network"), GATE_CONTROL_COMPLIANT_NETWORK);
  EXPECT_EQ(number(GATE_CONTROLS, "custom_control"), GATE_CONTROL_CUSTOM_CONTROL);
  EXPECT_EQ(number(GATE_TARGET_KINDS, "context"), GATE_TARGET_CONTEXT);
  EXPECT_EQ(number(GATE_OUTCOMES, "allow"), GATE_OUTCOME_ALLOW);
  EXPECT_EQ(number(GATE_REASONS, "cannot_register"), GATE_REASON_CANNOT_REGISTER);
  EXPECT_EQ(number(GATE_REASONS, "control_unmet"), GATE_REASON_CONTROL_UNMET);
  EXPECT_EQ(number(GATE_TRUTHS, "unknown"), GATE_TRUTH_UNKNOWN);
  EXPECT_EQ(number(GATE_POLICY_STATES, "off"), GATE_POLICY_OFF);
  EXPECT_EQ(number(GATE_BACKENDS, "native"), GATE_BACKEND_NATIVE);
}

TEST(CNames, EveryVocabularyIsCompleteAndEndsWhereItSays) {
  // One more of each would be a number that this header does not spell out.
  const std::uint32_t counts[] = {5, 5, 7, 4, 4, 3, 8, 4, 3, 3, 17, 11, 3, 3, 12, 11, 3, 3, 2, 3};
  for (gate_vocabulary v = GATE_FLOWS; v <= GATE_TIERS; ++v) {
    EXPECT_EQ(gate_name_count(v), counts[v]) << v;
    for (std::uint32_t i = 0; i < gate_name_count(v); ++i) {
      const gate_str name = gate_name(v, i);
      EXPECT_NE(name.size, 0U);
      EXPECT_NE(to_view(name), "?");
      std::uint32_t back = 999;
      EXPECT_EQ(gate_number(v, name, &back), GATE_OK);
      EXPECT_EQ(back, i);
    }
    EXPECT_EQ(gate_name(v, gate_name_count(v)).size, 0U);
    EXPECT_EQ(gate_name(v, 0xFFFFFFFF).size, 0U);
  }
  EXPECT_EQ(gate_name_count(999), 0U);
  std::uint32_t untouched = 7;
  EXPECT_EQ(gate_number(GATE_FLOWS, gate_text("nonsense"), &untouched), GATE_NOT_FOUND);
  EXPECT_EQ(gate_number(999, gate_text("allow"), &untouched), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(gate_number(GATE_FLOWS, {nullptr, 3}, &untouched), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(untouched, 7U);
  EXPECT_STREQ(gate_status_name(GATE_CORRUPT), "corrupt");
  EXPECT_STREQ(gate_status_name(GATE_OK), "ok");
  EXPECT_STREQ(gate_status_name(-1), "unknown");
  EXPECT_STREQ(gate_status_name(99), "unknown");
}

}  // namespace
}  // namespace gate::c
