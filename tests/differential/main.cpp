// gate_differential: looks for sign-ins about which the executors of a policy set disagree, for as
// long as one likes. Exit code: 0 nothing found, 1 something found, 2 wrong usage.

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <optional>
#include <random>
#include <string_view>

#include "tests/differential/campaign.h"

namespace {

struct Arguments {
  std::uint64_t seconds = 60;
  std::uint64_t seed = std::random_device()();
  std::optional<std::uint64_t> rounds;
  std::uint64_t policies = 1100;
  std::string out = "differential";
};

bool read_number(std::string_view text, std::uint64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

bool read(int argc, char** argv, Arguments& a) {
  for (int i = 1; i < argc; i += 2) {
    const std::string_view option = argv[i];
    if (i + 1 == argc) {
      return false;
    }
    const std::string_view value = argv[i + 1];
    std::uint64_t number = 0;
    if (option == "--out") {
      a.out = value;
    } else if (!read_number(value, number)) {
      return false;
    } else if (option == "--seconds") {
      a.seconds = number;
    } else if (option == "--seed") {
      a.seed = number;
    } else if (option == "--rounds") {
      a.rounds = number;
    } else if (option == "--policies-max") {
      a.policies = number;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace gate::differential;
  using Clock = std::chrono::steady_clock;
  Arguments a;
  if (!read(argc, argv, a)) {
    fmt::print(stderr,
               "usage: gate_differential [--seconds N] [--seed N] [--rounds N] [--policies-max N] "
               "[--out FOLDER]\n");
    return 2;
  }
  RoundOptions options;
  options.policies_max = a.policies;
  Statistics statistics;
  const auto end = Clock::now() + std::chrono::seconds(a.seconds);
  fmt::print("seed {}; round n has seed {} + n: repeat one with --seed … --rounds 1\n", a.seed,
             a.seed);
  std::uint64_t round = 0;
  for (; a.rounds ? round < *a.rounds : Clock::now() < end; ++round) {
    const auto found = run_round(a.seed + round, options, statistics);
    if (found) {
      fmt::print("{}\n", report(*found, fmt::format("{}/{}", a.out, found->seed)));
      fmt::print("{} rounds before it\n{}", round, statistics.text());
      return 1;
    }
  }
  fmt::print("{} rounds without a difference\n{}", round, statistics.text());
  for (const std::string& feature : statistics.features.missing()) {
    fmt::print("never generated: {}\n", feature);
  }
  return 0;
}
