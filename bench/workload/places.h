#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/workload/model.h"

namespace gate::bench {

/// Reads "a.b.c.d"; empty for anything else. The generator makes no other addresses.
[[nodiscard]] std::optional<std::uint32_t> read_ipv4(std::string_view text);

[[nodiscard]] std::string ipv4_text(std::uint32_t address);

/// The numbers of the places that an address and a country are in, sorted, into `out`. Linear in
/// the places.
void find_places(const std::vector<Location>& places, std::string_view ip, std::string_view country,
                 std::vector<Id>& out);

}  // namespace gate::bench
