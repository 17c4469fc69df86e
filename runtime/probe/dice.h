#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace gate::probe {

/// Dice that fall alike on every machine for one seed (the standard distributions need not). Not
/// for secrets.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  /// 0 <= result < n; 0 when n is 0.
  std::size_t below(std::size_t n) { return n == 0 ? 0 : static_cast<std::size_t>(engine_() % n); }
  bool one_in(std::size_t n) { return below(n) == 0; }
  template <typename T>
  const T& pick(const std::vector<T>& from) {
    return from[below(from.size())];
  }
  std::string name(const char* prefix, std::size_t n) { return prefix + std::to_string(below(n)); }

 private:
  std::mt19937_64 engine_;
};

}  // namespace gate::probe
