#pragma once

#include <utility>

#include "tests/differential/world.h"

namespace gate::differential {

/// Makes items and tests of the language at random, each with its meaning.
class Leaves {
 public:
  Leaves(const World& world, Dice& dice, Features& features)
      : w_(world), d_(dice), features_(features) {}

  /// An item of `users`; `workloads`: service principals may be among them.
  Leaf user_item(bool workloads);
  /// An item of `target`, of one kind.
  Leaf target_item(TargetKind kind);
  Leaf app_item();
  /// A place: an item behind `location in`, or of a `locations` set when `declared`.
  Leaf place_item(bool declared);

  /// Any one test.
  Leaf test();
  Leaf context_test(std::size_t which);  ///< over the small vocabularies
  static std::size_t context_facts();
  Leaf text_test();
  Leaf list_test();
  Leaf who_test();
  Leaf app_test();
  Leaf place_test();
  Leaf method_test();
  Leaf age_test();
  Leaf time_test();
  Leaf signal_test();
  Leaf let_test();
  Condition condition(std::size_t depth);

  std::string literal(std::string_view text) { return literal_of(text, &d_); }

 private:
  void use(std::string_view kind, std::string_view what) { features_.use(kind, what); }
  /// "==", or another of them; counted.
  std::string op(std::initializer_list<const char*> among);
  /// `[a, b]` out of pieces, perhaps with one twice.
  std::string bracketed(const std::vector<std::string>& pieces);
  template <typename T>
  std::vector<T> some(const std::vector<T>& from, std::size_t most);
  Leaf method_age(Method method);
  Leaf date_test();
  Leaf integer_test(const World::Signal& signal);
  Leaf boolean_test(const World::Signal& signal);
  Leaf string_test(const World::Signal& signal);

  const World& w_;
  Dice& d_;
  Features& features_;
};

/// A leaf out of two-valued questions.
template <typename Holds>
[[nodiscard]] std::function<Truth(const SignInFacts&)> whether(Holds holds) {
  return [holds = std::move(holds)](const SignInFacts& f) {
    return holds(f) ? Truth::kTrue : Truth::kFalse;
  };
}
/// The leaf that holds where `leaf` does not; unknown stays.
[[nodiscard]] Leaf negative(Leaf leaf);

template <typename T>
std::vector<T> Leaves::some(const std::vector<T>& from, std::size_t most) {
  std::vector<T> out;
  for (std::size_t i = 1 + d_.below(most); i > 0; --i) {
    out.push_back(d_.pick(from));
  }
  return out;
}

}  // namespace gate::differential
