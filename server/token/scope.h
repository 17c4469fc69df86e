#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/domain/tenant.h"

namespace gate::server {

/// The scopes to grant for a request: the standard ones, and `<audience>/<name>` for each name that
/// is configured for the client. Nothing when any other scope is requested: a token never contains
/// text that came from the client alone (S10).
[[nodiscard]] std::optional<std::string> granted_scope(const Client& client,
                                                       std::string_view asked);

/// The words of `granted` that the client may still ask for, in their order.
[[nodiscard]] std::string still_granted(const Client& client, std::string_view granted);

/// True if every word of `asked` is a word of `granted` (RFC 6749 6: a refresh never widens).
[[nodiscard]] bool is_within_scope(std::string_view asked, std::string_view granted);

}  // namespace gate::server
