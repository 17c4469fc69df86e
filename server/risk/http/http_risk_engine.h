#pragma once

#include <gate/result.hpp>
#include <memory>
#include <string>

#include "server/crypto/secret.h"
#include "server/ports/clock.h"
#include "server/risk/risk_engine.h"

namespace gate::server {

class Logger;

struct HttpRiskEngineSettings {
  std::string url;
  std::int64_t deadline_ms = 300;  ///< of the whole call
  Secret token;                    ///< sent as bearer token; empty: none
  std::string ca_file;             ///< empty: the system's authorities
};

/// After so many failures in a row the engine is not asked for a while.
inline constexpr int kEngineFailuresMax = 3;
inline constexpr Micros kEngineRest = 5 * kMicrosPerSecond;

/// A risk engine behind an HTTP endpoint; docs/risk.md describes request and answer. Each call
/// holds one connection, which later calls use again.
class HttpRiskEngine final : public RiskEngine {
 public:
  /// `clock` and `log` must outlive this.
  HttpRiskEngine(HttpRiskEngineSettings settings, const Clock& clock, Logger& log);
  ~HttpRiskEngine() override;

  [[nodiscard]] std::optional<Risk> assess(const RiskQuestion& question) const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gate::server
