// Declared signals: unknown when they are missing and have no default.

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "tests/differential/leaves.h"

namespace gate::differential {
namespace {

constexpr std::int64_t kIntegers[] = {0,
                                      1,
                                      -1,
                                      5,
                                      1000,
                                      std::numeric_limits<std::int64_t>::max(),
                                      std::numeric_limits<std::int64_t>::min()};

/// The first signal of that name, as given.
template <typename T>
std::optional<T> given(const SignInFacts& f, const std::string& name) {
  for (const auto& signal : f.signals) {
    if (signal.name == name) {
      const T* value = std::get_if<T>(&signal.value);
      return value == nullptr ? std::nullopt : std::optional<T>(*value);
    }
  }
  return std::nullopt;
}

template <typename T, typename Holds>
std::function<Truth(const SignInFacts&)> of_value(const std::string& name,
                                                  std::optional<T> otherwise, Holds holds) {
  return [=](const SignInFacts& f) {
    std::optional<T> value = given<T>(f, name);
    value = value ? value : otherwise;
    return !value ? Truth::kUnknown : holds(*value) ? Truth::kTrue : Truth::kFalse;
  };
}

template <typename T>
void give(SignInFacts& f, const std::string& name, T value) {
  std::erase_if(f.signals, [&name](const auto& each) { return each.name == name; });
  f.signals.push_back({name, std::move(value)});
}

bool compares(std::int64_t left, const std::string& op, std::int64_t right) {
  return op == "=="   ? left == right
         : op == "!=" ? left != right
         : op == "<"  ? left < right
         : op == "<=" ? left <= right
         : op == ">"  ? left > right
                      : left >= right;
}

}  // namespace

Leaf Leaves::integer_test(const World::Signal& signal) {
  const std::int64_t limit = kIntegers[d_.below(std::size(kIntegers))];
  const std::string name = signal.name;
  Leaf leaf;
  leaf.make = [name, limit](Dice& dice, SignInFacts& f, bool) {
    const auto delta = static_cast<std::int64_t>(dice.below(3)) - 1;
    const bool fits = (delta <= 0 || limit < std::numeric_limits<std::int64_t>::max()) &&
                      (delta >= 0 || limit > std::numeric_limits<std::int64_t>::min());
    give(f, name, limit + (fits ? delta : 0));
  };
  if (d_.one_in(5)) {
    const std::int64_t low = kIntegers[d_.below(std::size(kIntegers))];
    const bool negated = d_.one_in(3);
    use("operator", negated ? "not between" : "between");
    leaf.text = fmt::format("{}{} between {} and {}", name, negated ? " not" : "", low, limit);
    leaf.truth = of_value<std::int64_t>(name, signal.integer,
                                        [=](std::int64_t v) { return v >= low && v <= limit; });
    return negated ? negative(std::move(leaf)) : leaf;
  }
  if (d_.one_in(5)) {
    const bool negated = d_.one_in(3);
    std::vector<std::int64_t> values = {limit};
    std::vector<std::string> pieces = {fmt::format("{}", limit)};
    for (std::size_t i = d_.below(3); i > 0; --i) {
      values.push_back(kIntegers[d_.below(std::size(kIntegers))]);
      pieces.push_back(fmt::format("{}", values.back()));
    }
    use("operator", negated ? "not in" : "in");
    leaf.text = fmt::format("{} {} {}", name, negated ? "not in" : "in", bracketed(pieces));
    leaf.truth = of_value<std::int64_t>(name, signal.integer, [values](std::int64_t v) {
      return std::find(values.begin(), values.end(), v) != values.end();
    });
    return negated ? negative(std::move(leaf)) : leaf;
  }
  const std::string chosen = op({"==", "!=", "<", "<=", ">", ">="});
  if (d_.one_in(5)) {
    use("operator", "value first");
    const std::string flipped = chosen[0] == '<'   ? ">" + chosen.substr(1)
                                : chosen[0] == '>' ? "<" + chosen.substr(1)
                                                   : chosen;
    leaf.text = fmt::format("{} {} {}", limit, flipped, name);
  } else {
    leaf.text = fmt::format("{} {} {}", name, chosen, kHole);
    leaf.hole = {"integer", fmt::format("{}", limit)};
  }
  leaf.truth = of_value<std::int64_t>(name, signal.integer,
                                      [=](std::int64_t v) { return compares(v, chosen, limit); });
  return leaf;
}

Leaf Leaves::boolean_test(const World::Signal& signal) {
  const std::string name = signal.name;
  const bool wanted = d_.one_in(2);
  Leaf leaf;
  switch (d_.below(3)) {
    case 0:
      leaf.text = fmt::format("{} == {}", name, wanted);
      use("operator", "==");
      break;
    case 1:
      leaf.text = fmt::format("{} != {}", name, !wanted);
      use("operator", "!=");
      break;
    default:
      leaf.text = wanted ? std::string(1, kHole) : fmt::format("not {}", name);
      leaf.hole = wanted ? Hole{"condition", name} : Hole{};
      break;
  }
  leaf.truth = of_value<bool>(name, signal.boolean, [wanted](bool v) { return v == wanted; });
  leaf.make = [name, wanted](Dice&, SignInFacts& f, bool holds) { give(f, name, wanted == holds); };
  return leaf;
}

Leaf Leaves::string_test(const World::Signal& signal) {
  const std::string name = signal.name;
  const bool one_of = signal.type == World::Signal::Type::kOneOf;
  const bool negated = d_.one_in(3);
  const std::vector<std::string>& pool = one_of ? signal.values : w_.texts;
  std::vector<std::string> wanted = some(pool, 3);
  std::string chosen = wanted.size() == 1 ? "==" : "in";
  if (!one_of && d_.one_in(2)) {
    static const std::vector<std::string> kWays = {"starts_with", "ends_with", "contains"};
    chosen = d_.pick(kWays);
  }
  std::vector<std::string> pieces;
  for (const std::string& each : wanted) {
    pieces.push_back(one_of && d_.one_in(2) ? each : literal(each));
  }
  const std::string spelled =
      chosen == "==" ? negated ? "!=" : "==" : (negated ? "not " : "") + chosen;
  use("operator", spelled);
  Leaf leaf;
  leaf.text = fmt::format("{} {} {}", name, spelled,
                          chosen == "in" || pieces.size() > 1 ? bracketed(pieces) : pieces[0]);
  leaf.truth = of_value<std::string>(name, signal.text, [wanted, chosen](const std::string& value) {
    const std::string v = folded(value);
    return std::any_of(wanted.begin(), wanted.end(), [&](const std::string& each) {
      const std::string w = folded(each);
      return chosen == "starts_with" ? v.starts_with(w)
             : chosen == "ends_with" ? v.ends_with(w)
             : chosen == "contains"  ? v.find(w) != std::string::npos
                                     : v == w;
    });
  });
  leaf.make = [name, wanted](Dice& dice, SignInFacts& f, bool holds) {
    give(f, name, holds ? dice.pick(wanted) : std::string("neither"));
  };
  return negated ? negative(std::move(leaf)) : leaf;
}

Leaf Leaves::signal_test() {
  const World::Signal& signal = d_.pick(w_.signals);
  switch (signal.type) {
    case World::Signal::Type::kInteger:
      use("signal", "integer");
      return integer_test(signal);
    case World::Signal::Type::kBoolean:
      use("signal", "boolean");
      return boolean_test(signal);
    case World::Signal::Type::kText:
      use("signal", "string");
      return string_test(signal);
    case World::Signal::Type::kOneOf:
      use("signal", "one_of");
      return string_test(signal);
  }
  return {};
}

}  // namespace gate::differential
