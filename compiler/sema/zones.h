#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/ir/program.h"

namespace gate::compiler::sema {

/// Offsets of a zone are listed up to the end of this year; after it the last one stays.
inline constexpr int kZoneYearMax = 2100;

/// Reads a zone of the IANA database ("Europe/Vienna") from the system's tzdata (TZif, RFC 8536).
/// "UTC" needs no file. Empty when there is no such zone or its file cannot be understood; a name
/// never leaves the database's folder. Reads one file of a few kilobytes.
[[nodiscard]] std::optional<ir::Zone> read_zone(std::string_view name);

/// Parses the bytes of a TZif file; empty when they are not one.
[[nodiscard]] std::optional<ir::Zone> parse_tzif(std::string_view name, std::string_view bytes);

/// The first moment (seconds since 1970, UTC) at which clocks of the zone show day `day` (days
/// since 1970-01-01) or a later one: the day's midnight, or the end of a gap that swallowed it.
[[nodiscard]] std::int64_t day_begins(const ir::Zone& zone, std::int64_t day);

/// Whether ISO 3166-1 assigns this code to a country, as the same database says; XK (Kosovo), which
/// geolocation uses, counts. True for all when the database is not installed. Reads one file of a
/// few kilobytes once in a process.
[[nodiscard]] bool is_assigned_country(std::array<char, 2> code);

/// The names of all zones, for suggestions: walks the database's folder.
[[nodiscard]] std::vector<std::string> zone_names();

}  // namespace gate::compiler::sema
