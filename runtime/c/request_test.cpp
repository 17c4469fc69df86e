#include <gate/gate.h>
#include <gtest/gtest.h>

#include "runtime/c/c_testing.h"

namespace gate::c {
namespace {

using namespace testing;

TEST(CRequest, CarriesEveryFact) {
  const gate_str groups[] = {gate_text("a"), gate_text("b")};
  const gate_str roles[] = {gate_text("r")};
  const gate_str app_groups[] = {gate_text("office365")};
  const gate_method_done done[] = {{GATE_METHOD_FIDO2, 7}};
  const gate_control satisfied[] = {{GATE_CONTROL_TERMS_OF_USE, 0, gate_text("Terms")}};
  const gate_string_fact strings[] = {{gate_text("device.model"), gate_text("Pixel")}};
  const gate_str labels[] = {gate_text("kiosk"), gate_text("till")};
  const gate_list_fact lists[] = {{gate_text("device.system_labels"), labels, 2}};
  const gate_signal signals[] = {
      {gate_text("amount"), GATE_SIGNAL_INTEGER, 0, -5, {nullptr, 0}},
      {gate_text("lost_card"), GATE_SIGNAL_BOOLEAN, 0, 1, {nullptr, 0}},
      {gate_text("channel"), GATE_SIGNAL_TEXT, 0, 0, gate_text("phone")}};
  gate_request r = request_of("amy");
  r.flow = GATE_FLOW_REFRESH;
  r.user_kind = GATE_USER_KIND_OTHER_EXTERNAL_USER;
  r.external_tenant = gate_text("partner");
  r.target_kind = GATE_TARGET_CONTEXT;
  r.target = gate_text("c1");
  r.client = GATE_CLIENT_BROWSER;
  r.platform = GATE_PLATFORM_MACOS;
  r.ip = gate_text("203.0.113.7");
  r.country = gate_text("DE");
  r.sign_in_risk = GATE_RISK_LOW;
  r.user_risk = GATE_RISK_MEDIUM;
  r.service_principal_risk = GATE_RISK_HIGH;
  r.insider_risk = GATE_INSIDER_RISK_MINOR;
  r.transfer_method = GATE_TRANSFER_METHOD_DEVICE_CODE_FLOW;
  r.original_transfer_method = GATE_TRANSFER_METHOD_AUTHENTICATION_TRANSFER;
  r.device_registered = 1;
  r.device_reported_lost = 1;
  r.device_compliant = GATE_TRISTATE_TRUE;
  r.device_managed = GATE_TRISTATE_FALSE;
  r.device_trust = GATE_DEVICE_TRUST_SERVER_AD;
  r.device_ownership = GATE_DEVICE_OWNERSHIP_COMPANY;
  r.has_session_age = r.has_now = 1;
  r.session_age_s = 60;
  r.now_unix_s = 1'720'000'000;
  r.groups = groups, r.group_count = 2;
  r.roles = roles, r.role_count = 1;
  r.app_groups = app_groups, r.app_group_count = 1;
  r.completed = done, r.completed_count = 1;
  r.satisfied = satisfied, r.satisfied_count = 1;
  r.strings = strings, r.string_count = 1;
  r.lists = lists, r.list_count = 1;
  r.signals = signals, r.signal_count = 3;
  const auto view = std::make_unique<RequestView>();
  ASSERT_EQ(view->read(&r), RequestView::Reading::kFine);
  const SignInFacts f = own_facts(view->request());
  EXPECT_EQ(f.flow, Flow::kRefresh);
  EXPECT_EQ(f.user, "amy");
  EXPECT_EQ(f.user_kind, UserKind::kOtherExternalUser);
  EXPECT_EQ(f.external_tenant, "partner");
  EXPECT_EQ(f.groups, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(f.roles, std::vector<std::string>{"r"});
  EXPECT_EQ(f.target_kind, TargetKind::kAuthContext);
  EXPECT_EQ(f.target, "c1");
  EXPECT_EQ(f.app_groups, std::vector<std::string>{"office365"});
  EXPECT_EQ(f.client, ClientApp::kBrowser);
  EXPECT_EQ(f.platform, Platform::kMacos);
  EXPECT_EQ(f.ip, "203.0.113.7");
  EXPECT_EQ(f.country, "DE");
  EXPECT_EQ(f.sign_in_risk, Risk::kLow);
  EXPECT_EQ(f.user_risk, Risk::kMedium);
  EXPECT_EQ(f.service_principal_risk, Risk::kHigh);
  EXPECT_EQ(f.insider_risk, InsiderRisk::kMinor);
  EXPECT_EQ(f.transfer_method, TransferMethod::kDeviceCodeFlow);
  EXPECT_EQ(f.original_transfer_method, TransferMethod::kAuthenticationTransfer);
  EXPECT_TRUE(f.device.registered && f.device.reported_lost);
  EXPECT_EQ(f.device.compliant, Tristate::kTrue);
  EXPECT_EQ(f.device.managed, Tristate::kFalse);
  EXPECT_EQ(f.device.trust, DeviceTrust::kServerAd);
  EXPECT_EQ(f.device.ownership, DeviceOwnership::kCompany);
  EXPECT_EQ(f.session_age_s, 60);
  EXPECT_EQ(f.now_unix_s, 1'720'000'000);
  EXPECT_EQ(f.completed.at(0).method, Method::kFido2);
  EXPECT_EQ(f.completed.at(0).age_s, 7U);
  EXPECT_EQ(f.satisfied.at(0).kind, ControlKind::kTermsOfUse);
  EXPECT_EQ(f.satisfied.at(0).name, "Terms");
  EXPECT_EQ(f.strings.at(0), std::pair(std::string("device.model"), std::string("Pixel")));
  EXPECT_EQ(f.lists.at(0).values, (std::vector<std::string>{"kiosk", "till"}));
  EXPECT_EQ(std::get<std::int64_t>(f.signals.at(0).value), -5);
  EXPECT_EQ(std::get<bool>(f.signals.at(1).value), true);
  EXPECT_EQ(std::get<std::string>(f.signals.at(2).value), "phone");
}

TEST(CEvaluate, DecidesAsCppDoes) {
  const auto set = loaded();
  const auto same = sample();
  EXPECT_EQ(to_view(gate_policy_set_digest(set.get())), same->digest());
  EXPECT_EQ(gate_policy_set_policy_count(set.get()), same->policy_count());
  for (const std::uint32_t risk : {GATE_RISK_NONE, GATE_RISK_HIGH}) {
    for (const char* user : {"amy", "bob"}) {
      gate_request r = request_of(user);
      r.sign_in_risk = risk;
      SignInFacts facts;
      facts.user = user;
      facts.sign_in_risk = static_cast<Risk>(risk);
      const SignInView view(facts);
      gate_decision d = gate_decision_new();
      ASSERT_EQ(gate_policy_set_evaluate(set.get(), &r, &d), GATE_OK);
      expect_same(d, same->evaluate(view.request()));
      ASSERT_EQ(gate_policy_set_evaluate_report_only(set.get(), &r, &d), GATE_OK);
      expect_same(d, same->evaluate_report_only(view.request()));
    }
  }
}

TEST(CEvaluate, ABoundRequestOutlivesWhatItWasMadeOf) {
  auto set = loaded();
  std::string user = "amy";
  gate_request r = request_of(user.c_str());
  gate_decision direct = gate_decision_new();
  ASSERT_EQ(gate_policy_set_evaluate(set.get(), &r, &direct), GATE_OK);
  gate_bound* raw = nullptr;
  ASSERT_EQ(gate_bind(set.get(), &r, &raw, nullptr), GATE_OK);
  const Handle<gate_bound> bound(raw);
  user.assign(3, 'x');
  set.reset();
  gate_decision d = gate_decision_new();
  ASSERT_EQ(gate_bound_evaluate(bound.get(), &d), GATE_OK);
  EXPECT_EQ(std::memcmp(&d, &direct, sizeof d), 0);
}

TEST(CSave, GivesTheBytesThatCppGives) {
  const auto set = loaded();
  gate_bytes* raw = nullptr;
  ASSERT_EQ(gate_policy_set_save(set.get(), nullptr, &raw, nullptr), GATE_OK);
  const Handle<gate_bytes> bytes(raw);
  EXPECT_EQ(std::string(static_cast<const char*>(gate_bytes_data(bytes.get())),
                        gate_bytes_size(bytes.get())),
            *save_policy_set(*sample()));
  gate_save_options options = gate_save_options_new();
  options.signing_key_pem = gate_text("no key");
  EXPECT_EQ(gate_policy_set_save(set.get(), &options, &raw, nullptr), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(raw, nullptr);
  EXPECT_EQ(gate_policy_set_save(nullptr, nullptr, &raw, nullptr), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(gate_bytes_size(nullptr), 0U);
  EXPECT_EQ(gate_bytes_data(nullptr), nullptr);
}

}  // namespace
}  // namespace gate::c
