#include "server/app/risk_engine.h"

#include "server/app/key_files.h"
#include "server/risk/http/http_risk_engine.h"

namespace gate::server {

Result<std::unique_ptr<RiskEngine>> configure_risk_engine(const Config& config, const Clock& clock,
                                                          Logger& log) {
  if (config.risk_engine_url.empty()) {
    return std::unique_ptr<RiskEngine>();
  }
  HttpRiskEngineSettings settings;
  settings.url = config.risk_engine_url;
  settings.deadline_ms = config.risk_engine_milliseconds;
  settings.ca_file = config.risk_engine_ca_file;
  if (!config.risk_engine_token_file.empty()) {
    GATE_TRY(settings.token, read_secret_file(config.risk_engine_token_file));
  }
  return std::unique_ptr<RiskEngine>(
      std::make_unique<HttpRiskEngine>(std::move(settings), clock, log));
}

}  // namespace gate::server
