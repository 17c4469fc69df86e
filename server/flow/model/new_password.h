#pragma once

#include <gate/result.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/account/attributes.h"
#include "server/account/password_rules.h"
#include "server/domain/client_hints.h"
#include "server/domain/flow_record.h"
#include "server/domain/user.h"
#include "server/flow/model/outcome.h"
#include "server/flow/model/services.h"

/// What users choose for their accounts: passwords and attributes.
namespace gate::server {

/// Whose password it is: no password may contain the names of its user (D2).
struct NewPasswordOf {
  std::string username;
  std::string display_name;
  std::vector<std::string> addresses{};  ///< further mailboxes
};

/// The names of the account that a sign-up is about to create.
[[nodiscard]] NewPasswordOf names_of(const std::string& username, const AccountDraft& draft);
/// The names of a user.
[[nodiscard]] NewPasswordOf names_of(const User& user, const std::vector<Channel>& channels);

struct NewPassword {
  PasswordFault fault = PasswordFault::kNone;
  std::string encoded;  ///< empty: there is a fault
};

/// Checks a password against the rules (D1, D2) and hashes it (D3). Blocks for argon2.
[[nodiscard]] Result<NewPassword> hash_new_password(const FlowServices& services,
                                                    const Caller& caller, std::string_view password,
                                                    const NewPasswordOf& of);

/// The answer to a password with a fault.
[[nodiscard]] PasswordRejected password_rejected(const FlowServices& services, PasswordFault fault);

/// True if it is the password that the user has now. Blocks for argon2.
[[nodiscard]] Result<bool> is_password_of(const FlowServices& services, const User& user,
                                          std::string_view password);

/// Takes the attributes over into the draft, or says what is wrong with them.
[[nodiscard]] std::optional<FlowOutcome> take_attributes(const Tenant& tenant,
                                                         std::string_view json,
                                                         AccountDraft& draft);

}  // namespace gate::server
