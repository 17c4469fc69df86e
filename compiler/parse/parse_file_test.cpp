#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "compiler/parse/parser.h"

namespace gate::compiler {
namespace {

struct Parsed {
  ast::File file;
  std::vector<std::string> codes;
};

Parsed parse(const std::string& text, const Limits& limits = {}) {
  SourceMap sources;
  sources.add("t.gate", text);
  DiagnosticCollector diagnostics;
  Parsed out;
  out.file = parse_file(sources, 0, limits, diagnostics);
  for (const Diagnostic& d : diagnostics.take_sorted(limits.errors_per_file_max)) {
    out.codes.push_back(d.code);
  }
  return out;
}

using Codes = std::vector<std::string>;

TEST(Parse, EveryExampleParsesWithoutAComplaint) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(
           std::filesystem::path(GATE_SOURCE_DIR) / "examples")) {
    if (entry.path().extension() == ".gate") {
      std::ifstream in(entry.path());
      std::stringstream text;
      text << in.rdbuf();
      EXPECT_EQ(parse(text.str()).codes, Codes{}) << entry.path();
      ++files;
    }
  }
  EXPECT_GT(files, 0U);
}

TEST(Parse, OneMistakeGivesOneDiagnosticAndTheRestIsRead) {
  const Parsed parsed = parse(
      "users A = user \"a\"\n"
      "policy \"P\" {\n  users include A\n  target include all aps }\n  when x >= \n  grant "
      "block\n}\n"
      "users B = user \"b\"\n");
  EXPECT_GE(parsed.codes.size(), 1U);
  EXPECT_GE(parsed.file.declarations.size(), 3U);
}

TEST(Parse, TwoMistakesInTwoSectionsGiveTwoDiagnostics) {
  const Parsed parsed = parse(
      "policy \"P\" {\n  users include ,\n  target include all apps\n  when x >= \n  grant "
      "block\n}\n");
  EXPECT_EQ(parsed.codes, (Codes{"G0101", "G0101"}));
  ASSERT_EQ(parsed.file.declarations.size(), 1U);
  EXPECT_TRUE(std::get<ast::Policy>(parsed.file.declarations[0].node).grant.has_value());
}

TEST(Parse, TenThousandParenthesesAreRefusedBeforeParsing) {
  const std::string deep = "let x = " + std::string(10'000, '(') + "a" + std::string(10'000, ')');
  EXPECT_EQ(parse(deep).codes, Codes{"G0005"});
  std::string nots = "let x = ";
  for (int i = 0; i < 10'000; ++i) {
    nots += "not ";
  }
  EXPECT_EQ(parse(nots + "a").codes, Codes{"G0005"});
}

TEST(Parse, DepthAtTheBoundIsReadAndOnePastItIsNot) {
  Limits limits;
  limits.nesting_depth_max = 3;
  EXPECT_EQ(parse("let x = (((a)))", limits).codes, Codes{});
  EXPECT_EQ(parse("let x = ((((a))))", limits).codes, Codes{"G0005"});
}

TEST(Parse, EachLimitHoldsAtItsBoundAndNotOnePast) {
  const std::string text = "users A = user \"abc\", user \"abd\"";
  const auto codes = [&](auto set, std::size_t value) {
    Limits limits;
    set(limits) = value;
    return parse(text, limits).codes;
  };
  const auto bytes = [](Limits& l) -> std::size_t& { return l.file_bytes_max; };
  EXPECT_EQ(codes(bytes, text.size()), Codes{});
  EXPECT_EQ(codes(bytes, text.size() - 1), Codes{"G0001"});
  const auto tokens = [](Limits& l) -> std::size_t& { return l.tokens_max; };
  EXPECT_EQ(codes(tokens, 8), Codes{});
  EXPECT_EQ(codes(tokens, 7), Codes{"G0006"});
  const auto string = [](Limits& l) -> std::size_t& { return l.string_bytes_max; };
  EXPECT_EQ(codes(string, 3), Codes{});
  EXPECT_EQ(codes(string, 2), (Codes{"G0007", "G0007"}));
  const auto members = [](Limits& l) -> std::size_t& { return l.members_max; };
  EXPECT_EQ(codes(members, 2), Codes{});
  EXPECT_EQ(codes(members, 1), Codes{"G0008"});
}

TEST(Parse, CommentsAreKeptAndDescriptionsFindTheirDeclaration) {
  const Parsed parsed = parse(
      "# licence\n\n## Who keeps the lights on\n## when all fails.\nusers A = user \"a\"  # why\n");
  ASSERT_EQ(parsed.file.comments.size(), 4U);
  EXPECT_TRUE(parsed.file.comments[3].trailing);
  ASSERT_EQ(parsed.file.declarations.size(), 1U);
  EXPECT_EQ(parsed.file.declarations[0].description, "Who keeps the lights on\nwhen all fails.");
}

TEST(Parse, ByteOffsetsAreRightBehindLettersOfSeveralBytes) {
  const std::string text = "users \xC3\x84 = user \"\xC3\xA9\"";
  const Parsed parsed = parse(text);
  const auto& set = std::get<ast::NamedSet>(parsed.file.declarations.at(0).node);
  EXPECT_EQ(set.name.text, "\xC3\x84");
  EXPECT_EQ(set.items.at(0).span.end, text.size());
}

TEST(Parse, InvalidUtf8HiddenAndMixedLettersAreNamed) {
  EXPECT_EQ(parse("users A = user \"\xFF\"").codes, Codes{"G0002"});
  EXPECT_EQ(parse("users A = user \"a\xE2\x80\xAE\"").codes, Codes{"G0003"});
  EXPECT_EQ(parse("users Adm\xD1\x96ns = user \"a\"").codes, Codes{"G0004"});
}

TEST(Parse, AMissingBraceIsBlamedOnThePolicyThatLacksIt) {
  const Parsed parsed = parse(
      "policy \"A\" {\n  users include all\n  target include all apps\n  grant block\n"
      "policy \"B\" {\n  users include all\n  target include all apps\n  grant block\n}\n");
  EXPECT_EQ(parsed.codes, Codes{"G0106"});
  EXPECT_EQ(parsed.file.declarations.size(), 2U);
}

TEST(Parse, TemplatesAndTheirApplicationsAreKept) {
  const std::string text =
      "template StepUp(who : users, age : duration) {\n  users include who\n"
      "  session sign_in_frequency age\n}\n"
      "policy \"P\" {\n  apply StepUp(who (A, group \"B\"), age 4h)\n  target include all "
      "apps\n}\n";
  const Parsed parsed = parse(text);
  EXPECT_EQ(parsed.codes, Codes{});
  ASSERT_EQ(parsed.file.declarations.size(), 2U);
  const auto& model = std::get<ast::Template>(parsed.file.declarations[0].node);
  ASSERT_EQ(model.parameters.size(), 2U);
  EXPECT_EQ(model.parameters[0].type.text, "users");
  EXPECT_TRUE(model.body.users.has_value());
  const auto& policy = std::get<ast::Policy>(parsed.file.declarations[1].node);
  ASSERT_TRUE(policy.apply.has_value());
  EXPECT_EQ(policy.apply->content.arguments.size(), 2U);
}

TEST(Parse, ADamagedTemplateKeepsWhatCouldBeRead) {
  const std::string text =
      "template T(who : users) {\n  users include ,\n  grant block\n}\nusers B = user \"b\"\n";
  const Parsed parsed = parse(text);
  EXPECT_EQ(parsed.codes, Codes{"G0101"});
  ASSERT_EQ(parsed.file.declarations.size(), 2U);
  const auto& model = std::get<ast::Template>(parsed.file.declarations[0].node);
  EXPECT_EQ(model.name.text, "T");
  EXPECT_TRUE(model.body.damaged);
  EXPECT_TRUE(model.body.grant.has_value());
}

}  // namespace
}  // namespace gate::compiler
