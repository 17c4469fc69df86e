#include "tests/graph/oracle/times.h"

#include <cstdlib>
#include <ctime>

namespace graph_oracle {
namespace {

/// "22:30:00" in minutes.
int minutes_of(const std::string& clock) {
  return std::atoi(clock.c_str()) * 60 + std::atoi(clock.c_str() + clock.find(':') + 1);
}

/// What a zone without summer time is ahead of UTC, in minutes: "+05", "-03". Others are UTC here.
int offset_of(const std::string& zone) {
  const bool offset = zone.size() >= 3 && (zone[0] == '+' || zone[0] == '-');
  return offset ? (zone[0] == '-' ? -60 : 60) * std::atoi(zone.c_str() + 1) : 0;
}

/// Inside a window of days (§1.6). A window whose end lies before its start belongs to the day on
/// which it starts.
bool in_window(const json::value* window, std::time_t unix_time) {
  const char* names[] = {"sunday",   "monday", "tuesday", "wednesday",
                         "thursday", "friday", "saturday"};
  const std::time_t at = unix_time + offset_of(text(window, "timeZone")) * 60;
  std::tm local{};
  gmtime_r(&at, &local);
  const auto days = list(window, "daysOfWeek");
  const bool today = holds(days, names[local.tm_wday]);
  const bool yesterday = holds(days, names[(local.tm_wday + 6) % 7]);
  const auto from = text(window, "startTime");
  const auto until = text(window, "endTime");
  if (flag(window, "allDay") || from.empty() || until.empty()) {
    return today;
  }
  const int now = local.tm_hour * 60 + local.tm_min;
  if (minutes_of(from) < minutes_of(until)) {
    return today && minutes_of(from) <= now && now < minutes_of(until);
  }
  return (today && minutes_of(from) <= now) || (yesterday && now < minutes_of(until));
}

}  // namespace

bool time_matches(const json::value* times, const SignIn& s) {
  if (!s.unix_time || flag(times, "includeAllTimes")) {
    return true;  // a time that is not known keeps no policy away
  }
  const auto* excluded = member(times, "excludeDays");
  if (excluded != nullptr && in_window(excluded, *s.unix_time)) {
    return false;
  }
  return in_window(member(times, "includeDays"), *s.unix_time);
}

}  // namespace graph_oracle
