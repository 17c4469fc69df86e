#include "server/ports/clock.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace gate::server {
namespace {

TEST(ForwardTime, FollowsTheWallClockForward) {
  ForwardTime time;
  EXPECT_EQ(time.at(1'000'000, 10), 1'000'000);
  EXPECT_EQ(time.at(1'000'005, 15), 1'000'005);
  EXPECT_EQ(time.at(9'000'000, 20), 9'000'000) << "set forward";
}

TEST(ForwardTime, T9_AStepBackLengthensNoLife) {
  ForwardTime time;
  const Micros begun = time.at(10 * kMicrosPerHour, 0);
  // The wall clock goes back by one hour, the steady clock forward by one minute.
  const Micros later = time.at(9 * kMicrosPerHour + kMicrosPerMinute, kMicrosPerMinute);
  EXPECT_EQ(later - begun, kMicrosPerMinute);
  // The wall clock catches up: no jump.
  const Micros caught_up =
      time.at(10 * kMicrosPerHour + 2 * kMicrosPerMinute, 2 * kMicrosPerMinute);
  EXPECT_EQ(caught_up - begun, 2 * kMicrosPerMinute);
}

TEST(SystemClock, NeverGoesBack) {
  const SystemClock clock;
  Micros last = clock.now();
  for (int i = 0; i < 10'000; ++i) {
    const Micros now = clock.now();
    ASSERT_GE(now, last);
    last = now;
  }
}

TEST(FileOffsetClock, IsMovedByWhatTheFileSays) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("gate-clock-" + std::to_string(SystemClock().now()));
  const FileOffsetClock clock(path.string());
  const SystemClock system;
  const auto offset = [&] {
    return (clock.now() - system.now() + kMicrosPerSecond / 2) / kMicrosPerSecond;
  };
  EXPECT_EQ(offset(), 0) << "no file, no offset";
  std::ofstream(path) << "3600\n";
  EXPECT_EQ(offset(), 3600);
  std::ofstream(path) << "an hour";
  EXPECT_EQ(offset(), 0);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace gate::server
