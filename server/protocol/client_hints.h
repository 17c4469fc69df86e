#pragma once

#include "server/domain/client_hints.h"
#include "server/http/message.h"

namespace gate::server {

/// The header in which an app presents the secret of a recognised device (docs/known-devices.md).
inline constexpr std::string_view kDeviceKeyHeader = "x-gate-device-key";

/// True if the request presents no device key, or one of the only form there is: 256 bits as 43
/// characters of base64url.
[[nodiscard]] bool device_key_is_well_formed(const HttpRequest& request);

/// What the headers say of the client, MSAL's among them: platform and app from `x-client-*` and
/// the agent, signals from `x-gate-signal-<name>`.
[[nodiscard]] ClientHints client_hints_of(const HttpRequest& request);

[[nodiscard]] ClientApp client_app_of(const HttpRequest& request);
[[nodiscard]] Platform platform_of(const HttpRequest& request);

}  // namespace gate::server
