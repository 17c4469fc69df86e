#include <gtest/gtest.h>

#include <filesystem>
#include <gate/run_tests.hpp>

// What `gatec test` runs.
namespace gate {
namespace {

constexpr std::string_view kSet =
    "users Staff = group \"Staff\"\n"
    "strength Strong = any of [fido2], [password, sms_otp]\n"
    "policy \"Risk\" {\n  users include all\n  target include all apps\n"
    "  when sign_in_risk >= medium\n  grant require strength Strong\n"
    "  session sign_in_frequency 1h\n}\n"
    "policy \"Stop\" {\n  users include Staff\n  target include all apps\n"
    "  when sign_in_risk == high\n  grant block\n}\n"
    "policy \"Trial\" {\n  state report_only\n  users include Staff\n  target include all apps\n"
    "  grant require compliant_device\n}\n";

TestResult run(const std::string& given, const std::string& expect) {
  const CompileOutput output =
      compile({{"a.gate", std::string(kSet)},
               {"b.gate", "test \"t\" {\n  given " + given + "\n  expect " + expect + "\n}\n"}});
  if (output.policies == nullptr) {
    ADD_FAILURE() << render_text(output, false);
    return {};
  }
  const TestReport report = run_tests(*output.policies, output.tests);
  EXPECT_EQ(report.results.size(), 1U);
  EXPECT_EQ(report.passed + report.failed, 1U);
  return report.results.at(0);
}

using Texts = std::vector<std::string>;

TEST(RunTests, EveryTestOfTheRetailBankResolvesAndHolds) {
  for (const Backend backend : {Backend::kInterpreter, Backend::kNative}) {
    CompileOptions options;
    options.backend = backend;
    options.today = Date{2026, 11, 25};
    const CompileOutput output = compile_folder(
        std::filesystem::path(GATE_SOURCE_DIR) / "examples" / "retail-bank", options);
    ASSERT_NE(output.policies, nullptr) << render_text(output, false);
    EXPECT_GE(output.tests.size(), 40U);
    const TestReport report = run_tests(*output.policies, output.tests);
    EXPECT_EQ(report.failed, 0U);
    EXPECT_EQ(report.backend, output.policies->backend());
    for (const TestResult& result : report.results) {
      const CompiledTest& test = output.tests[result.test];
      for (const std::string& difference : result.differences) {
        ADD_FAILURE() << test.name << " (" << test.row << "): " << difference << "\n  expected "
                      << result.expected << "\n  actual   " << result.actual;
      }
    }
  }
}

TEST(RunTests, APassingTestSaysWhatCameOut) {
  const TestResult result = run("app \"x\", sign_in_risk medium, completed [password]",
                                "challenge Strong because \"Risk\"");
  EXPECT_TRUE(result.passed);
  EXPECT_EQ(result.expected, "challenge [strength Strong] because \"Risk\"");
  EXPECT_EQ(result.actual, "challenge [strength Strong] because \"Risk\"");
}

TEST(RunTests, AnotherOutcomeNamesBothAndThePoliciesThatApply) {
  const TestResult result =
      run("user \"amy\" in Staff, app \"x\", sign_in_risk high, completed [password]", "allow");
  EXPECT_FALSE(result.passed);
  EXPECT_EQ(result.expected, "allow");
  EXPECT_EQ(result.actual, "block [strength Strong] because \"Risk\", \"Stop\"");
  EXPECT_EQ(result.differences, Texts{"expected allow, the decision is block"});
}

TEST(RunTests, AClauseThatIsMetOrNeverAskedForIsNamed) {
  EXPECT_EQ(
      run("app \"x\", sign_in_risk medium, completed [fido2]", "challenge Strong").differences,
      (Texts{"expected challenge, the decision is allow",
             "`strength Strong` is asked for and met already"}));
  EXPECT_EQ(run("app \"x\"", "challenge Strong").differences,
            (Texts{"expected challenge, the decision is allow",
                   "`strength Strong` is not asked for by any policy that applies"}));
  EXPECT_EQ(run("app \"x\", sign_in_risk medium", "challenge mfa").differences,
            Texts{"no policy of the set asks for `mfa`"});
}

TEST(RunTests, APolicyThatDoesNotApplySaysWhichConditionFails) {
  const Texts differences =
      run("user \"amy\", app \"x\", sign_in_risk high, completed [fido2]", "block because \"Stop\"")
          .differences;
  ASSERT_EQ(differences.size(), 2U);
  EXPECT_TRUE(differences[1].starts_with("policy `Stop` does not apply: users include"))
      << differences[1];
}

TEST(RunTests, ReportOnlyPoliciesCountOnlyWhereTheTestSaysReport) {
  EXPECT_TRUE(run("user \"amy\" in Staff, app \"x\"", "allow").passed);
  EXPECT_TRUE(run("user \"amy\" in Staff, app \"x\"", "report block because \"Trial\"").passed);
  const TestResult result = run("user \"amy\" in Staff, app \"x\"", "allow because \"Trial\"");
  EXPECT_EQ(result.differences,
            Texts{"policy `Trial` is report_only: write `expect report` to speak of it"});
  EXPECT_EQ(run("user \"amy\" in Staff, app \"x\"", "report allow").actual,
            "report block [compliant_device] because \"Trial\"");
}

TEST(RunTests, AFactorThatIsTooOldIsAskedForAgain) {
  const std::string old = "app \"x\", sign_in_risk medium, completed [fido2 2h]";
  EXPECT_TRUE(run(old, "challenge reauthenticate").passed);
  EXPECT_EQ(run("app \"x\", sign_in_risk medium, completed [fido2 5m]", "challenge reauthenticate")
                .differences,
            (Texts{"expected challenge, the decision is allow",
                   "no factor is too old: nothing has to be done again"}));
}

}  // namespace
}  // namespace gate
