#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gate::load {

using Nanos = std::chrono::nanoseconds;

/// What a sign-in spends its time on.
enum class Phase : std::uint8_t {
  kInitiate,
  kFirstChallenge,
  kFirstToken,  ///< the token call with the password or the first code
  kIntrospect,
  kSecondChallenge,
  kSecondToken,
  kCodeWait,  ///< from the answer to a challenge until its code stands in the outbox
  kSignIn,    ///< the whole, waits included
};
inline constexpr std::size_t kPhaseCount = 8;
[[nodiscard]] std::string_view name(Phase phase) noexcept;

/// Latencies of one phase.
class Latencies {
 public:
  void add(Nanos took) { all_.push_back(took); }
  void add_all(const Latencies& other) {
    all_.insert(all_.end(), other.all_.begin(), other.all_.end());
  }
  [[nodiscard]] std::size_t count() const { return all_.size(); }
  /// The nearest-rank percentile: the smallest value that at least `percent` of all do not exceed.
  /// Zero when there is none.
  [[nodiscard]] Nanos percentile(double percent) const;

 private:
  std::vector<Nanos> all_;
};

/// What happened in a run.
struct Outcome {
  std::array<Latencies, kPhaseCount> latencies;
  std::map<std::string, std::uint64_t> failures;  ///< why, and how often
  std::uint64_t signed_in = 0;
  std::uint64_t requests = 0;
  Nanos took{};  ///< wall time from the first request to the last answer

  [[nodiscard]] Latencies& of(Phase phase) { return latencies[static_cast<std::size_t>(phase)]; }
  [[nodiscard]] const Latencies& of(Phase phase) const {
    return latencies[static_cast<std::size_t>(phase)];
  }
  [[nodiscard]] std::uint64_t failed() const;
};

/// For people: rates, then one line of percentiles for each phase that occurred.
[[nodiscard]] std::string report_text(const Outcome& outcome, std::size_t connections);
/// For programs: one JSON object, times in microseconds.
[[nodiscard]] std::string report_json(const Outcome& outcome, std::size_t connections);

}  // namespace gate::load
