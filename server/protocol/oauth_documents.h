#pragma once

#include <string>

#include "server/http/message.h"

namespace gate::server {

inline constexpr const char* kKeysPath = "/discovery/v2.0/keys";
inline constexpr const char* kDiscoveryPath = "/v2.0/.well-known/openid-configuration";

/// The discovery document of a tenant (OpenID Connect Discovery 4.2), as JSON.
[[nodiscard]] std::string discovery_document(const std::string& base, const std::string& tenant);

/// A public document that is the same for all clients.
[[nodiscard]] HttpResponse public_document(std::string json);

}  // namespace gate::server
