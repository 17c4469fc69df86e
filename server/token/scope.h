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

/// True if every word of `asked` is a word of `granted`: a refresh never widens the scope (RFC 6749
/// 6).
[[nodiscard]] bool is_within_scope(std::string_view asked, std::string_view granted);

}  // namespace gate::server
