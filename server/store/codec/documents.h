#pragma once

#include <gate/result.hpp>
#include <string>
#include <string_view>

#include "server/domain/tenant.h"
#include "server/domain/user.h"

namespace gate::server {

/// The column `tenant.attributes_json`: the schema and the rules of a tenant as one JSON object.
/// Where the rules are the default ones, the schema alone as a JSON list, which is all that
/// versions without rules wrote.
[[nodiscard]] std::string write_tenant_document(const Tenant& tenant);
/// Sets `attributes` and `rules` of `tenant`. kCorrupt: the text is no such document, or names a
/// method that this version does not know, which is never taken for an allowed one.
[[nodiscard]] Result<void> read_tenant_document(std::string_view text, Tenant& tenant);

/// The column `user.attributes_sealed`, unsealed: the attributes of a user, the language and the
/// list of first factors as one JSON object; without the last two the attributes alone, as up to
/// the first version with languages. Empty: the user has none of them.
[[nodiscard]] std::string write_user_document(const User& user);
/// Sets `attributes`, `language` and `first_factors` of `user`. kCorrupt: the text is no such
/// document, or names a first factor that this version does not know.
[[nodiscard]] Result<void> read_user_document(std::string_view text, User& user);

}  // namespace gate::server
