#pragma once

#include <gate/vocabulary.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "server/domain/client_hints.h"
#include "server/risk/rules.h"

namespace gate::server {

/// What an engine is told of one request. The views live as long as the call.
struct RiskQuestion {
  std::string_view tenant_id;
  std::string_view user_id;  ///< for a name that no user has, a key of it (C6)
  std::string_view client_id;
  std::string_view ip;       ///< empty: unknown
  std::string_view country;  ///< empty: unknown
  Platform platform = Platform::kUnknown;
  Flow flow = Flow::kSignIn;
  DeviceKnowledge device = DeviceKnowledge::kNotAsked;
  Micros now = 0;
};

/// The port to a risk engine outside. Safe from any number of threads; never throws; answers within
/// its deadline.
struct RiskEngine {
  RiskEngine() = default;
  RiskEngine(const RiskEngine&) = delete;
  RiskEngine& operator=(const RiskEngine&) = delete;
  virtual ~RiskEngine() = default;
  /// Absent: it is not known how risky the sign-in is.
  [[nodiscard]] virtual std::optional<Risk> assess(const RiskQuestion& question) const = 0;
};

}  // namespace gate::server
