#include "tests/graph/oracle/times.h"

#include <cstdlib>
#include <ctime>

namespace graph_oracle {
namespace {

/// "22:30:00" in minutes.
int minutes_of(const std::string& clock) {
  return std::atoi(clock.c_str()) * 60 + std::atoi(clock.c_str() + clock.find(':') + 1);
}

}  // namespace

bool time_matches(const json::value* times, const SignIn& s) {
  if (!s.unix_time) {
    return true;  // a time that is not known keeps no policy away
  }
  const char* names[] = {"sunday",   "monday", "tuesday", "wednesday",
                         "thursday", "friday", "saturday"};
  const std::time_t at = *s.unix_time;
  std::tm utc{};
  gmtime_r(&at, &utc);
  const auto days = list(times, "includeDays");
  if (!days.empty() && !holds(days, names[utc.tm_wday])) {
    return false;
  }
  const auto from = text(times, "startTime");
  const auto until = text(times, "endTime");
  if (from.empty() || until.empty() || from == until) {
    return true;
  }
  const int now = utc.tm_hour * 60 + utc.tm_min;
  if (minutes_of(from) < minutes_of(until)) {
    return minutes_of(from) <= now && now < minutes_of(until);
  }
  return minutes_of(from) <= now || now < minutes_of(until);  // over midnight
}

}  // namespace graph_oracle
