#include "tests/property/rounds.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <random>

namespace gate::property {
namespace {

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}
std::uint64_t number(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

}  // namespace

Rounds::Rounds(const char* name, double seconds) : name_(name) {
  first_seed_ = number("GATE_SEED", std::random_device()());
  rounds_max_ = number("GATE_ROUNDS", std::numeric_limits<std::uint64_t>::max());
  const bool by_count = rounds_max_ != std::numeric_limits<std::uint64_t>::max();
  const double limit = static_cast<double>(number("GATE_SECONDS", 0));
  end_ns_ = by_count ? std::numeric_limits<std::int64_t>::max()
                     : now_ns() + static_cast<std::int64_t>((limit > 0 ? limit : seconds) * 1e9);
  std::printf("%s: seed %llu\n", name_, static_cast<unsigned long long>(first_seed_));
}

Rounds::~Rounds() {
  std::printf("%s: %llu rounds\n", name_, static_cast<unsigned long long>(round_));
}

bool Rounds::next() {
  if (round_ >= rounds_max_ || (round_ > 0 && now_ns() > end_ns_)) {
    return false;
  }
  ++round_;
  return true;
}

std::string Rounds::trace() const {
  return std::string(name_) + ": repeat with GATE_SEED=" + std::to_string(seed()) +
         " GATE_ROUNDS=1";
}

}  // namespace gate::property
