#pragma once

#include <gate/vocabulary.hpp>
#include <string>

#include "server/ports/clock.h"

namespace gate::server {

/// A completed factor: method, time and channel (empty for a password).
struct CompletedFactor {
  Method method = Method::kPassword;
  Micros at = 0;
  std::string channel_id;
  friend bool operator==(const CompletedFactor&, const CompletedFactor&) = default;
};

}  // namespace gate::server
