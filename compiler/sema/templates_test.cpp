#include "compiler/sema/templates.h"

#include <gtest/gtest.h>

#include <string>

#include "compiler/parse/parser.h"

namespace gate::compiler::sema {
namespace {

struct Expanded {
  std::string text;
  SourceMap sources;
  std::vector<ast::File> files;
  std::vector<Diagnostic> diagnostics;
  [[nodiscard]] std::vector<std::string> codes() const {
    std::vector<std::string> out;
    for (const Diagnostic& each : diagnostics) {
      out.push_back(each.code);
    }
    return out;
  }
};

std::unique_ptr<Expanded> expand(std::string text) {
  auto out = std::make_unique<Expanded>();
  out->text = std::move(text);
  out->sources.add("t.gate", out->text);
  DiagnosticCollector diagnostics;
  out->files.push_back(parse_file(out->sources, 0, Limits{}, diagnostics));
  expand_templates(out->files, diagnostics);
  out->diagnostics = diagnostics.take_sorted(20);
  return out;
}

const ast::Policy& only_policy(const Expanded& expanded) {
  EXPECT_EQ(expanded.files[0].declarations.size(), 1U);
  return std::get<ast::Policy>(expanded.files[0].declarations.front().node);
}

using Codes = std::vector<std::string>;

TEST(Templates, PutTheirSectionsIntoThePolicyThatAppliesThem) {
  const auto expanded = expand(
      "template StepUp(who : users, how : strength, age : duration, floor : integer) {\n"
      "  users include who exclude user \"bg\"\n"
      "  when amount > floor\n"
      "  grant require strength how\n"
      "  session sign_in_frequency age\n"
      "}\n"
      "policy \"P\" {\n"
      "  apply StepUp(who (Staff, group \"B\"), how Strong, age 4h, floor 1000)\n"
      "  target include all apps\n"
      "}\n");
  EXPECT_EQ(expanded->codes(), Codes{});
  const ast::Policy& policy = only_policy(*expanded);
  ASSERT_TRUE(policy.users && policy.target && policy.when && policy.grant && policy.session);
  const auto& included = policy.users->content[0].items;
  ASSERT_EQ(included.size(), 2U);
  EXPECT_EQ(word_at(included[0], 0)->text, "Staff");
  EXPECT_EQ(literal_at(included[1], 1)->text, "B");
  EXPECT_EQ(policy.when->content.operands[1].kind, ast::ExprKind::kLiteral);
  EXPECT_EQ(policy.when->content.operands[1].literal.value, 1000);
  EXPECT_EQ(word_at(policy.grant->content.requirement.controls[0], 1)->text, "Strong");
  EXPECT_EQ(literal_at(policy.session->content[0], 1)->value, 4 * 3600);
  ASSERT_TRUE(policy.applied_at.has_value());
  EXPECT_FALSE(policy.apply.has_value());
}

TEST(Templates, ModifiersOfAReplacedItemHoldForEachMember) {
  const auto expanded = expand(
      "template T(but : users) { users include all exclude but until 2030-01-01 because \"old\" }\n"
      "policy \"P\" { apply T(but (user \"a\", user \"b\")) target include all apps grant block "
      "}\n");
  EXPECT_EQ(expanded->codes(), Codes{});
  const auto& excluded = only_policy(*expanded).users->content[1].items;
  ASSERT_EQ(excluded.size(), 2U);
  EXPECT_TRUE(excluded[0].until && excluded[1].until && excluded[1].because);
}

TEST(Templates, ASectionStandsInThePolicyOrInTheTemplate) {
  const auto expanded = expand(
      "template T { users include all grant block }\n"
      "policy \"P\" { apply T users include all target include all apps }\n");
  EXPECT_EQ(expanded->codes(), Codes{"G0108"});
  EXPECT_EQ(expanded->diagnostics[0].notes.size(), 1U);
}

TEST(Templates, EachMistakeOfAnApplicationIsReportedOnceWhereItStands) {
  const std::string model =
      "template T(who : users, age : duration) { users include who session "
      "sign_in_frequency age }\n";
  const auto with = [&](const std::string& application) {
    return expand(model + "policy \"P\" { apply " + application + " target include all apps }\n")
        ->codes();
  };
  EXPECT_EQ(with("T(who all, age 4h)"), Codes{});
  EXPECT_EQ(with("T(who all)"), Codes{"G0311"});
  EXPECT_EQ(with("T(who all, age \"4h\")"), Codes{"G0310"});
  EXPECT_EQ(with("T(who all, age 4h, age 5h)"), Codes{"G0221"});
  EXPECT_EQ(with("T(whom all, age 4h)"), Codes{"G0205"});
  EXPECT_EQ(with("T(\"all\", age 4h)"), Codes{"G0310"});
}

TEST(Templates, UnknownOnesAreSuggestedAndDamageOnlyTheirPolicy) {
  const auto expanded = expand(
      "template StepUp { users include all grant block }\n"
      "policy \"A\" { apply StepUp target include all apps }\n"
      "policy \"B\" { apply StepUpp target include all apps }\n");
  ASSERT_EQ(expanded->codes(), Codes{"G0203"});
  EXPECT_EQ(expanded->diagnostics[0].edits.at(0).replacement, "StepUp");
  EXPECT_FALSE(std::get<ast::Policy>(expanded->files[0].declarations[0].node).damaged);
  EXPECT_TRUE(std::get<ast::Policy>(expanded->files[0].declarations[1].node).damaged);
}

TEST(Templates, CannotApplyAnother) {
  const auto expanded = expand(
      "template A { grant block }\ntemplate B { apply A }\n"
      "policy \"P\" { apply B users include all target include all apps apply A }\n");
  const auto codes = expanded->codes();
  EXPECT_NE(std::find(codes.begin(), codes.end(), "G0222"), codes.end());
}

TEST(Templates, AreDeclaredOnceWithKnownTypesAndUsed) {
  EXPECT_EQ(expand("template A { grant block }\ntemplate A { grant block }\n")->codes(),
            (Codes{"G0210", "G0204"}));
  EXPECT_EQ(expand("template A(x : user) { grant block }\n"
                   "policy \"P\" { apply A(x all) users include all target include all apps }\n")
                ->codes(),
            (Codes{"G0210", "G0205"}));
}

}  // namespace
}  // namespace gate::compiler::sema
