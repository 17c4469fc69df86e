#pragma once

#include <gate/vocabulary.hpp>
#include <string>
#include <utility>
#include <vector>

#include "server/crypto/secret.h"
#include "server/domain/tenant.h"
#include "server/ports/clock.h"

namespace gate::server {

/// What a request says about its client, independent of the protocol. Nothing here is proven.
struct ClientHints {
  std::string address;  ///< of the client, as text; empty: unknown
  ClientApp app = ClientApp::kNativeApp;
  Platform platform = Platform::kUnknown;
  /// Preferred for messages, the best first, as language tags (server/domain/language.h).
  std::vector<std::string> languages{};
  std::string device_key{};  ///< the secret of a known device (B8); empty: none was presented
  /// Signals by name, with values in policy syntax. Used only if the client has `trusted_signals`.
  std::vector<std::pair<std::string, std::string>> signals{};
};

/// The origin of one request: a known client of a known tenant. All members outlive the request.
struct Caller {
  const Tenant& tenant;
  const Client& client;
  const ClientHints& hints;
  Micros now = 0;
  /// A secret MAC over the whole request, by which it is recognised when it comes again (T4).
  /// Empty: this request is not recognised.
  ByteSpan request_mark{};
};

}  // namespace gate::server
