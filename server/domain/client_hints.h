#pragma once

#include <gate/vocabulary.hpp>
#include <string>
#include <utility>
#include <vector>

#include "server/domain/tenant.h"
#include "server/ports/clock.h"

namespace gate::server {

/// What a request says of the client that sent it, in no protocol's words. Nothing here is proven.
struct ClientHints {
  std::string address;  ///< of the client, as text
  ClientApp app = ClientApp::kNativeApp;
  Platform platform = Platform::kUnknown;
  std::string device_key;  ///< the secret of a recognised device (B8); empty: none was presented
  /// Signals by name, values in policy syntax. Believed of a client with `trusted_signals` alone.
  std::vector<std::pair<std::string, std::string>> signals;
};

/// Who asks: one request of a known client of a known tenant. All of it outlives the request.
struct Caller {
  const Tenant& tenant;
  const Client& client;
  const ClientHints& hints;
  Micros now = 0;
};

}  // namespace gate::server
