#include <gtest/gtest.h>

#include <filesystem>
#include <gate/compile.hpp>

// The example that people read first: it compiles without a word, and decides what its text says.
namespace gate {
namespace {

std::filesystem::path example() {
  return std::filesystem::path(GATE_SOURCE_DIR) / "examples" / "retail-bank";
}

const CompileOutput& compiled() {
  static const CompileOutput kOutput = [] {
    CompileOptions options;
    options.backend = Backend::kInterpreter;
    options.today = Date{2026, 11, 25};
    return compile_folder(example(), options);
  }();
  return kOutput;
}

Decision decide(const SignInFacts& facts) {
  const SignInView view(facts);
  return compiled().policies->evaluate(view.request());
}

SignInFacts customer() {
  SignInFacts facts;
  facts.user = "ada@customer.example";
  facts.target = "retail-app";
  facts.client = ClientApp::kNativeApp;
  facts.platform = Platform::kIos;
  facts.country = "AT";
  facts.completed = {{Method::kPassword, 0}};
  return facts;
}

SignInFacts step_up(std::string context) {
  SignInFacts facts = customer();
  facts.target_kind = TargetKind::kAuthContext;
  facts.target = std::move(context);
  return facts;
}

TEST(RetailBank, CompilesWithoutAWord) {
  EXPECT_TRUE(compiled().diagnostics.empty()) << render_text(compiled(), false);
  ASSERT_NE(compiled().policies, nullptr);
  EXPECT_GE(compiled().policies->policy_count(), 12U);
}

TEST(RetailBank, OneFactorIsEnoughOnAnOrdinaryDay) {
  EXPECT_EQ(decide(customer()).outcome, Outcome::kAllow);
}

TEST(RetailBank, RiskAsksForASecondFactorAndHighRiskBlocks) {
  SignInFacts facts = customer();
  facts.sign_in_risk = Risk::kMedium;
  EXPECT_EQ(decide(facts).outcome, Outcome::kChallenge);
  facts.completed = {{Method::kPassword, 0}, {Method::kSmsOtp, 0}};
  EXPECT_EQ(decide(facts).outcome, Outcome::kAllow);
  facts.sign_in_risk = Risk::kHigh;
  EXPECT_EQ(decide(facts).outcome, Outcome::kBlock);
}

TEST(RetailBank, AnAbsentAmountIsALargeOne) {
  SignInFacts facts = step_up("c1");
  EXPECT_EQ(decide(facts).outcome, Outcome::kChallenge);
  facts.signals = {{"amount", std::int64_t{1000}}};
  EXPECT_EQ(decide(facts).outcome, Outcome::kAllow);
  facts.signals = {{"amount", std::int64_t{1001}}};
  EXPECT_EQ(decide(facts).outcome, Outcome::kChallenge);
  facts.signals = {{"amount", std::int64_t{10}}, {"new_payee", true}};
  EXPECT_EQ(decide(facts).outcome, Outcome::kChallenge);
}

TEST(RetailBank, AnUnknownPlatformGetsNoStatements) {
  SignInFacts facts = customer();
  facts.target = "statements";
  facts.completed = {{Method::kPassword, 0}, {Method::kSmsOtp, 0}};
  EXPECT_EQ(decide(facts).outcome, Outcome::kAllow);
  facts.platform = Platform::kUnknown;
  EXPECT_EQ(decide(facts).outcome, Outcome::kBlock);
}

TEST(RetailBank, ALostPhoneIsBlockedAndEndsEverySession) {
  SignInFacts facts = customer();
  facts.device.reported_lost = true;
  const Decision decision = decide(facts);
  EXPECT_EQ(decision.outcome, Outcome::kBlock);
  EXPECT_EQ(decision.session.flags,
            SessionControls::kRevokeAll | SessionControls::kForbidChannelsOnDevice);
}

TEST(RetailBank, AwayFromHomeIsReportedAndNotAsked) {
  SignInFacts facts = customer();
  facts.country = "BR";
  EXPECT_EQ(decide(facts).outcome, Outcome::kAllow);
  const SignInView view(facts);
  EXPECT_EQ(compiled().policies->evaluate_report_only(view.request()).outcome, Outcome::kChallenge);
}

TEST(RetailBank, ContractorsWorkFromABranchInOfficeHours) {
  SignInFacts facts;
  facts.user = "max@partner.example";
  facts.groups = {"Contractors"};
  facts.target = "core-ledger";
  facts.client = ClientApp::kBrowser;
  facts.device.registered = true;
  facts.device.compliant = Tristate::kTrue;
  facts.completed = {{Method::kFido2, 0}};
  facts.ip = "203.0.113.20";
  facts.now_unix_s = 1'795'600'800;  // Wednesday 2026-11-25, 10:00 UTC
  EXPECT_EQ(decide(facts).outcome, Outcome::kAllow);
  facts.now_unix_s = 1'795'600'800 + std::int64_t{12} * 3600;
  EXPECT_EQ(decide(facts).outcome, Outcome::kBlock) << "at night";
  facts.now_unix_s = 1'795'600'800 + std::int64_t{3} * 86'400;
  EXPECT_EQ(decide(facts).outcome, Outcome::kBlock) << "on a Saturday";
  facts.now_unix_s = 1'795'600'800;
  facts.ip = "192.0.2.7";
  EXPECT_EQ(decide(facts).outcome, Outcome::kBlock) << "from elsewhere";
}

TEST(RetailBank, BatchJobsComeFromTheDataCentre) {
  SignInFacts facts;
  facts.user = "nightly";
  facts.user_kind = UserKind::kServicePrincipal;
  facts.target = "core-ledger";
  facts.ip = "198.51.100.7";
  EXPECT_EQ(decide(facts).outcome, Outcome::kAllow);
  facts.ip = "198.51.100.200";
  EXPECT_EQ(decide(facts).outcome, Outcome::kBlock);
}

TEST(RetailBank, BreakGlassGetsInFromAnywhere) {
  SignInFacts facts = customer();
  facts.user = "bg1@bank.example";
  facts.target = "staff-portal";
  facts.country = "KP";
  facts.client = ClientApp::kOther;
  facts.sign_in_risk = Risk::kHigh;
  EXPECT_EQ(decide(facts).outcome, Outcome::kAllow);
}

}  // namespace
}  // namespace gate
