// Machine code is shared by sets and kept by the process: wrong code must not keep right policies
// out until a restart (docs/evaluator.md, Putting a set in force).
#include <gtest/gtest.h>

#include <gate/compile.hpp>
#include <gate/evaluator.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/lower/planted_code.h"

namespace gate {
namespace {

/// Sets of one make for every `fact`: names are data.
std::vector<SourceFile> files(std::string_view fact, std::string_view group) {
  const std::string who(group);
  return {{"a.gate", "policy \"Stop " + who + "\" {\n  users include group \"" + who +
                         "\"\n  target include all apps\n  when " + std::string(fact) +
                         " >= medium\n  grant block\n}\n"
                         "policy \"Prove\" {\n  users include all\n  target include all apps\n"
                         "  grant require mfa\n}\n"}};
}

CompileOutput load(std::string_view fact, std::string_view group, CompileOptions options) {
  options.keep_test_blocks = false;
  return compile(files(fact, group), options);
}
CompileOutput reload(std::string_view fact, std::string_view group) {
  return load(fact, group, {.cross_check = 64});
}

/// The set against the interpreter, for those who are stopped and those who are not.
void expect_right(const PolicySet& set, std::string_view fact, std::string_view group) {
  const auto oracle = load(fact, group, {.backend = Backend::kInterpreter}).policies;
  ASSERT_NE(oracle, nullptr);
  ASSERT_EQ(oracle->tier(), Tier::kInterpreter);
  std::size_t blocked = 0;
  for (const std::string_view member : {group, std::string_view("nobody")}) {
    for (const Risk risk : {Risk::kNone, Risk::kLow, Risk::kMedium, Risk::kHigh}) {
      SignInRequest request;
      request.user = "u";
      request.target = "app";
      request.groups = {&member, 1};
      request.sign_in_risk = request.user_risk = request.service_principal_risk = risk;
      const Decision meant = oracle->evaluate(request);
      EXPECT_EQ(set.evaluate(request), meant);
      EXPECT_NE(meant.outcome, Outcome::kAllow);
      blocked += meant.outcome == Outcome::kBlock ? 1 : 0;
    }
  }
  EXPECT_GT(blocked, 0U);
}

std::string codes(const CompileOutput& output) {
  std::string out;
  for (const Diagnostic& d : output.diagnostics) {
    out += (out.empty() ? "" : " ") + d.code + ":" + std::string(name(d.severity));
  }
  return out;
}

TEST(WrongMachineCode, AReloadIsTakenWithTablesAndTheCodeIsBanned) {
  constexpr std::string_view kFact = "sign_in_risk";
  const auto code = lower::planted::in_process(
      *load(kFact, "First", {.native_code = NativeCode::kNever}).policies,
      lower::planted::nothing_applies);
  const CompileOutput first = load(kFact, "First", {});  // a caller that does not check takes it
  ASSERT_EQ(first.policies->tier(), Tier::kMachineCode);
  Evaluator evaluator(first.policies);
  SignInRequest anybody;
  anybody.user = "u";
  anybody.target = "app";
  ASSERT_EQ(evaluator.evaluate(anybody).outcome, Outcome::kAllow) << "planted: it fails open";

  const CompileOutput second = reload(kFact, "Second");
  ASSERT_NE(second.policies, nullptr) << render_text(second, false);
  EXPECT_EQ(codes(second), "G0511:warning");
  EXPECT_EQ(second.policies->tier(), Tier::kTables);
  EXPECT_EQ(native_code_counts().wrong, 1U);
  expect_right(*second.policies, kFact, "Second");
  EXPECT_EQ(first.policies->tier(), Tier::kTables) << "sets that use it already stop using it";
  expect_right(*first.policies, kFact, "First");
  EXPECT_EQ(evaluator.evaluate(anybody).outcome, Outcome::kChallenge);

  const CompileOutput third = reload(kFact, "Third");
  ASSERT_NE(third.policies, nullptr) << render_text(third, false);
  EXPECT_EQ(codes(third), "") << "the code is not tried again";
  generate_native_code(third.policies);
  EXPECT_EQ(third.policies->wait_for_native(std::chrono::seconds(30)), Tier::kTables);
  expect_right(*third.policies, kFact, "Third");
  EXPECT_EQ(native_code_counts().wrong, 1U);
}

/// Code that spoils what it reads, so that the tables decide otherwise than the interpreter too.
void spoil_tables(const abi::BoundRequest* request, const abi::RowTables* tables,
                  std::uint64_t* applies, std::uint64_t* unknown) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): the memory itself is not constant
  std::fill_n(const_cast<std::uint64_t*>(tables->context_rows), 64 * tables->words, 0);
  lower::planted::nothing_applies(request, tables, applies, unknown);
}

TEST(WrongMachineCode, ASetOfWhichTheTablesAreWrongTooIsRefused) {
  constexpr std::string_view kFact = "user_risk";
  const std::uint64_t before = native_code_counts().wrong;
  const auto code = lower::planted::in_process(
      *load(kFact, "First", {.native_code = NativeCode::kNever}).policies, spoil_tables);
  const CompileOutput output = reload(kFact, "First");
  EXPECT_EQ(output.policies, nullptr);
  EXPECT_EQ(codes(output), "G0503:error");
  EXPECT_EQ(native_code_counts().wrong, before) << "it is unknown which of them it was";
}

TEST(WrongMachineCode, SetsOfAnotherMakeHaveTheirCode) {
  constexpr std::string_view kFact = "service_principal_risk";
  CompileOptions options{.native_code = NativeCode::kBeforeReturn, .cross_check = 64};
  const CompileOutput output = load(kFact, "First", options);
  ASSERT_NE(output.policies, nullptr) << render_text(output, false);
  EXPECT_EQ(codes(output), "");
  EXPECT_EQ(output.policies->tier(), Tier::kMachineCode);
  expect_right(*output.policies, kFact, "First");
}

}  // namespace
}  // namespace gate
