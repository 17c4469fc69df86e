#pragma once

#include <gate/decision.hpp>
#include <gate/request.hpp>

namespace gate {

/// Limits and enumerations of a request, before any policy is looked at. Addresses and signal types
/// are checked by whoever reads them. Allocates nothing.
[[nodiscard]] RequestFault validate(const SignInRequest& request) noexcept;

}  // namespace gate
