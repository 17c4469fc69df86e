#include "tests/differential/leaves.h"

namespace gate::differential {

std::string Leaves::op(std::initializer_list<const char*> among) {
  const std::vector<const char*> all(among);
  std::string chosen = d_.pick(all);
  use("operator", chosen);
  return chosen;
}

std::string Leaves::bracketed(const std::vector<std::string>& pieces) {
  std::string out;
  for (const std::string& each : pieces) {
    out += (out.empty() ? "" : ", ") + each;
  }
  if (d_.one_in(12)) {
    out += ", " + d_.pick(pieces);
  }
  return "[" + out + (d_.one_in(12) ? ",]" : "]");
}

Leaf negative(Leaf leaf) {
  const auto inner = leaf.truth;
  leaf.truth = [inner](const SignInFacts& f) {
    const Truth t = inner(f);
    return t == Truth::kUnknown ? t : t == Truth::kTrue ? Truth::kFalse : Truth::kTrue;
  };
  const auto make = leaf.make;
  leaf.make = [make](Dice& dice, SignInFacts& f, bool holds) { make(dice, f, !holds); };
  return leaf;
}

Leaf Leaves::let_test() {
  if (w_.lets.empty()) {
    return context_test(d_.below(context_facts()));
  }
  Leaf leaf = d_.pick(w_.lets).meaning;
  if (d_.one_in(2)) {
    leaf.hole = {"condition", leaf.text};
    leaf.text = std::string(1, kHole);
  }
  return leaf;
}

Leaf Leaves::test() {
  switch (d_.below(18)) {
    case 0:
    case 1:
      return text_test();
    case 2:
      return list_test();
    case 3:
    case 4:
      return who_test();
    case 5:
      return app_test();
    case 6:
    case 7:
      return place_test();
    case 8:
      return method_test();
    case 9:
      return age_test();
    case 10:
      return time_test();
    case 11:
    case 12:
      return signal_test();
    case 13:
      return let_test();
    case 14:
      if (d_.one_in(4)) {
        const bool value = d_.one_in(2);
        use("operator", value ? "true" : "false");
        Leaf leaf;
        leaf.text = value ? "true" : "false";
        leaf.truth = whether([value](const SignInFacts&) { return value; });
        leaf.make = [](Dice&, SignInFacts&, bool) {};
        return leaf;
      }
      [[fallthrough]];
    default:
      return context_test(d_.below(context_facts()));
  }
}

Condition Leaves::condition(std::size_t depth) {  // NOLINT(misc-no-recursion): depth falls
  Condition out;
  const std::size_t kind = depth == 0 ? 9 : d_.below(10);
  if (kind >= 6) {
    out.leaf = test();
    return out;
  }
  if (kind == 0) {
    use("operator", "not");
    out.kind = Condition::Kind::kNot;
    out.parts.push_back(condition(depth - 1));
    return out;
  }
  out.kind = kind <= 3 ? Condition::Kind::kAnd : Condition::Kind::kOr;
  use("operator", kind <= 3 ? "and" : "or");
  for (std::size_t i = 2 + d_.below(3); i > 0; --i) {
    out.parts.push_back(condition(depth - 1));
  }
  return out;
}

}  // namespace gate::differential
