#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <string>

namespace gate::server {

/// Microseconds since the Unix epoch, UTC. Durations use the same unit.
using Micros = std::int64_t;

inline constexpr Micros kMicrosPerSecond = 1'000'000;
inline constexpr Micros kMicrosPerMinute = 60 * kMicrosPerSecond;
inline constexpr Micros kMicrosPerHour = 60 * kMicrosPerMinute;
inline constexpr Micros kMicrosPerDay = 24 * kMicrosPerHour;

/// The only source of time in the server. Every expiry is computed from it (A3, T9), so a test that
/// controls the clock controls every deadline. Implementations are safe from any number of threads.
struct Clock {
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;
  [[nodiscard]] virtual Micros now() const = 0;
};

/// Combines a wall clock with a steady one. It follows the wall clock forward. When the wall clock
/// is set back, it continues with the steady clock, so that no code, token or delay lives longer
/// (T9). Lock-free; safe from any number of threads.
class ForwardTime {
 public:
  /// The time for two readings, taken together.
  [[nodiscard]] Micros at(Micros wall, Micros steady);

 private:
  std::atomic<Micros> ahead_ =
      std::numeric_limits<Micros>::min();  ///< greatest difference wall minus steady so far
};

/// The machine's UTC clock. It never goes back while the process lives.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Micros now() const override;

 private:
  mutable ForwardTime forward_;
};

/// A clock that changes only when it is set.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(Micros start) : now_(start) {}
  [[nodiscard]] Micros now() const override { return now_.load(); }
  void set(Micros now) { now_.store(now); }
  void advance(Micros by) { now_.fetch_add(by); }

 private:
  std::atomic<Micros> now_;
};

/// The machine's clock plus the whole number of seconds in a file. Only for development and
/// end-to-end tests: the configuration refuses it elsewhere. The file is read on every call. An
/// absent, empty or unreadable file means an offset of zero.
class FileOffsetClock final : public Clock {
 public:
  explicit FileOffsetClock(std::string path) : path_(std::move(path)) {}
  [[nodiscard]] Micros now() const override;

 private:
  SystemClock system_;
  std::string path_;
};

}  // namespace gate::server
