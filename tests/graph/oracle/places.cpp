#include "tests/graph/oracle/places.h"

#include <arpa/inet.h>

#include <array>
#include <boost/json/array.hpp>
#include <cstdlib>
#include <optional>
#include <string>

namespace graph_oracle {
namespace {

struct Address {
  int family = AF_INET;
  std::array<unsigned char, 16> bytes{};
  [[nodiscard]] int bits() const { return family == AF_INET ? 32 : 128; }
};

std::optional<Address> parse(std::string_view text) {
  Address out;
  out.family = text.find(':') == std::string_view::npos ? AF_INET : AF_INET6;
  if (inet_pton(out.family, std::string(text).c_str(), out.bytes.data()) != 1) {
    return std::nullopt;
  }
  return out;
}

}  // namespace

bool address_in(std::string_view address, std::string_view cidr) {
  const auto slash = cidr.find('/');
  const auto network = parse(cidr.substr(0, slash));
  const auto host = parse(address);
  if (!network || !host || network->family != host->family) {
    return false;
  }
  const int prefix = slash == std::string_view::npos
                         ? network->bits()
                         : std::atoi(std::string(cidr.substr(slash + 1)).c_str());
  for (int bit = 0; bit < prefix; ++bit) {
    const auto byte = static_cast<std::size_t>(bit / 8);
    const int mask = 0x80 >> (bit % 8);
    if (((network->bytes[byte] ^ host->bytes[byte]) & mask) != 0) {
      return false;
    }
  }
  return true;
}

bool in_location(const json::value& location, std::string_view address, std::string_view country) {
  if (const auto* ranges = member(&location, "ipRanges"); ranges != nullptr && ranges->is_array()) {
    for (const auto& range : ranges->get_array()) {
      const auto cidr =
          range.is_string() ? std::string(range.get_string()) : text(&range, "cidrAddress");
      if (!address.empty() && address_in(address, cidr)) {
        return true;
      }
    }
  }
  if (country.empty()) {
    return flag(&location, "includeUnknownCountriesAndRegions");
  }
  return holds(list(&location, "countriesAndRegions"), country);
}

}  // namespace graph_oracle
