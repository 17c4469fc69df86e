#pragma once

#include <gate/result.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>

#include "server/domain/resource.h"
#include "server/domain/tenant.h"
#include "server/store/tenants.h"

namespace gate::server {

/// What a request may have: the scopes, and the one resource that its access token is for.
struct ScopeGrant {
  std::string scope;  ///< distinct words, in the order in which they were asked for
  Resource resource = directory_resource();
};

enum class ScopeFault : std::uint8_t {
  kNotGranted,    ///< a scope that is not registered, or that this client may not ask for
  kTwoResources,  ///< an access token is for one resource
};

/// The grant for a request: the standard scopes, and `<audience>/<scope>` of one resource where the
/// client lists it and the resource offers it, all compared byte for byte. Anything else refuses
/// the whole request: a token never contains text that came from the client alone (S10). Without a
/// scope of a resource it is for the directory (S5, conditional-access 2.10). An empty `asked` asks
/// for `openid profile offline_access`.
[[nodiscard]] Result<std::variant<ScopeGrant, ScopeFault>> grant_scope(TenantReads& reads,
                                                                       const Client& client,
                                                                       std::string_view asked);

/// What is left of an earlier grant: the words that the client may still ask for, in their order.
[[nodiscard]] Result<ScopeGrant> still_granted(TenantReads& reads, const Client& client,
                                               std::string_view granted);

/// True if every word of `asked` is a word of `granted` (RFC 6749 6: a refresh never widens).
[[nodiscard]] bool is_within_scope(std::string_view asked, std::string_view granted);

/// The scopes of a grant that mean something to its resource.
struct ResourceScopes {
  std::string names;  ///< `scp`: as the resource calls them
  std::string words;  ///< `scope`: as they are asked for (RFC 9068 2.2.3)
};
[[nodiscard]] ResourceScopes scopes_of(const Resource& resource, std::string_view granted);

/// The audiences of the resources that the client may ask for, beside the directory.
[[nodiscard]] std::set<std::string> audiences_of(const Client& client);

}  // namespace gate::server
