#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gate::server {

/// The authentication context that the `claims` parameter asks for (`access_token.acrs`), empty if
/// none. Nothing when the parameter is not JSON, or asks for something that is no context.
[[nodiscard]] std::optional<std::string> requested_context(std::string_view claims);

}  // namespace gate::server
