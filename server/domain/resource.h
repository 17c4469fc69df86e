#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace gate::server {

/// An API that access tokens may be for. Plain values, of one tenant.
struct Resource {
  std::string tenant_id;
  std::string audience;             ///< its identifier: `aud` of its tokens, and begins its scopes
  std::string name;                 ///< what policies call `app`
  std::vector<std::string> scopes;  ///< `pay` is asked for as `<audience>/pay`; without a slash
  std::vector<std::string> contexts;  ///< the authentication contexts that it may demand: `c1`
  friend bool operator==(const Resource&, const Resource&) = default;

  [[nodiscard]] bool offers(std::string_view scope) const {
    return std::find(scopes.begin(), scopes.end(), scope) != scopes.end();
  }
  [[nodiscard]] bool uses_context(std::string_view context) const {
    return std::find(contexts.begin(), contexts.end(), context) != contexts.end();
  }
};

/// Audience and name of the directory, which is this server itself. It is the resource of a request
/// that names no other, as in Entra (conditional-access 2.10). No tenant can register it, so no API
/// takes its tokens.
inline constexpr std::string_view kDirectoryResource = "00000002-0000-0000-c000-000000000000";

/// The scopes of the directory: those of OpenID Connect. They are asked for without an audience.
inline constexpr std::string_view kStandardScopes[] = {"openid", "profile", "email",
                                                       "offline_access"};

[[nodiscard]] inline Resource directory_resource() {
  return {.tenant_id = {},
          .audience = std::string(kDirectoryResource),
          .name = std::string(kDirectoryResource),
          .scopes = {std::begin(kStandardScopes), std::end(kStandardScopes)},
          .contexts = {}};
}

}  // namespace gate::server
