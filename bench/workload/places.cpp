#include "bench/workload/places.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace gate::bench {

std::optional<std::uint32_t> read_ipv4(std::string_view text) {
  std::uint32_t address = 0;
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  for (int part = 0; part < 4; ++part) {
    std::uint8_t value = 0;
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc{} || (part < 3 && (next == end || *next != '.')) ||
        (part == 3 && next != end)) {
      return std::nullopt;
    }
    address = address << 8U | value;
    at = next + 1;
  }
  return address;
}

std::string ipv4_text(std::uint32_t a) {
  return fmt::format("{}.{}.{}.{}", a >> 24U, a >> 16U & 255U, a >> 8U & 255U, a & 255U);
}

void find_places(const std::vector<Location>& places, std::string_view ip, std::string_view country,
                 std::vector<Id>& out) {
  out.clear();
  const auto address = read_ipv4(ip);
  for (Id id = 0; id < places.size(); ++id) {
    const Location& place = places[id];
    const bool by_address =
        address &&
        std::any_of(place.ranges.begin(), place.ranges.end(), [&address](const Location::Range& r) {
          return (r.address ^ *address) >> (32U - r.prefix) == 0;
        });
    if (by_address || std::find(place.countries.begin(), place.countries.end(), country) !=
                          place.countries.end()) {
      out.push_back(id);
    }
  }
}

}  // namespace gate::bench
