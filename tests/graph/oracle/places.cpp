#include "tests/graph/oracle/places.h"

#include <arpa/inet.h>

#include <bitset>
#include <boost/json/array.hpp>
#include <cstdlib>

#include "tests/graph/oracle/rules.h"

namespace graph_oracle {
namespace {

/// An address as a text of zeros and ones, 32 or 128 of them; empty when it is no address.
std::string bits_of(std::string_view address) {
  const int family = address.find(':') == std::string_view::npos ? AF_INET : AF_INET6;
  unsigned char bytes[16] = {};
  if (inet_pton(family, std::string(address).c_str(), bytes) != 1) {
    return "";
  }
  std::string out;
  for (int i = 0; i < (family == AF_INET ? 4 : 16); ++i) {
    out += std::bitset<8>(bytes[i]).to_string();
  }
  return out;
}

bool in_ranges(const json::value& location, const SignIn& s) {
  const auto* ranges = member(&location, "ipRanges");
  if (ranges == nullptr || !ranges->is_array()) {
    return false;
  }
  for (const auto& range : ranges->get_array()) {
    const auto cidr =
        range.is_string() ? std::string(range.get_string().c_str()) : text(&range, "cidrAddress");
    if (rule(30, address_in(s.address, cidr))) {
      return true;
    }
  }
  return false;
}

bool in_countries(const json::value& location, const std::string& country) {
  if (country.empty()) {
    return flag(&location, "includeUnknownCountriesAndRegions");
  }
  return holds(list(&location, "countriesAndRegions"), country);
}

bool is_by_gps(const json::value& location) {
  return same(text(&location, "countryLookupMethod"), "authenticatorAppGps");
}

Place in_location(const json::value& location, const SignIn& s) {
  if (member(&location, "ipRanges") != nullptr) {
    return in_ranges(location, s) ? Place::kThere : Place::kElsewhere;
  }
  if (!is_by_gps(location)) {
    return rule(31, in_countries(location, s.country)) ? Place::kThere : Place::kElsewhere;
  }
  if (rule(33, s.gps_country.empty())) {
    return Place::kUnknown;
  }
  const bool nowhere = same(s.gps_country, "unknown");
  return rule(32, in_countries(location, nowhere ? "" : s.gps_country)) ? Place::kThere
                                                                        : Place::kElsewhere;
}

bool is_named(const json::value& location, const std::string& name) {
  const auto display = text(&location, "displayName", text(&location, "name"));
  return same(name, text(&location, "id")) || name == "NAME:" + display;
}

Place in_entry(const std::string& entry, const Tenant& tenant, const SignIn& s) {
  if (same(entry, "All")) {
    rule(28, true);
    return Place::kThere;
  }
  if (tenant.locations == nullptr || !tenant.locations->is_array()) {
    return Place::kElsewhere;
  }
  for (const auto& location : tenant.locations->get_array()) {
    if (same(entry, "AllTrusted")) {
      if (flag(&location, "isTrusted") && rule(29, in_ranges(location, s))) {
        return Place::kThere;
      }
    } else if (is_named(location, entry)) {
      return in_location(location, s);
    }
  }
  return Place::kElsewhere;
}

Place in_any(const std::vector<std::string>& entries, const Tenant& tenant, const SignIn& s) {
  auto out = Place::kElsewhere;
  for (const auto& entry : entries) {
    const auto place = in_entry(entry, tenant, s);
    if (place == Place::kThere) {
      return place;
    }
    out = place == Place::kUnknown ? place : out;
  }
  return out;
}

}  // namespace

bool address_in(std::string_view address, std::string_view cidr) {
  const auto slash = cidr.find('/');
  const auto network = bits_of(cidr.substr(0, slash));
  const auto host = bits_of(address);
  if (network.empty() || network.size() != host.size()) {
    return false;
  }
  const auto length = slash == std::string_view::npos
                          ? network.size()
                          : std::stoul(std::string(cidr.substr(slash + 1)));
  return network.substr(0, length) == host.substr(0, length);
}

Place place_of(const json::value* locations, const Tenant& tenant, const SignIn& s) {
  const auto included = list(locations, "includeLocations");
  const auto in = included.empty() ? Place::kThere : in_any(included, tenant, s);
  const auto out = in_any(list(locations, "excludeLocations"), tenant, s);
  if (in == Place::kElsewhere || out == Place::kThere) {
    return Place::kElsewhere;
  }
  return in == Place::kUnknown || out == Place::kUnknown ? Place::kUnknown : Place::kThere;
}

}  // namespace graph_oracle
