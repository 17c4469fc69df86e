#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "runtime/facts/log_record.h"
#include "runtime/replay/comparer.h"

namespace gate::replay {

/// How many different users, by 64-bit hashes of their names; exact up to a bound.
class Users {
 public:
  /// Hashes that one count may hold.
  static constexpr std::size_t kMax = 65'536;

  void add(std::uint64_t user) {
    if (seen_.size() < kMax) {
      seen_.insert(user);
    } else {
      more_ = more_ || seen_.count(user) == 0;
    }
  }
  void merge(const Users& other);
  [[nodiscard]] std::size_t count() const { return seen_.size(); }
  /// There are more than count(), and how many is not known.
  [[nodiscard]] bool more() const { return more_; }

 private:
  std::unordered_set<std::uint64_t> seen_;
  bool more_ = false;
};

/// Where a record of a log stands.
struct Place {
  std::uint32_t file = 0;
  std::uint64_t line = 0;
  friend auto operator<=>(const Place&, const Place&) = default;
};

/// One that was decided again.
struct SignIn {
  Place place;
  std::string_view user;  ///< as a report shows it
  std::uint64_t user_hash = 0;
  bool user_counted = false;  ///< with an equal comparison
};

/// A sign-in to look at.
struct Example {
  Place place;
  std::string user;
  Outcome from = Outcome::kBlock;
  Outcome to = Outcome::kBlock;
};

/// Sign-ins of one kind.
struct Count {
  static constexpr std::size_t kExamples = 3;  ///< the first ones of the log
  std::uint64_t sign_ins = 0;
  Users users;
  std::vector<Example> examples;

  void add(const Comparison& comparison, const SignIn& sign_in);
  void merge(const Count& other);
};

/// A record that could not be read.
struct Malformed {
  Place place;
  std::string problem;
};

/// What one thread has seen; merged in the end. Bounded: it grows with policies and controls, not
/// with the log.
struct Tally {
  static constexpr std::size_t kMalformedShown = 10;  ///< the first ones
  std::uint64_t records = 0;
  std::uint64_t decided = 0;
  std::uint64_t distinct =
      0;  ///< decisions made: equal records are decided once (while remembered)
  std::uint64_t without_outcome = 0;
  std::uint64_t malformed = 0;
  std::vector<Malformed> malformed_shown;
  std::vector<std::pair<std::string, std::uint64_t>> left_out;  ///< why, and how many
  std::array<std::uint64_t, facts::kAbsentFactCount> absent{};
  std::array<Count, kChangeCount> changes;
  std::array<std::array<std::uint64_t, 3>, 3> outcomes{};  ///< [from][to], numbers of Outcome
  std::vector<std::array<Count, kChangeCount>> policies;   ///< by number
  struct Control {
    Count newly_asked;
    Count no_longer_asked;
  };
  std::vector<Control> controls;  ///< by number

  void add(const Comparison& comparison, const SignIn& sign_in);
  void add_malformed(Place place, std::string problem);
  void add_left_out(std::string_view why, std::uint64_t times = 1);
  void merge(const Tally& other);
};

}  // namespace gate::replay
