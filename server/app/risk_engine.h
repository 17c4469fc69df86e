#pragma once

#include <gate/result.hpp>
#include <memory>

#include "server/config/config.h"
#include "server/ports/clock.h"
#include "server/risk/risk_engine.h"

namespace gate::server {

class Logger;

/// The risk engine that a configuration names, or null. Reads its token. `clock` and `log` must
/// outlive it.
Result<std::unique_ptr<RiskEngine>> configure_risk_engine(const Config& config, const Clock& clock,
                                                          Logger& log);

}  // namespace gate::server
