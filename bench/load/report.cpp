#include "bench/load/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>

namespace gate::load {
namespace {

constexpr std::array<std::string_view, kPhaseCount> kPhaseNames = {
    "initiate",         "challenge",    "token",     "introspect",
    "challenge_second", "token_second", "code_wait", "sign_in"};
constexpr std::array<double, 4> kPercentiles = {50, 90, 99, 100};

double micros(Nanos time) {
  return static_cast<double>(time.count()) / 1e3;
}

double seconds(const Outcome& outcome) {
  return static_cast<double>(outcome.took.count()) / 1e9;
}

double rate(std::uint64_t count, const Outcome& outcome) {
  return outcome.took.count() == 0 ? 0 : static_cast<double>(count) / seconds(outcome);
}

}  // namespace

std::string_view name(Phase phase) noexcept {
  return kPhaseNames[static_cast<std::size_t>(phase)];
}

Nanos Latencies::percentile(double percent) const {
  if (all_.empty()) {
    return Nanos{};
  }
  const double exact = std::ceil(percent / 100.0 * static_cast<double>(all_.size()));
  const std::size_t rank = std::clamp<std::size_t>(static_cast<std::size_t>(exact), 1, all_.size());
  std::vector<Nanos> copy = all_;
  const auto at = copy.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::nth_element(copy.begin(), at, copy.end());
  return *at;
}

std::uint64_t Outcome::failed() const {
  std::uint64_t total = 0;
  for (const auto& [why, count] : failures) {
    total += count;
  }
  return total;
}

std::string report_text(const Outcome& outcome, std::size_t connections) {
  std::string text = fmt::format(
      "{} sign-ins in {:.1f} s over {} connections: {:.1f} sign-ins/s, {:.1f} requests/s; "
      "{} failed\n\n",
      outcome.signed_in, seconds(outcome), connections, rate(outcome.signed_in, outcome),
      rate(outcome.requests, outcome), outcome.failed());
  text += fmt::format("{:<18}{:>8}{:>12}{:>12}{:>12}{:>12}\n", "milliseconds", "count", "p50",
                      "p90", "p99", "max");
  for (std::size_t i = 0; i < kPhaseCount; ++i) {
    const Latencies& latencies = outcome.latencies[i];
    if (latencies.count() == 0) {
      continue;
    }
    text += fmt::format("{:<18}{:>8}", kPhaseNames[i], latencies.count());
    for (const double percent : kPercentiles) {
      text += fmt::format("{:>12.2f}", micros(latencies.percentile(percent)) / 1e3);
    }
    text += "\n";
  }
  for (const auto& [why, count] : outcome.failures) {
    text += fmt::format("\nfailed {} times: {}", count, why);
  }
  return outcome.failures.empty() ? text : text + "\n";
}

std::string report_json(const Outcome& outcome, std::size_t connections) {
  boost::json::object latencies;
  for (std::size_t i = 0; i < kPhaseCount; ++i) {
    const Latencies& of = outcome.latencies[i];
    if (of.count() != 0) {
      latencies[kPhaseNames[i]] = {{"count", of.count()},
                                   {"p50_us", micros(of.percentile(50))},
                                   {"p90_us", micros(of.percentile(90))},
                                   {"p99_us", micros(of.percentile(99))},
                                   {"max_us", micros(of.percentile(100))}};
    }
  }
  boost::json::object failures;
  for (const auto& [why, count] : outcome.failures) {
    failures[why] = count;
  }
  return boost::json::serialize(
      boost::json::object{{"connections", connections},
                          {"seconds", seconds(outcome)},
                          {"sign_ins", outcome.signed_in},
                          {"requests", outcome.requests},
                          {"sign_ins_per_second", rate(outcome.signed_in, outcome)},
                          {"requests_per_second", rate(outcome.requests, outcome)},
                          {"failed", outcome.failed()},
                          {"failures", std::move(failures)},
                          {"latency", std::move(latencies)}});
}

}  // namespace gate::load
