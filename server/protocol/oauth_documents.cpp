#include "server/protocol/oauth_documents.h"

#include <boost/json.hpp>

#include "server/token/token_issuer.h"

namespace gate::server {

namespace json = boost::json;

std::string discovery_document(const std::string& base, const std::string& tenant) {
  const std::string root = base + "/" + tenant;
  const json::object document{
      {"issuer", root + "/v2.0"},
      {"token_endpoint", root + "/oauth2/v2.0/token"},
      {"jwks_uri", root + std::string(kKeysPath)},
      // Both specifications require the member. There is no authorization endpoint.
      {"response_types_supported", json::array{"none"}},
      // `password` is left out: it would announce the grant of RFC 6749 4.3. Here it continues a
      // flow, and a password alone opens nothing.
      {"grant_types_supported",
       json::array{"oob", "mfa_oob", "continuation_token", "refresh_token"}},
      {"subject_types_supported", json::array{"public"}},
      {"id_token_signing_alg_values_supported", json::array{"ES256"}},
      {"token_endpoint_auth_methods_supported", json::array{"none"}},
      {"scopes_supported", json::array{"openid", "profile", "email", "offline_access"}},
      {"claims_supported",
       json::array{"iss", "sub", "aud", "exp", "iat", "nbf", "auth_time", "acr", "amr", "sid",
                   "oid", "tid", "ver", "name", "preferred_username", "login_hint", "email",
                   "email_verified", "roles"}},
      {"acr_values_supported", json::array{kAcrSingleFactor, kAcrTwoFactors}},
      {"claims_parameter_supported", true},
      {"request_parameter_supported", false},
      // Left out it would mean true (OpenID Connect Discovery 3).
      {"request_uri_parameter_supported", false}};
  return json::serialize(document);
}

HttpResponse public_document(std::string json) {
  HttpResponse response;
  response.status = 200;
  response.body = std::move(json);
  // Short enough that caches soon drop a key that was removed in an emergency.
  response.headers = {{"content-type", "application/json; charset=utf-8"},
                      {"cache-control", "public, max-age=300"},
                      {"access-control-allow-origin", "*"},
                      {"x-content-type-options", "nosniff"}};
  return response;
}

}  // namespace gate::server
