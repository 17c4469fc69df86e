#include "compiler/parse/quick_lexer.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

// The grammar is the specification; the quick lexer must not differ from it in one
// byte.
namespace gate::compiler {
namespace {

std::string described(const LexedFile& lexed) {
  std::string out;
  for (const LexedToken& token : lexed.tokens) {
    out += std::to_string(token.type) + " " + std::to_string(token.begin) + "-" +
           std::to_string(token.end) + "\n";
  }
  for (const ast::Comment& comment : lexed.comments) {
    out += "# " + std::to_string(comment.span.begin) + "-" + std::to_string(comment.span.end) +
           (comment.doc ? " doc" : "") + (comment.trailing ? " trailing\n" : "\n");
  }
  return out;
}

/// True when the quick lexer took the text.
bool same(const std::string& text) {
  const auto quick = lex_quickly(text, 0, 3);
  if (!quick) {
    return false;
  }
  EXPECT_EQ(described(*quick), described(lex_by_grammar(text, 0, 3))) << "text: " << text;
  return true;
}

TEST(QuickLexer, ReadsEveryExampleAsTheGrammarDoes) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(
           std::filesystem::path(GATE_SOURCE_DIR) / "examples")) {
    if (entry.path().extension() == ".gate") {
      std::ifstream in(entry.path());
      std::stringstream text;
      text << in.rdbuf();
      EXPECT_TRUE(same(text.str())) << entry.path();
      ++files;
    }
  }
  EXPECT_GT(files, 0U);
}

TEST(QuickLexer, ReadsWordsAtTheirEdgesAsTheGrammarDoes) {
  for (const char* text : {"",
                           " ",
                           "policy",
                           "policyx",
                           "_",
                           "22:00",
                           "22:0",
                           "122:00",
                           "22:000",
                           "2027-01-31",
                           "2027-01-3",
                           "12027-01-31",
                           "2027-01-31x",
                           "30m",
                           "30mm",
                           "30m5",
                           "-5",
                           "-5m",
                           "-",
                           "->",
                           "--5",
                           "5-5",
                           "007",
                           "1e5",
                           "\"a\"",
                           "\"a",
                           "\"a\\\"",
                           "\"a\\",
                           "\"a\\\n",
                           "\"\"\"",
                           "\"\\\\\"",
                           "\"a\nb\"",
                           "\"a\r\"",
                           "# a",
                           "## a",
                           "x # a",
                           "x ## a\r# b",
                           "#",
                           "##",
                           "###",
                           "x\n# a\n#b",
                           "=",
                           "==",
                           "===",
                           "=>",
                           "!",
                           "!=",
                           "<=>",
                           "<",
                           ">=",
                           "a.b",
                           "a..b",
                           "{}[]()",
                           "|,:",
                           "'",
                           "\x01",
                           "\x7F",
                           "a\fb",
                           "%$&/?*+~^`@;\\",
                           "\"\xC3\xA9\"",
                           "# \xE2\x82\xAC\nx",
                           "\"\\\xC3\xA9\" y"}) {
    EXPECT_TRUE(same(text)) << text;
  }
}

TEST(QuickLexer, LeavesLettersBeyondAsciiToTheGrammar) {
  EXPECT_FALSE(same("users \xC3\x84 = user \"a\""));
  EXPECT_FALSE(same("\xEF\xBB\xBF"));
}

TEST(QuickLexer, ReadsTwentyThousandRandomTextsAsTheGrammarDoes) {
  static constexpr const char* kPieces[] = {
      "policy", "users",    "in", "starts_with", "x",   "_a1",   "Z",   "0", "1", "22",
      "2027",   ":",        "-",  "-01",         "-31", "m",     "h",   "d", "s", "\"",
      "\\",     "\\\"",     "#",  "##",          "\n",  "\r",    "\t",  " ", "=", "!",
      "<",      ">",        "|",  ",",           ".",   "{",     "}",   "(", ")", "[",
      "]",      "\xC3\xA9", "'",  "true",        "30m", "12:30", "\x01"};
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::uniform_int_distribution<std::size_t> piece(0, std::size(kPieces) - 1);
  std::uniform_int_distribution<int> length(1, 14);
  std::size_t taken = 0;
  for (int i = 0; i < 20'000 && !testing::Test::HasFailure(); ++i) {
    std::string text;
    for (int n = length(random); n > 0; --n) {
      text += kPieces[piece(random)];
    }
    taken += same(text) ? 1 : 0;
  }
  EXPECT_GT(taken, 10'000U);
}

}  // namespace
}  // namespace gate::compiler
