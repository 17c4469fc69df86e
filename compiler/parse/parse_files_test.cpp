#include "compiler/parse/parse_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "compiler/ast/relocate.h"
#include "compiler/parse/parser.h"

// Issue 4 item 4: a file edited in a large folder parses only what changed; and what is taken over
// says the same as what would have been parsed.
namespace gate::compiler {
namespace {

using Files = std::vector<std::pair<std::string, std::string>>;

struct Round {
  std::vector<ast::File> trees;
  std::vector<Diagnostic> diagnostics;
};

/// One compilation's worth of parsing. `files` must outlive the trees.
Round parse(const Files& files, ParseCache* cache) {
  SourceMap sources;
  for (const auto& [name, text] : files) {
    sources.add(name, text);
  }
  DiagnosticCollector diagnostics;
  Round out;
  out.trees = parse_files(sources, Limits{}, diagnostics, cache);
  out.diagnostics = diagnostics.take_sorted(100);
  return out;
}

/// What a cache answers equals what is parsed afresh.
void expect_as_fresh(const Files& files, ParseCache& cache) {
  Round cached = parse(files, &cache);
  const Round fresh = parse(files, nullptr);
  EXPECT_EQ(cached.trees, fresh.trees);
  ASSERT_EQ(cached.diagnostics.size(), fresh.diagnostics.size());
  for (std::size_t i = 0; i < fresh.diagnostics.size(); ++i) {
    EXPECT_EQ(cached.diagnostics[i].span, fresh.diagnostics[i].span);
    EXPECT_EQ(cached.diagnostics[i].message, fresh.diagnostics[i].message);
  }
  cache.keep(std::move(cached.trees));
}

std::string policy(const std::string& name) {
  return "## About " + name + ".\npolicy \"" + name + "\" {\n  state on\n  users include group \"" +
         name +
         "\" exclude A until 2030-01-01 because \"why\"\n  target include all apps\n  when "
         "sign_in_risk >= medium and not (now.time between 07:00 and 19:00 in \"Europe/Vienna\")\n"
         "  grant require any of (mfa, terms_of_use \"T\")\n  session sign_in_frequency 4h\n}\n";
}

/// One declaration of every kind, each member used.
const std::string kEverything =
    "import \"x\"\nprofile workforce\ndefault deny\nusers A = user \"a\", guests(service_provider, "
    "tenant \"t\")\napps B = app \"b\"\nlocations C = trusted ip \"10.0.0.0/8\", country AT\n"
    "strength S = any of [fido2], [password, sms_otp]\ncontext P = \"c1\" \"Pay\"\n"
    "signal n : integer default 5\nsignal m : one_of [x, y]\nlet l = n in [1, 2] or m == x\n" +
    policy("Everything") +
    "template T(who: users) {\n  users include who\n  target include all apps\n  grant block\n}\n"
    "policy \"Applies\" {\n  apply T(who A)\n  id \"i\"\n}\n"
    "test \"t\" (n, device.compliant -> expected) {\n  given user \"a\" in A, completed [password "
    "5m]\n  5 | true -> challenge any of (S, mfa) because \"Everything\"\n}\n"
    "test \"u\" {\n  given user \"b\" in [group \"g\"]\n  expect report challenge S\n}\n"
    "assert \"x\" {\n  every sign_in where user in A is blocked or requires strength S\n}\n";

TEST(Relocate, EveryPlaceAndEveryWordOfATreeMoves) {
  const std::string before = kEverything;
  const std::string shift = "# a line in front\n\n";
  Files moved{{"a.gate", ""}, {"b.gate", shift + before}};
  Round fresh = parse(moved, nullptr);
  std::string text = before;
  SourceMap sources;
  sources.add("t.gate", text);
  DiagnosticCollector diagnostics;
  ast::File tree = parse_file(sources, 0, Limits{}, diagnostics);
  ASSERT_FALSE(tree.damaged);
  ASSERT_GE(tree.declarations.size(), 17U);
  for (ast::Declaration& declaration : tree.declarations) {
    const std::uint32_t begin = declaration.span.begin;
    ast::relocate(declaration,
                  {1, begin, begin + static_cast<std::uint32_t>(shift.size()), moved[1].second});
  }
  std::fill(text.begin(), text.end(), '!');  // a view that was left behind shows
  EXPECT_EQ(tree.declarations, fresh.trees[1].declarations);
}

TEST(ParseCache, ASetThatDidNotChangeIsNotParsedAgain) {
  const Files files{{"a.gate", policy("A1") + policy("A2")}, {"b.gate", policy("B")}};
  ParseCache cache;
  expect_as_fresh(files, cache);
  EXPECT_EQ(cache.statistics().files_parsed, 2U);
  expect_as_fresh(files, cache);
  EXPECT_EQ(cache.statistics().files_parsed, 0U);
  EXPECT_EQ(cache.statistics().files_reused, 2U);
}

TEST(ParseCache, OfAnEditedFileOnlyTheEditedDeclarationIsParsed) {
  Files files{{"a.gate", policy("A1") + policy("A2") + policy("A3")}, {"b.gate", policy("B")}};
  ParseCache cache;
  expect_as_fresh(files, cache);
  files[0].second = policy("A1") + "# new\n" + policy("A2 edited") + policy("A3");
  expect_as_fresh(files, cache);
  EXPECT_EQ(cache.statistics().files_parsed, 1U);
  EXPECT_EQ(cache.statistics().declarations_reused, 2U);
  files[0].second = policy("A3") + policy("A1");  // order and descriptions
  files[0].second.replace(0, 3, "#  ");
  expect_as_fresh(files, cache);
  EXPECT_EQ(cache.statistics().declarations_reused, 2U);
}

TEST(ParseCache, AFileThatGetsAnotherNumberIsNotParsedAgain) {
  ParseCache cache;
  expect_as_fresh({{"a.gate", policy("A")}, {"c.gate", "# c\n" + policy("C")}}, cache);
  expect_as_fresh(
      {{"a.gate", policy("A")}, {"b.gate", policy("B")}, {"c.gate", "# c\n" + policy("C")}}, cache);
  EXPECT_EQ(cache.statistics().files_parsed, 1U);
  expect_as_fresh({{"c.gate", "# c\n" + policy("C")}}, cache);
  EXPECT_EQ(cache.statistics().files_parsed, 0U);
}

TEST(ParseCache, MistakesAreReportedEveryTime) {
  Files files{{"a.gate", policy("A1") + "polcy \"x\" { }\n"}, {"b.gate", policy("B")}};
  ParseCache cache;
  for (int round = 0; round < 3; ++round) {
    Round cached = parse(files, &cache);
    EXPECT_EQ(cached.diagnostics.size(), 1U);
    cache.keep(std::move(cached.trees));
  }
  EXPECT_EQ(cache.statistics().files_parsed, 1U);
}

TEST(ParseCache, FilesWithTemplatesAreNotKept) {
  ParseCache cache;
  const Files files{{"a.gate", kEverything}};
  expect_as_fresh(files, cache);
  expect_as_fresh(files, cache);
  EXPECT_EQ(cache.statistics().files_parsed, 1U);
}

TEST(ParseCache, TheTextsOfAnEarlierRoundMayBeGone) {
  ParseCache cache;
  {
    const Files files{{"a.gate", policy("A1") + policy("A2")}};
    cache.keep(parse(files, &cache).trees);
  }
  expect_as_fresh({{"a.gate", policy("A1") + policy("A2")}}, cache);
  expect_as_fresh({{"a.gate", policy("A0") + policy("A1") + policy("A2")}}, cache);
  EXPECT_EQ(cache.statistics().declarations_reused, 2U);
}

TEST(ParseCache, TextsBeyondItsBoundAreNotKept) {
  const Files files{{"a.gate", policy("A")}, {"b.gate", policy("B")}};
  ParseCache cache(files[0].second.size());
  expect_as_fresh(files, cache);
  expect_as_fresh(files, cache);
  EXPECT_EQ(cache.statistics().files_reused, 1U);
  EXPECT_EQ(cache.statistics().files_parsed, 1U);
}

TEST(ParseFiles, TwoThreadsParseWhatOneDoes) {
  Files files;
  for (int i = 0; i < 400; ++i) {
    const std::string name = "P" + std::to_string(i);
    files.emplace_back(name + ".gate", policy(name) + (i % 50 == 0 ? "users = \n" : ""));
  }
  const Round together = parse(files, nullptr);
  SourceMap sources;
  for (const auto& [name, text] : files) {
    sources.add(name, text);
  }
  DiagnosticCollector diagnostics;
  for (std::uint32_t i = 0; i < files.size(); ++i) {
    EXPECT_EQ(together.trees[i], parse_file(sources, i, Limits{}, diagnostics));
  }
  const auto alone = diagnostics.take_sorted(100);
  ASSERT_EQ(together.diagnostics.size(), 8U);
  ASSERT_EQ(alone.size(), 8U);
  for (std::size_t i = 0; i < alone.size(); ++i) {
    EXPECT_EQ(alone[i].span, together.diagnostics[i].span);
  }
}

}  // namespace
}  // namespace gate::compiler
