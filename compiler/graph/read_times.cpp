#include "compiler/graph/read_times.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "compiler/graph/fold.h"
#include "compiler/graph/words.h"
#include "compiler/sema/zones.h"

namespace gate::graph {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 40> kWindowsZones = {{
#define GATE_WINDOWS_ZONE(windows, iana) {windows, iana},
#include "compiler/graph/windows_zones.def"
}};

/// "17:30", "17:30:00" and "17:30:00.0000000" are one time of day; "" with an error for others.
std::string time_of_day(ObjectReader& object, std::string_view key) {
  const auto text = object.text(key);
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  const bool shaped = text.size() >= 5 && digit(0) && digit(1) && text[2] == ':' && digit(3) &&
                      digit(4) && text.substr(0, 2) <= "23" && text.substr(3, 2) <= "59" &&
                      text.find_first_not_of(":.0", 5) == std::string::npos;
  if (!text.empty() && !shaped) {
    object.findings().error(object.path_of(key),
                            "expected a time of day in whole minutes, \"17:30:00\"");
    return {};
  }
  return text.substr(0, 5);
}

std::optional<DayWindow> read_days(ObjectReader& times, std::string_view key) {
  ObjectReader object(times.take(key), times.path_of(key), times.findings());
  if (!object.present()) {
    return std::nullopt;
  }
  Findings& findings = times.findings();
  DayWindow out;
  out.days = words(object, "daysOfWeek",
                   {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"});
  const bool all_day = object.boolean("allDay").value_or(false);
  out.start = time_of_day(object, "startTime");
  out.end = time_of_day(object, "endTime");
  out.zone = object.text("timeZone");
  if (all_day) {
    out.start.clear();
    out.end.clear();
  }
  if (out.start.empty() != out.end.empty()) {
    findings.error(object.path(), "startTime and endTime go together");
  }
  if (!out.start.empty() && out.start == out.end) {
    findings.error(object.path_of("endTime"), "endTime is startTime: no time is between them");
  }
  if (out.days.empty()) {
    findings.error(object.path_of("daysOfWeek"), "no day of the week is named");
  }
  if (out.zone.empty()) {
    out.zone = "UTC";
    findings.warning(object.path_of("timeZone"), "no time zone is given: read as UTC");
  } else if (zone_of(out.zone).empty()) {
    findings.error(object.path_of("timeZone"),
                   fmt::format("\"{}\" is no time zone: expected a name of the IANA data base "
                               "(Europe/Vienna), of Windows, or an offset in whole hours (+02)",
                               out.zone));
  }
  return out;
}

bool is_offset(std::string_view text) {
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  const bool hours = (text.size() == 3 || text.size() == 6) && (text[0] == '+' || text[0] == '-') &&
                     digit(1) && digit(2) && text.substr(1, 2) <= "14";
  return hours && (text.size() == 3 || text.substr(3) == ":00");
}

}  // namespace

Strings days_after(const Strings& days) {
  static const Strings kWeek = {"monday", "tuesday",  "wednesday", "thursday",
                                "friday", "saturday", "sunday"};
  Strings out;
  for (std::size_t i = 0; i < kWeek.size(); ++i) {
    if (std::ranges::find(days, kWeek[(i + 6) % 7]) != days.end()) {
      out.push_back(kWeek[i]);
    }
  }
  return out;
}

std::string zone_of(std::string_view written) {
  if (equal_fold(written, "UTC") || written == "Z") {
    return "UTC";
  }
  if (is_offset(written)) {
    // The signs of Etc/GMT are turned round: POSIX counts to the west.
    const int hours = (written[1] - '0') * 10 + (written[2] - '0');
    return hours == 0 ? "UTC" : fmt::format("Etc/GMT{}{}", written[0] == '+' ? '-' : '+', hours);
  }
  for (const auto& [windows, iana] : kWindowsZones) {
    if (equal_fold(windows, written)) {
      return std::string(iana);
    }
  }
  return compiler::sema::read_zone(written) ? std::string(written) : std::string();
}

std::optional<Times> read_times(ObjectReader& conditions, Findings& findings) {
  ObjectReader object(conditions.take("times"), conditions.path_of("times"), findings);
  if (!object.present()) {
    return std::nullopt;
  }
  const bool all = object.boolean("includeAllTimes").value_or(false);
  Times out;
  constexpr std::string_view kKeys[] = {"includeDays", "excludeDays"};
  for (const auto key : kKeys) {
    if (const auto* days = object.take(key); days != nullptr && days->is_array()) {
      findings.error(object.path_of(key),
                     "expected an object {daysOfWeek, allDay, startTime, "
                     "endTime, timeZone}, as Graph writes it");
      return std::nullopt;
    }
  }
  out.include = read_days(object, "includeDays");
  out.exclude = read_days(object, "excludeDays");
  for (const auto* key : {"includeRange", "excludeRange"}) {
    if (object.take(key) != nullptr) {
      findings.error(object.path_of(key), "ranges of dates and times cannot be expressed");
    }
  }
  if (all) {
    out.include.reset();  // "overrides all other time and day settings"
    out.exclude.reset();
  } else if (!out.include) {
    findings.error(object.path(),
                   "neither all times nor days are included: the policy would "
                   "never apply");
  }
  return out.include || out.exclude ? std::optional(out) : std::nullopt;
}

}  // namespace gate::graph
