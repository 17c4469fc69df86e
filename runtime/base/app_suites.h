#pragma once

#include <string_view>

namespace gate {

/// The suite of apps ("office365", "admin_portals") that an app belongs to by its id; "" for none
/// that is known. Microsoft publishes the suites by names and not by ids, so the list is partial
/// (conditional-access 2.10): a tenant adds to it.
[[nodiscard]] std::string_view suite_of(std::string_view app_id) noexcept;

}  // namespace gate
