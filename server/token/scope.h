#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/domain/tenant.h"

namespace gate::server {

/// The scopes to grant for what was asked: the standard ones, and `<audience>/<name>` for the names
/// that the client is registered for. Nothing when any other is among them: a token says nothing
/// that came from the client alone (S10).
[[nodiscard]] std::optional<std::string> granted_scope(const Client& client,
                                                       std::string_view asked);

/// True if every word of `asked` is a word of `granted` (RFC 6749 6: a refresh never widens).
[[nodiscard]] bool is_within_scope(std::string_view asked, std::string_view granted);

}  // namespace gate::server
