#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace gate::bench {

/// Random choices that are the same on every machine and library for a seed: the standard fixes
/// the engine, but not its distributions, so these are our own.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  /// A number in [0, n); 0 for n = 0. The bias of the modulus is below 1e-12 for what we draw.
  std::size_t below(std::size_t n) { return n == 0 ? 0 : static_cast<std::size_t>(engine_() % n); }
  /// A number in [low, high].
  std::size_t between(std::size_t low, std::size_t high) { return low + below(high - low + 1); }
  bool chance(unsigned permille) { return below(1000) < permille; }

  /// An index in [0, n) whose small values are the popular ones: n times the square of a uniform
  /// number, so the first tenth of the pool is drawn in 32 of 100 cases.
  std::size_t popular(std::size_t n) {
    constexpr std::size_t kSteps = std::size_t{1} << 20U;
    const std::size_t u = below(kSteps);
    return n * u / kSteps * u / kSteps;
  }

  template <typename T>
  const T& of(const std::vector<T>& list) {
    return list[below(list.size())];
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace gate::bench
