#pragma once

#include <gate/decision.hpp>
#include <gate/interned.hpp>
#include <gate/request.hpp>

namespace gate {

/// Limits and enumerations of a request, before any policy is looked at. Addresses and signal types
/// are checked where they are read. Allocates nothing.
[[nodiscard]] RequestFault validate(const SignInRequest& request) noexcept;
/// The same of a request whose names were numbered before; the numbers are checked by the code that
/// knows the set.
[[nodiscard]] RequestFault validate(const InternedRequest& request) noexcept;
/// The same but for groups and roles, which are not looked at: of a principal that was bound
/// before.
[[nodiscard]] RequestFault validate_without_groups(const SignInRequest& request) noexcept;
[[nodiscard]] RequestFault validate_without_groups(const InternedRequest& request) noexcept;
/// The part of it that is about who signs in.
[[nodiscard]] RequestFault validate_principal(const SignInRequest& request) noexcept;

}  // namespace gate
