#include "server/ports/clock.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <memory>

namespace gate::server {

Micros ForwardTime::at(Micros wall, Micros steady) {
  const Micros ahead = wall - steady;
  Micros known = ahead_.load(std::memory_order_relaxed);
  while (ahead > known && !ahead_.compare_exchange_weak(known, ahead, std::memory_order_relaxed)) {
  }
  return steady + std::max(ahead, known);
}

Micros SystemClock::now() const {
  using std::chrono::duration_cast;
  using std::chrono::microseconds;
  const auto steady = std::chrono::steady_clock::now().time_since_epoch();
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  return forward_.at(duration_cast<microseconds>(wall).count(),
                     duration_cast<microseconds>(steady).count());
}

Micros FileOffsetClock::now() const {
  // Ten years either way: enough for any test, far from overflow.
  constexpr std::int64_t kOffsetSecondsMax = 10LL * 366 * 24 * 3600;
  std::int64_t offset_seconds = 0;
  struct CloseFile {
    void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
  };
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path_.c_str(), "re"));
  if (file != nullptr) {
    std::array<char, 32> text{};
    const std::size_t size = std::fread(text.data(), 1, text.size(), file.get());
    std::int64_t parsed = 0;
    const auto result = std::from_chars(text.data(), text.data() + size, parsed);
    if (result.ec == std::errc{} && parsed >= -kOffsetSecondsMax && parsed <= kOffsetSecondsMax) {
      offset_seconds = parsed;
    }
  }
  return system_.now() + offset_seconds * kMicrosPerSecond;
}

}  // namespace gate::server
