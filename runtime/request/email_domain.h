#pragma once

#include <gate/request.hpp>
#include <optional>
#include <string_view>

/// The attribute that follows from the name of the user.
namespace gate {

inline constexpr std::string_view kEmailDomainAttribute = "user.email_domain";

/// The part of a user name after its last `@`. Absent: the name has none, as an object id has none.
[[nodiscard]] constexpr std::optional<std::string_view> email_domain_of(
    std::string_view user) noexcept {
  const std::size_t at = user.rfind('@');
  if (at == std::string_view::npos || at + 1 == user.size()) {
    return std::nullopt;
  }
  return user.substr(at + 1);
}

/// The attribute `name` of a request that does not give it. Every executor asks here, so that a
/// test block, a request in JSON and the server mean the same. Texts are compared without regard to
/// case, so the domain needs no other letters.
[[nodiscard]] constexpr std::optional<std::string_view> derived_attribute(
    const SignInRequest& request, std::string_view name) noexcept {
  return name == kEmailDomainAttribute ? email_domain_of(request.user) : std::nullopt;
}

}  // namespace gate
