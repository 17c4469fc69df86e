#include "compiler/sema/zones.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "compiler/sema/posix_tz.h"

namespace gate::compiler::sema {
namespace {

std::int32_t offset_at(const ir::Zone& zone, std::int64_t utc) {
  std::int32_t out = 0;
  for (const auto& [from, offset] : zone.transitions) {
    out = from <= utc ? offset : out;
  }
  return out;
}

std::int64_t utc(int year, int month, int day, int hour = 0) {
  return days_from_civil(year, month, day) * 86'400 + hour * 3600;
}

TEST(Zones, DaysCountFromTheEpoch) {
  EXPECT_EQ(days_from_civil(1970, 1, 1), 0);
  EXPECT_EQ(days_from_civil(1969, 12, 31), -1);
  EXPECT_EQ(days_from_civil(2000, 2, 29), 11'016);
  EXPECT_EQ(days_from_civil(2026, 11, 25), 20'782);
}

TEST(Zones, UtcNeedsNoDatabase) {
  const auto zone = read_zone("UTC");
  ASSERT_TRUE(zone.has_value());
  EXPECT_EQ(zone->transitions.size(), 1U);
  EXPECT_EQ(offset_at(*zone, utc(2026, 6, 1)), 0);
}

TEST(Zones, ViennaChangesOnTheLastSundaysOfMarchAndOctober) {
  const auto zone = read_zone("Europe/Vienna");
  if (!zone) {
    GTEST_SKIP() << "tzdata is not installed";
  }
  EXPECT_EQ(offset_at(*zone, utc(2026, 1, 1)), 3600);
  EXPECT_EQ(offset_at(*zone, utc(2026, 7, 1)), 7200);
  EXPECT_EQ(offset_at(*zone, utc(2026, 3, 29, 1) - 1), 3600);
  EXPECT_EQ(offset_at(*zone, utc(2026, 3, 29, 1)), 7200);
  EXPECT_EQ(offset_at(*zone, utc(2026, 10, 25, 1)), 3600);
  EXPECT_EQ(offset_at(*zone, utc(2080, 7, 1)), 7200) << "by the rule at the end of the file";
  EXPECT_EQ(offset_at(*zone, utc(2080, 12, 1)), 3600);
  EXPECT_TRUE(std::ranges::is_sorted(zone->transitions));
}

TEST(Zones, ADayBeginsAtTheFirstMomentThatIsCalledSo) {
  const ir::Zone utc_zone = *read_zone("UTC");
  EXPECT_EQ(day_begins(utc_zone, days_from_civil(2026, 12, 24)), utc(2026, 12, 24));
  const std::int64_t noon = utc(2026, 6, 10, 12);
  const std::int64_t day = days_from_civil(2026, 6, 11);
  // At noon UTC, which is 22:00 on the 10th, clocks go from +10 to +14: straight to 02:00 on the
  // 11th, whose midnight never is.
  const ir::Zone ahead{"Ahead",
                       {{std::numeric_limits<std::int64_t>::min(), 36'000}, {noon, 50'400}}};
  EXPECT_EQ(day_begins(ahead, day), noon);
  // A whole day is left out: it begins when the next one does, and so contains nothing.
  const ir::Zone leap{
      "Leap", {{std::numeric_limits<std::int64_t>::min(), -36'000}, {noon, 12 * 3600 + 86'400}}};
  EXPECT_EQ(day_begins(leap, day), day_begins(leap, day + 1));
  // Clocks go back over midnight: the first time counts.
  const std::int64_t half_past = day * 86'400 + 1800;
  const ir::Zone back{"Back", {{std::numeric_limits<std::int64_t>::min(), 0}, {half_past, -3600}}};
  EXPECT_EQ(day_begins(back, day), day * 86'400);
}

TEST(Zones, NamesStayInsideTheDatabase) {
  for (const char* name : {"", "/etc/passwd", "../../../etc/passwd", "Europe/../../passwd",
                           "Europe", "Europe/Vienna\n", "Mars/Olympus"}) {
    EXPECT_FALSE(read_zone(name).has_value()) << name;
  }
}

TEST(Zones, BrokenFilesAreRefused) {
  EXPECT_FALSE(parse_tzif("x", "").has_value());
  EXPECT_FALSE(parse_tzif("x", "TZif2").has_value());
  std::string bytes = "TZif2" + std::string(15, '\0') + std::string(24, '\xFF');
  EXPECT_FALSE(parse_tzif("x", bytes).has_value()) << "counts beyond the file";
}

TEST(PosixRule, ReadsWhatTheDatabaseWrites) {
  const auto vienna = parse_posix_rule("CET-1CEST,M3.5.0,M10.5.0/3");
  ASSERT_TRUE(vienna.has_value());
  EXPECT_EQ(vienna->standard_s, 3600);
  EXPECT_EQ(vienna->daylight_s, 7200);
  const auto changes = changes_in(*vienna, 2026);
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0], std::pair(utc(2026, 3, 29, 1), 7200));
  EXPECT_EQ(changes[1], std::pair(utc(2026, 10, 25, 1), 3600));

  const auto kolkata = parse_posix_rule("<+0530>-5:30");
  ASSERT_TRUE(kolkata.has_value());
  EXPECT_EQ(kolkata->standard_s, 19'800);
  EXPECT_TRUE(changes_in(*kolkata, 2026).empty());

  // South of the equator summer ends first in a year; times may be negative.
  const auto sydney = parse_posix_rule("AEST-10AEDT,M10.1.0,M4.1.0/3");
  ASSERT_TRUE(sydney.has_value());
  EXPECT_EQ(changes_in(*sydney, 2026).front(), std::pair(utc(2026, 4, 4, 16), 36'000));
  const auto nuuk = parse_posix_rule("<-02>2<-01>,M3.5.0/-1,M10.5.0/0");
  ASSERT_TRUE(nuuk.has_value());
  EXPECT_EQ(changes_in(*nuuk, 2026).front(), std::pair(utc(2026, 3, 29, 1), -3600));

  const auto julian = parse_posix_rule("AAA0BBB,J60,J300");
  ASSERT_TRUE(julian.has_value());
  EXPECT_EQ(changes_in(*julian, 2028).front().first, utc(2028, 3, 1, 2)) << "no 29 February";
}

TEST(PosixRule, RefusesTheRest) {
  for (const char* text : {"", "C", "CET", "CET-1CEST", "CET-1CEST,M13.5.0,M10.5.0",
                           "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0/3 ", "<CET-1"}) {
    EXPECT_FALSE(parse_posix_rule(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace gate::compiler::sema
