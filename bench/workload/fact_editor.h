#pragma once

#include <string>
#include <string_view>

#include "bench/workload/model.h"
#include "bench/workload/random.h"

namespace gate::bench {

/// Changes the facts of one sign-in, one wish at a time, and keeps them consistent: an app comes
/// with its groups, a signal stands once.
class FactEditor {
 public:
  FactEditor(const Workload& workload, Random& random) : workload_(workload), random_(random) {}

  SignInFacts facts;

  void set_app(Id app);
  void set_string(std::string_view name, std::string value);
  void set_signal(std::string_view name, std::int64_t value);
  void set_flag(std::string_view name, bool value);
  void join(const std::string& group);
  void leave(const std::string& group);
  /// Into the place, by an address of it or a country of it.
  void go_to(Id place);
  /// Where no generated place is (RFC 5737; no place holds NL).
  void go_nowhere();
  /// Makes the expression come out as `want`, as far as one change of facts per leaf can.
  void meet(const Expression& expression, bool want);

  /// Draws a value of `mask` unless the fact has one already. The mask must hold a value below
  /// `count`.
  template <typename E>
  void pick(E& fact, std::uint8_t mask, std::size_t count) {
    while ((mask >> static_cast<unsigned>(fact) & 1U) == 0) {
      fact = static_cast<E>(random_.below(count));
    }
  }

 private:
  void meet(const Leaf& leaf, bool want);
  void forget_signal(std::string_view name);

  const Workload& workload_;
  Random& random_;
};

}  // namespace gate::bench
