#pragma once

#include <cstdint>
#include <functional>
#include <gate/compile.hpp>
#include <gate/policy_set.hpp>
#include <gate/request.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/differential/features.h"
#include "tests/property/random.h"

/// Policy sets as the text of `.gate` files, taken apart so far that they can be laid out in other
/// ways, made smaller, and read without the compiler: every piece of text carries its meaning.
namespace gate::differential {

using property::Dice;

/// Stands in a text for the one value that a template can take as a parameter.
inline constexpr char kHole = '\x01';

/// A value as a template's parameter: its type in the language, and how it is given.
struct Hole {
  std::string type;
  std::string value;
};

/// One item (`group "a"`) or one test (`amount > 5`): its text; whether it holds in a sign-in, by
/// the specification and not by the compiler; and a change of facts towards holding or not, as far
/// as one can.
struct Leaf {
  std::string text;
  Hole hole;
  std::function<Truth(const SignInFacts&)> truth;
  std::function<void(Dice&, SignInFacts&, bool)> make;
};

struct Condition {
  enum class Kind : std::uint8_t { kLeaf, kNot, kAnd, kOr };
  Kind kind = Kind::kLeaf;
  Leaf leaf;
  std::vector<Condition> parts;
};
[[nodiscard]] Truth truth(const Condition& condition, const SignInFacts& facts);
void make(const Condition& condition, Dice& dice, SignInFacts& facts, bool holds);
[[nodiscard]] std::size_t leaf_count(const Condition& condition);

/// `include …, exclude …`. Modifiers (`until`, `because`) are part of the text.
struct Sides {
  std::vector<Leaf> include;
  std::vector<Leaf> exclude;
};

struct PolicyText {
  std::string name;  ///< as the decision gives it back: unescaped
  std::string id;    ///< empty: none is written
  std::string description;
  PolicyState state = PolicyState::kOn;
  std::string until;  ///< of the state: " until 2031-01-31", or empty
  Sides users;
  Sides target;
  std::optional<Condition> when;
  std::string grant;                 ///< `block`, `require …`; empty: none
  std::vector<std::string> session;  ///< items
  bool by_template = false;          ///< written as a template and its application
};

/// Whether users, target and condition match, by the specification. An unknown condition counts.
[[nodiscard]] bool applies(const PolicyText& policy, const SignInFacts& facts);

/// Everything else of a set.
struct Declaration {
  std::string text;
  /// What its removal would change in texts that do not name it: `trusted` means every trusted
  /// range of the set. It is kept while a text has this word.
  std::string kept_for;
};

struct SetText {
  std::vector<Declaration> declarations;
  std::vector<PolicyText> policies;
};

/// How a set is laid out. Equal layouts of a set are equal byte for byte; any two mean the same.
struct Layout {
  std::uint64_t seed = 0;
  std::size_t files = 1;
  bool shuffle_declarations = false;
  bool shuffle_policies = false;
  bool plain = false;            ///< one space, one line feed: for reproducers
  Features* features = nullptr;  ///< where templates and their parameters are counted, or null
};
[[nodiscard]] std::vector<SourceFile> render(const SetText& set, const Layout& layout);

/// A string literal of the language; `dice` may choose escapes where there is a choice.
[[nodiscard]] std::string literal_of(std::string_view text, Dice* dice = nullptr);

}  // namespace gate::differential
