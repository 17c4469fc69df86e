#pragma once

#include <string>
#include <vector>

#include "server/domain/client_hints.h"
#include "server/http/message.h"

namespace gate::server {

/// The header in which an app sends the secret of a known device (docs/known-devices.md).
inline constexpr std::string_view kDeviceKeyHeader = "x-gate-device-key";

/// True if the request has no device key, or one of the right form: 256 bits as 43 characters of
/// base64url.
[[nodiscard]] bool device_key_is_well_formed(const HttpRequest& request);

/// The client hints in the headers: platform and app from `x-client-*` and the user agent,
/// languages from `Accept-Language`, signals from `x-gate-signal-<name>`.
[[nodiscard]] ClientHints client_hints_of(const HttpRequest& request);

/// The languages of `Accept-Language` (RFC 9110 12.5.4), the best first: at most
/// kAcceptedLanguagesMax. Ranges that are no language tag, and `*`, are left out.
inline constexpr std::size_t kAcceptedLanguagesMax = 8;
[[nodiscard]] std::vector<std::string> accepted_languages(const HttpRequest& request);

[[nodiscard]] ClientApp client_app_of(const HttpRequest& request);
/// `x-client-SKU`, `x-client-OS` and `x-client-DM` come before the agent (S9). Nothing of it is
/// proven.
[[nodiscard]] Platform platform_of(const HttpRequest& request);

}  // namespace gate::server
