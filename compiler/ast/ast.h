#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "compiler/source/span.h"

/// What the author wrote, as plain structs with spans. No behaviour, no meaning: names are not
/// resolved, words are not checked. `std::string_view`s point into the source text, which outlives
/// the tree. Equal trees say the same about the same places.
namespace gate::compiler::ast {

/// A word of the text: a name, a keyword used as a name, or a value such as `high`.
struct Name {
  std::string_view text;
  Span span;
  friend bool operator==(const Name&, const Name&) = default;
};

/// A string literal with its escapes resolved.
struct Text {
  std::string value;
  Span span;
  bool is_name = false;  ///< written as a name: a parameter of a template stands for the text
  friend bool operator==(const Text&, const Text&) = default;
};

enum class LiteralKind : std::uint8_t {
  kString,
  kInteger,
  kDuration,  ///< value in seconds
  kTime,      ///< value in minutes since midnight
  kDate,      ///< value is year * 10000 + month * 100 + day
  kBoolean,   ///< value is 0 or 1
};

struct Literal {
  LiteralKind kind = LiteralKind::kInteger;
  Span span;
  std::int64_t value = 0;
  std::string text;  ///< of a string, escapes resolved
  friend bool operator==(const Literal&, const Literal&) = default;
};

struct DateValue {
  Date date;
  Span span;
  friend bool operator==(const DateValue&, const DateValue&) = default;
};

/// A run of words and literals that the grammar leaves to the semantic pass: `group "Pilot"`,
/// `all apps`, `sign_in_frequency 4h`, `guests(service_provider, tenant "…")`, or one name. With
/// its modifiers.
struct Item {
  using Atom = std::variant<Name, Literal>;
  std::vector<Atom> atoms;      ///< at least one
  std::vector<Item> arguments;  ///< in parentheses
  bool has_arguments = false;   ///< parentheses were written
  std::optional<DateValue> until;
  std::optional<Text> because;
  Span span;  ///< modifiers included
  Span head;  ///< without modifiers
  friend bool operator==(const Item&, const Item&) = default;
};

[[nodiscard]] Span span_of(const Item::Atom& atom);
/// The word at `index`, or null when there is none or it is a literal.
[[nodiscard]] const Name* word_at(const Item& item, std::size_t index);
/// The literal at `index`, or null.
[[nodiscard]] const Literal* literal_at(const Item& item, std::size_t index);

enum class CompareOp : std::uint8_t { kEq, kNe, kLt, kLe, kGt, kGe };
enum class TextOp : std::uint8_t { kStartsWith, kEndsWith, kContains };
/// `==`, `starts_with` …
[[nodiscard]] std::string_view spelling(CompareOp op);
[[nodiscard]] std::string_view spelling(TextOp op);

enum class ExprKind : std::uint8_t {
  kOr,       ///< operands: two or more
  kAnd,      ///< operands: two or more
  kNot,      ///< operands: one
  kCompare,  ///< operands: two
  kIn,       ///< operands: left; `items` the members; `zone` optional
  kText,     ///< operands: two
  kBetween,  ///< operands: value, low, high; `zone` optional
  kPath,     ///< `path`
  kLiteral,  ///< `literal`
  kList,     ///< `items`
};

struct Expr {
  ExprKind kind = ExprKind::kPath;
  CompareOp compare = CompareOp::kEq;
  TextOp text_op = TextOp::kContains;
  bool negated = false;        ///< `not in`, `not contains`, `not between`
  bool bracketed = false;      ///< kIn: the members stood in `[ ]`
  bool parenthesized = false;  ///< the author put this expression in parentheses
  Span span;
  Span op_span;
  std::vector<Expr> operands;
  std::vector<Name> path;
  std::vector<Item> items;
  Literal literal;
  std::optional<Text> zone;
  friend bool operator==(const Expr&, const Expr&) = default;
};

/// `include …` or `exclude …`.
struct Assignment {
  bool exclude = false;
  std::vector<Item> items;
  Span span;
  Span keyword;
  friend bool operator==(const Assignment&, const Assignment&) = default;
};

/// `require all of (…)`, `require any of (…)`, `require x`.
struct Requirement {
  enum class Mode : std::uint8_t { kOne, kAll, kAny };
  Mode mode = Mode::kOne;
  std::vector<Item> controls;
  Span span;
  friend bool operator==(const Requirement&, const Requirement&) = default;
};

struct Grant {
  bool block = false;
  Requirement requirement;
  friend bool operator==(const Grant&, const Grant&) = default;
};

/// What stands behind a section's keyword.
template <typename T>
struct Section {
  T content;
  Span span;
  Span keyword;
  friend bool operator==(const Section&, const Section&) = default;
};

struct Policy {
  Text name;
  std::optional<Section<Item>> apply;  ///< `apply Template(parameter value, …)`
  std::optional<Section<Text>> id;
  std::optional<Section<Item>> state;
  std::optional<Section<std::vector<Assignment>>> users;
  std::optional<Section<std::vector<Assignment>>> target;
  std::optional<Section<Expr>> when;
  std::optional<Section<Grant>> grant;
  std::optional<Section<std::vector<Item>>> session;
  Span close;            ///< the closing brace
  bool damaged = false;  ///< a section had a syntax error: what seems to be missing may be there
  /// After expansion: where the template was applied. Empty for policies written out.
  std::optional<Span> applied_at;
  friend bool operator==(const Policy&, const Policy&) = default;
};

/// The body of a policy with parameters. `body.name` is empty.
struct Template {
  struct Parameter {
    Name name;
    Name type;
    Span span;
    friend bool operator==(const Parameter&, const Parameter&) = default;
  };
  Name name;
  std::vector<Parameter> parameters;
  Policy body;
  friend bool operator==(const Template&, const Template&) = default;
};

struct Import {
  Text path;
  friend bool operator==(const Import&, const Import&) = default;
};
struct Profile {
  Name name;
  friend bool operator==(const Profile&, const Profile&) = default;
};
struct Default {
  bool deny = false;
  friend bool operator==(const Default&, const Default&) = default;
};

enum class SetKind : std::uint8_t { kUsers, kApps, kLocations };
struct NamedSet {
  SetKind kind = SetKind::kUsers;
  Name name;
  std::vector<Item> items;
  friend bool operator==(const NamedSet&, const NamedSet&) = default;
};
struct Strength {
  Name name;
  std::vector<std::vector<Item>> combinations;
  std::vector<Span> combination_spans;
  friend bool operator==(const Strength&, const Strength&) = default;
};
struct Context {
  Name name;
  Text id;
  std::optional<Text> title;
  friend bool operator==(const Context&, const Context&) = default;
};
struct Signal {
  Name name;
  Name type;
  std::vector<Item> values;  ///< of `one_of [a, b]`
  bool has_values = false;
  std::optional<Expr> default_value;
  friend bool operator==(const Signal&, const Signal&) = default;
};
struct Let {
  Name name;
  Expr value;
  friend bool operator==(const Let&, const Let&) = default;
};

/// `sign_in_risk low`, `user "amy" in Admins`, `completed [password]`, `new_payee`.
struct Fact {
  std::vector<Name> path;
  Span path_span;
  std::optional<Expr> value;
  std::vector<Item> membership;
  bool has_membership = false;
  bool membership_bracketed = false;
  Span span;
  friend bool operator==(const Fact&, const Fact&) = default;
};

enum class ExpectedOutcome : std::uint8_t { kAllow, kBlock, kChallenge };
struct Expectation {
  bool report = false;
  ExpectedOutcome outcome = ExpectedOutcome::kAllow;
  Requirement challenge;  ///< of kChallenge
  std::vector<Text> because;
  Span span;
  friend bool operator==(const Expectation&, const Expectation&) = default;
};
struct TestRow {
  std::vector<Expr> cells;
  Expectation expected;
  Span span;
  Span cells_span;
  friend bool operator==(const TestRow&, const TestRow&) = default;
};
struct Test {
  struct Column {
    std::vector<Name> path;
    Span span;
    friend bool operator==(const Column&, const Column&) = default;
  };
  Text name;
  std::vector<Column> columns;
  std::optional<Name> expected_column;
  std::optional<Section<std::vector<Fact>>> given;
  std::optional<Section<Expectation>> expect;
  std::vector<TestRow> rows;
  Span close;
  bool damaged = false;
  friend bool operator==(const Test&, const Test&) = default;
};

/// `every sign_in where … is blocked`: the claim is kept word by word until assertions are checked.
struct Assertion {
  bool every = true;
  Name subject;
  Expr where;
  std::vector<Span> claim;  ///< one per word, list or literal of the claim
  Span span;
  friend bool operator==(const Assertion&, const Assertion&) = default;
};
struct Assert {
  Text name;
  std::vector<Assertion> assertions;
  Span close;
  friend bool operator==(const Assert&, const Assert&) = default;
};

struct Declaration {
  std::variant<Import, Profile, Default, NamedSet, Strength, Context, Signal, Let, Policy, Template,
               Test, Assert>
      node;
  Span span;
  std::string description;  ///< from the `##` comments above, joined by newlines
  friend bool operator==(const Declaration&, const Declaration&) = default;
};

struct Comment {
  Span span;              ///< from `#` to the end of the line, line end not included
  bool doc = false;       ///< `##`
  bool trailing = false;  ///< stands behind something on its line
  friend bool operator==(const Comment&, const Comment&) = default;
};

struct File {
  std::uint32_t index = 0;  ///< in the SourceMap
  std::vector<Declaration> declarations;
  std::vector<Comment> comments;  ///< all of them, in order
  /// Names of declarations that could not be read: they exist, so their uses are not reported.
  std::vector<std::string_view> damaged_names;
  bool damaged = false;  ///< something in the file could not be read
  friend bool operator==(const File&, const File&) = default;
};

}  // namespace gate::compiler::ast
