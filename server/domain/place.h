#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace gate::server {

/// In degrees; north and east are positive.
struct Coordinates {
  double latitude = 0;
  double longitude = 0;
  friend bool operator==(const Coordinates&, const Coordinates&) = default;
};

/// What a database says of the network of an address.
enum class NetworkKind : std::uint8_t {
  kUnknown,    ///< nothing is known, or nothing out of the ordinary
  kHosting,    ///< a data centre: people seldom sign in from there
  kAnonymous,  ///< Tor, a public or residential proxy, a VPN that hides its users
};

/// What is known about the place of an address.
struct Place {
  std::string country;  ///< two upper-case letters; empty: none, or not known
  std::optional<Coordinates> at;
  NetworkKind network = NetworkKind::kUnknown;
};

}  // namespace gate::server
