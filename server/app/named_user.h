#pragma once

#include <gate/result.hpp>
#include <string>

#include "server/domain/user.h"
#include "server/store/store.h"

namespace gate::server {

/// The user that an operator names on the command line: the tenant by id or domain, the user by its
/// user name. kNotFound with a text for people when there is no such tenant or user.
[[nodiscard]] Result<User> named_user(StoreReads& reads, const std::string& tenant,
                                      const std::string& username);

}  // namespace gate::server
