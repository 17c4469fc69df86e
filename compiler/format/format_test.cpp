#include "compiler/format/format.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ast/dump.h"
#include "compiler/parse/parser.h"
#include "compiler/parse/token.h"

namespace gate::compiler {
namespace {

std::optional<std::string> format(std::string_view text) {
  SourceMap sources;
  sources.add("t.gate", text);
  DiagnosticCollector diagnostics;
  return format_file(sources, 0, Limits{}, diagnostics);
}

std::string formatted(std::string_view text) {
  const auto result = format(text);
  EXPECT_TRUE(result.has_value()) << text;
  return result.value_or("");
}

/// What the text says: its words in some order, without the commas that may stand behind a list.
/// Sections may change places, so this is a multiset; the order inside is held by the tree.
std::vector<std::string> words_of(std::string_view text) {
  SourceMap sources;
  sources.add("t.gate", text);
  std::vector<std::string> words;
  const LexedFile lexed = lex(sources, 0);
  for (const LexedToken& token : lexed.tokens) {
    const std::string_view word = text.substr(token.begin, token.end - token.begin);
    if (word != ",") {
      words.emplace_back(word);
    }
  }
  std::sort(words.begin(), words.end());
  return words;
}

std::vector<std::string> comments_of(std::string_view text) {
  SourceMap sources;
  sources.add("t.gate", text);
  std::vector<std::string> comments;
  for (const ast::Comment& comment : lex(sources, 0).comments) {
    std::string body(text.substr(comment.span.begin, comment.span.end - comment.span.begin));
    body.erase(body.find_last_not_of(" \t\r") + 1);
    comments.push_back(std::move(body));
  }
  std::sort(comments.begin(), comments.end());
  return comments;
}

/// The tree of a text, places left out.
std::string tree_of(std::string_view text) {
  SourceMap sources;
  sources.add("t.gate", text);
  DiagnosticCollector diagnostics;
  return dump_ast(sources, parse_file(sources, 0, Limits{}, diagnostics), Places::kLeaveOut);
}

void expect_canonical(std::string_view before, const std::string& after) {
  EXPECT_EQ(format(after).value_or("(does not parse)"), after) << "not idempotent:\n" << before;
  EXPECT_EQ(words_of(before), words_of(after)) << "words lost or made up:\n" << after;
  EXPECT_EQ(tree_of(before), tree_of(after)) << "another meaning:\n" << after;
  EXPECT_EQ(comments_of(before), comments_of(after)) << "comments lost or made up:\n" << after;
}

TEST(Format, PutsSectionsInOrderAndInColumns) {
  EXPECT_EQ(
      formatted("policy \"P\"{grant require all of(mfa,compliant_device)\n"
                "when amount>1 or(a and b)  users exclude B include all target include all apps\n"
                "session sign_in_frequency 4h state report_only until 2027-01-31 id \"x\"}"),
      "policy \"P\" {\n"
      "  id       \"x\"\n"
      "  state    report_only until 2027-01-31\n"
      "  users    exclude B\n"
      "           include all\n"
      "  target   include all apps\n"
      "  when     amount > 1 or (a and b)\n"
      "  grant    require all of (mfa, compliant_device)\n"
      "  session  sign_in_frequency 4h\n"
      "}\n");
}

TEST(Format, BreaksAListThatIsTooLongOneMemberALine) {
  const std::string a(45, 'a');
  EXPECT_EQ(formatted("users S = user \"" + a + "\", group \"" + a + "\""),
            "users S =\n  user \"" + a + "\",\n  group \"" + a + "\",\n");
  EXPECT_EQ(formatted("users S = user \"a\",\n group \"b\",\n"),
            "users S = user \"a\", group \"b\"\n");
}

TEST(Format, HoldsTheLineWidthAtItsBound) {
  const std::string head = "users S = user \"\", user \"\"";
  const std::string fill(100 - head.size(), 'a');
  const std::string fits = "users S = user \"" + fill + "\", user \"\"\n";
  EXPECT_EQ(formatted(fits), fits);
  EXPECT_EQ(formatted("users S = user \"" + fill + "a\", user \"\"\n"),
            "users S =\n  user \"" + fill + "a\",\n  user \"\",\n");
}

TEST(Format, BreaksAConditionAtItsOutermostWord) {
  const std::string name(40, 'n');
  EXPECT_EQ(formatted("let x = " + name + "1 > 1 or " + name + "2 > 2 and y or not (" + name +
                      "3 and " + name + "4 and z)"),
            "let x =\n  " + name + "1 > 1\n  or " + name + "2 > 2 and y\n  or not (" + name +
                "3\n" + std::string(10, ' ') + "and " + name + "4\n" + std::string(10, ' ') +
                "and z)\n");
}

TEST(Format, KeepsCommentsAtWhatTheyStandAt) {
  const std::string text =
      "# licence\n"
      "\n"
      "## Who.\n"
      "users A = user \"a\"  # why\n"
      "# about B\n"
      "users B =\n"
      "  # the first\n"
      "  user \"b\",  # one\n"
      "  user \"c\",\n"
      "\n"
      "## Keeps the door.\n"
      "policy \"P\" {  # opens\n"
      "  # who\n"
      "  users    include all  # everybody\n"
      "  # what\n"
      "  target   include all apps\n"
      "  grant    block\n"
      "  # at the end\n"
      "}  # closes\n"
      "\n"
      "# after all\n";
  EXPECT_EQ(formatted(text), text);
}

TEST(Format, PrintsTemplatesAndTheirApplications) {
  EXPECT_EQ(formatted("template StepUp(who:users,age:duration){session sign_in_frequency age users "
                      "include who}\npolicy \"P\"{target include all apps apply StepUp(who(A,group "
                      "\"B\"),age 4h)}"),
            "template StepUp(who : users, age : duration) {\n"
            "  users    include who\n"
            "  session  sign_in_frequency age\n"
            "}\n"
            "\n"
            "policy \"P\" {\n"
            "  apply    StepUp(who(A, group \"B\"), age 4h)\n"
            "  target   include all apps\n"
            "}\n");
}

TEST(Format, MovesACommentWithItsSection) {
  EXPECT_EQ(formatted("policy \"P\" {\n  # why blocked\n  grant block  # hard\n"
                      "  # who\n  users include all\n  target include all apps\n}\n"),
            "policy \"P\" {\n  # who\n  users    include all\n  target   include all apps\n"
            "  # why blocked\n  grant    block  # hard\n}\n");
}

TEST(Format, AlignsTablesOfTests) {
  EXPECT_EQ(formatted("test \"t\" (a,b.c->expected) {given user \"u\" in A, app \"x\"\n"
                      "500|true->allow\n5000|[password,sms_otp]->report challenge any of(M,N)}\n"),
            "test \"t\" (a, b.c -> expected) {\n"
            "  given  user \"u\" in A, app \"x\"\n"
            "  500  | true                -> allow\n"
            "  5000 | [password, sms_otp] -> report challenge any of (M, N)\n"
            "}\n");
}

TEST(Format, SetsBlocksApartAndKeepsOneEmptyLineElsewhere) {
  EXPECT_EQ(formatted("users A = user \"a\"\nusers B = user \"b\"\n\n\n\nusers C = user \"c\"\n"
                      "test \"t\" {expect allow} test \"u\" {expect block}\nprofile x"),
            "users A = user \"a\"\nusers B = user \"b\"\n\nusers C = user \"c\"\n\n"
            "test \"t\" {\n  expect allow\n}\n\ntest \"u\" {\n  expect block\n}\n\nprofile x\n");
}

TEST(Format, NeverMakesADescriptionOfACommentInsideAHead) {
  const std::string text = "policy ## odd\n  \"P\" # more\n{ users include all }\n";
  const std::string after = formatted(text);
  expect_canonical(text, after);
  EXPECT_TRUE(after.starts_with("policy \"P\" {\n")) << after;
}

TEST(Format, RefusesWhatDoesNotParse) {
  EXPECT_FALSE(format("policy \"P\" { users include }").has_value());
  EXPECT_FALSE(format("users A = ").has_value());
  EXPECT_FALSE(format("users A = user \"\xFF\"").has_value());
}

TEST(Format, OfNothingIsNothing) {
  EXPECT_EQ(formatted(""), "");
  EXPECT_EQ(formatted(" \n\n"), "");
  EXPECT_EQ(formatted("# only words"), "# only words\n");
}

/// Everything that the tree holds in policy text, with comments put wherever one may stand: the
/// formatter must keep all words and comments, and agree with itself.
TEST(Format, IsIdempotentAndLosesNothingOnEveryPolicyFileOfTheTree) {
  std::size_t files = 0;
  for (const char* folder : {"examples", "tests/golden"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(
             std::filesystem::path(GATE_SOURCE_DIR) / folder)) {
      if (entry.path().extension() != ".gate") {
        continue;
      }
      std::ifstream in(entry.path(), std::ios::binary);
      std::string text{std::istreambuf_iterator<char>(in), {}};
      text.resize(std::min(text.size(), text.find("\n--- ")));  // what is expected of it
      SCOPED_TRACE(entry.path().string());
      if (const auto once = format(text)) {
        ++files;
        expect_canonical(text, *once);
      }
    }
  }
  EXPECT_GE(files, 10U);
}

TEST(Format, KeepsACommentBetweenAnyTwoWords) {
  std::ifstream in(GATE_SOURCE_DIR "/examples/retail-bank/policies/staff.gate", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  SourceMap sources;
  sources.add("t.gate", text);
  const LexedFile lexed = lex(sources, 0);
  ASSERT_GT(lexed.tokens.size(), 100U);
  for (std::size_t step = 1; step <= 3; ++step) {
    std::string noisy;
    std::uint32_t from = 0;
    for (std::size_t i = 0; i < lexed.tokens.size(); i += step) {
      noisy += text.substr(from, lexed.tokens[i].end - from);
      noisy += i % 2 == 0 ? " # c" + std::to_string(i) + "\n" : "\n# d" + std::to_string(i) + "\n";
      from = lexed.tokens[i].end;
    }
    noisy += text.substr(from);
    const auto once = format(noisy);
    ASSERT_TRUE(once.has_value());
    expect_canonical(noisy, *once);
  }
}

}  // namespace
}  // namespace gate::compiler
