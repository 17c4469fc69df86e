#pragma once

#include <string_view>

#include "server/domain/place.h"

namespace gate::server {

/// The port that maps an address to its place. Safe from any number of threads.
struct PlaceLookup {
  PlaceLookup() = default;
  PlaceLookup(const PlaceLookup&) = delete;
  PlaceLookup& operator=(const PlaceLookup&) = delete;
  virtual ~PlaceLookup() = default;
  /// `ip`: empty for an unknown address, of which nothing is known.
  [[nodiscard]] virtual Place place_of(std::string_view ip) const = 0;
  /// Whether countries are looked up at all. If they are, an address without one is suspicious.
  [[nodiscard]] virtual bool knows_countries() const = 0;
};

}  // namespace gate::server
