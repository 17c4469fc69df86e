#pragma once

#include <gate/request.hpp>
#include <string_view>

namespace gate {

/// Whether a policy may see the attribute `name` of this request (conditional-access 3): of a
/// device that is not registered nothing is known, and extension attributes have a value only on
/// devices that are managed, compliant or hybrid joined. What is not visible counts as absent.
/// Every executor asks here. Pure; allocates nothing.
[[nodiscard]] bool is_visible(const SignInRequest& request, std::string_view name) noexcept;

}  // namespace gate
