#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gate::server {

/// The authentication context that the `claims` parameter requests (`access_token.acrs`); empty if
/// it requests none. Nothing when the parameter is not JSON, or the value is not a context.
[[nodiscard]] std::optional<std::string> requested_context(std::string_view claims);

}  // namespace gate::server
