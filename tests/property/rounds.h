#pragma once

#include <cstdint>
#include <string>

namespace gate::property {

/// The rounds of one property test. Bounded by time (about ten seconds, GATE_SECONDS), or by
/// GATE_ROUNDS; the seed of round n is GATE_SEED + n, and every failure prints the one that repeats
/// it: GATE_SEED=<seed> GATE_ROUNDS=1.
class Rounds {
 public:
  explicit Rounds(const char* name, double seconds = 10);
  ~Rounds();
  Rounds(const Rounds&) = delete;
  Rounds& operator=(const Rounds&) = delete;

  /// False when the time or the number of rounds is used up.
  bool next();
  [[nodiscard]] std::uint64_t seed() const { return first_seed_ + round_ - 1; }
  [[nodiscard]] std::string trace() const;

 private:
  const char* name_;
  std::uint64_t first_seed_;
  std::uint64_t round_ = 0;
  std::uint64_t rounds_max_;
  std::int64_t end_ns_;
};

}  // namespace gate::property
