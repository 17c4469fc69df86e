#pragma once

#include <string>

#include "server/http/message.h"

namespace gate::server {

inline constexpr const char* kKeysPath = "/discovery/v2.0/keys";

/// Where the discovery document of a tenant is. Its issuer is `{base}/{tenant}/v2.0`. OpenID
/// Connect Discovery appends the well-known part to the path of the issuer; RFC 8414 3.1 puts it in
/// front of that path. Clients do either with both names.
inline constexpr const char* kDiscoveryPaths[] = {
    "/{tenant}/v2.0/.well-known/openid-configuration",
    "/{tenant}/v2.0/.well-known/oauth-authorization-server",
    "/.well-known/oauth-authorization-server/{tenant}/v2.0",
    "/.well-known/openid-configuration/{tenant}/v2.0",
};

/// The discovery document of a tenant (OpenID Connect Discovery 3, RFC 8414 2), as JSON. `tenant`
/// is its id, also where the request named its domain: tokens carry the same issuer.
[[nodiscard]] std::string discovery_document(const std::string& base, const std::string& tenant);

/// A public document that is the same for all clients. Caches may keep it for five minutes, and
/// pages of all origins may read it.
[[nodiscard]] HttpResponse public_document(std::string json);

}  // namespace gate::server
