#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace gate::property {

/// Dice that fall alike on every machine for one seed (the standard distributions need not).
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
  /// One of `n` user actions, of which the first two are those that rules ask for by name.
  std::string user_action(std::size_t n) {
    const std::size_t i = below(n);
    return i == 0   ? "register_security_info"
           : i == 1 ? "register_device"
                    : "act" + std::to_string(i);
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace gate::property
