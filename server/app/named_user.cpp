#include "server/app/named_user.h"

#include <fmt/format.h>

#include <optional>

#include "server/domain/address.h"

namespace gate::server {

Result<User> named_user(StoreReads& reads, const std::string& tenant, const std::string& username) {
  GATE_TRY(const std::optional<Tenant> found, reads.find_tenant(tenant));
  if (!found) {
    return Error{ErrorCode::kNotFound, fmt::format("there is no tenant `{}`", tenant)};
  }
  const auto name = normalize_email(username);
  GATE_TRY(std::optional<User> user,
           reads.find_user_by_name(found->id, name.value_or(std::string())));
  if (!user) {
    return Error{ErrorCode::kNotFound, fmt::format("there is no user `{}`", username)};
  }
  return std::move(*user);
}

}  // namespace gate::server
