#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/ast/relocate.h"
#include "compiler/parse/parser.h"

// Policies are parsed one by one, each when it is needed, and by the shape
// of its sections; what comes of it is what parsing the whole file gives.
namespace gate::compiler {
namespace {

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
  const std::string moved = shift + before;
  SourceMap moved_sources;
  moved_sources.add("a.gate", "");
  moved_sources.add("b.gate", moved);
  DiagnosticCollector none;
  const ast::File fresh = parse_file(moved_sources, 1, Limits{}, none);
  std::string text = before;
  SourceMap sources;
  sources.add("t.gate", text);
  DiagnosticCollector diagnostics;
  ast::File tree = parse_file(sources, 0, Limits{}, diagnostics);
  ASSERT_FALSE(tree.damaged);
  ASSERT_GE(tree.declarations.size(), 17U);
  for (ast::Declaration& declaration : tree.declarations) {
    const std::uint32_t begin = declaration.span.begin;
    ast::relocate(declaration, {1, begin, begin + static_cast<std::uint32_t>(shift.size()), moved});
  }
  std::fill(text.begin(), text.end(), '!');  // a view that was left behind shows
  EXPECT_EQ(tree.declarations, fresh.declarations);
}

/// A file read in one go against its outline with every policy read afterwards.
void expect_same_in_parts(const std::string& text) {
  SCOPED_TRACE(text.substr(0, 200));
  SourceMap sources;
  sources.add("a.gate", text);
  const Limits limits;
  DiagnosticCollector of_whole;
  const ast::File whole = parse_file(sources, 0, limits, of_whole);
  DiagnosticCollector of_parts;
  FileReader reader(sources, limits);
  Outline outline = reader.outline(0, of_parts);
  std::vector<ast::Declaration> parts = std::move(outline.file.declarations);
  for (const PolicyPlace& place : outline.policies) {
    DiagnosticCollector found;
    auto tree = reader.policy(0, place, found);
    if (tree) {
      of_parts.append(std::move(found));
    } else {
      tree = reader.damaged_policy(0, place, outline.explained, of_parts);
    }
    EXPECT_EQ(place.line, sources.locate(0, tree->span.begin).line);
    parts.push_back(*std::move(tree));
  }
  std::ranges::sort(parts, {}, [](const ast::Declaration& each) { return each.span.begin; });
  EXPECT_EQ(parts, whole.declarations);
  EXPECT_EQ(outline.file.damaged_names, whole.damaged_names);
  EXPECT_EQ(outline.file.comments, whole.comments);
  const auto one = of_whole.take_sorted(100);
  const auto other = of_parts.take_sorted(100);
  ASSERT_EQ(one.size(), other.size());
  for (std::size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(one[i].code, other[i].code);
    EXPECT_EQ(one[i].span, other[i].span);
    EXPECT_EQ(one[i].message, other[i].message);
    EXPECT_EQ(one[i].label, other[i].label);
    EXPECT_EQ(one[i].help, other[i].help);
    EXPECT_EQ(one[i].notes.size(), other[i].notes.size());
  }
}

TEST(FileReader, PoliciesReadLaterAreThoseOfTheWholeFile) {
  expect_same_in_parts(kEverything);
  expect_same_in_parts("# \xC3\xA4\n" + policy("\xC3\xB6\xC3\xBC") + kEverything + policy("b"));
  expect_same_in_parts("\xEF\xBB\xBF" + policy("with a mark in front"));
  expect_same_in_parts("");
  expect_same_in_parts("policy \"empty\" { }\npolicy \"e\" {\n\n}");
}

// Each cut leaves a policy that ends too early, or a word that is none.
TEST(FileReader, MistakesAreReportedAsInTheWholeFile) {
  const std::string text = policy("A") + policy("B") + "users X = user \"a\"\n";
  for (std::size_t cut = 0; cut < text.size(); cut += 3) {
    expect_same_in_parts(text.substr(0, cut));
    expect_same_in_parts(text.substr(0, cut) + text.substr(std::min(cut + 9, text.size())));
    expect_same_in_parts(text.substr(0, cut) + " users } " + text.substr(cut));
    expect_same_in_parts(text.substr(0, cut) + " policy \"" + text.substr(cut));
  }
}

TEST(FileReader, WordsOfSectionsMayBeAttributesAndSectionsMayRepeat) {
  expect_same_in_parts(
      "policy \"a\" {\n  when user.id == \"x\" and device.state == \"y\" and a.when.session\n"
      "  grant block\n  grant block\n  users include all\n  users include all\n}\n"
      "policy \"b\" {\n  when (users include)\n}\npolicy \"c\" { id id id }\n");
}

// The tree of one section serves all of its shape; their words must not mix.
TEST(FileReader, SectionsOfOneShapeKeepTheirOwnWords) {
  std::string text;
  for (int i = 0; i < 300; ++i) {
    const std::string n = std::to_string(i);
    text += "policy \"P" + n + "\" {\n  users include group \"g" + n + "\"" +
            (i % 7 == 0 ? ", user \"u" + n + "\"" : "") + "\n  target include app \"a" + n +
            "\"\n  when amount > " + n + "\n  grant require mfa\n}\n";
  }
  SourceMap sources;
  sources.add("a.gate", text);
  DiagnosticCollector diagnostics;
  const ast::File file = parse_file(sources, 0, Limits{}, diagnostics);
  ASSERT_EQ(file.declarations.size(), 300U);
  EXPECT_TRUE(diagnostics.empty());
  for (std::size_t i = 0; i < 300; ++i) {
    const auto& read = std::get<ast::Policy>(file.declarations[i].node);
    const std::string n = std::to_string(i);
    EXPECT_EQ(read.name.value, "P" + n);
    const ast::Item& member = read.users->content.front().items.front();
    EXPECT_EQ(ast::literal_at(member, 1)->text, "g" + n);
    EXPECT_EQ(read.when->content.operands.back().literal.value, static_cast<std::int64_t>(i));
  }
}

// More words than the memory for shapes holds: what does not fit is parsed each time.
TEST(FileReader, ShapesBeyondTheirBoundAreParsedToo) {
  std::string text;
  for (int i = 1; i <= 280; ++i) {
    text += "policy \"P" + std::to_string(i) + "\" {\n  users include user \"u\"";
    for (int j = 0; j < i; ++j) {
      text += ", user \"u\"";
    }
    text += "\n  target include all apps\n  grant block\n}\n";
  }
  SourceMap sources;
  sources.add("a.gate", text);
  DiagnosticCollector diagnostics;
  const ast::File file = parse_file(sources, 0, Limits{}, diagnostics);
  ASSERT_EQ(file.declarations.size(), 280U);
  for (std::size_t i = 0; i < 280; ++i) {
    const auto& read = std::get<ast::Policy>(file.declarations[i].node);
    EXPECT_EQ(read.users->content.front().items.size(), i + 2);
  }
}

}  // namespace
}  // namespace gate::compiler
