#pragma once

#include <cstddef>
#include <cstdint>
#include <gate/result.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/account/blocklist.h"
#include "server/account/breached_passwords.h"

namespace gate::server {

inline constexpr std::size_t kPasswordLengthMin = 8;    ///< D1; `passwords.min_length` may raise it
inline constexpr std::size_t kPasswordLengthMax = 256;  ///< in code points; D1 demands 64 or more

/// Why a password is refused, as the wire names it (native-auth-api 3.1). Whether it was used
/// before is for the caller to say, who has the old one.
enum class PasswordFault : std::uint8_t {
  kNone,      ///< accepted
  kTooShort,  ///< password_too_short
  kTooLong,   ///< password_too_long: more than 256 code points or 1024 bytes
  kTooWeak,   ///< password_too_weak: a sequence, or fewer than four different characters
  kBanned,    ///< password_banned: common, made of words of the context, or known to be breached
  kInvalid,   ///< password_is_invalid: not UTF-8, or a control character
};

/// What an operator sets about passwords. Read at start, then immutable and shared by all threads.
struct PasswordRules {
  /// In code points after NFC: 8 to 64 (D1). 15 is the advice where a password is the only factor.
  std::size_t min_length = kPasswordLengthMin;
  Blocklist blocklist;
  /// Names of products and the like: `passwords.product_words`.
  std::vector<std::string> product_words;
  /// Null: no set of breached passwords is configured.
  std::shared_ptr<const BreachedPasswords> breached;
};

/// The text of a fault for people; empty for kNone. It names no part of the password.
[[nodiscard]] std::string describe(PasswordFault fault, const PasswordRules& rules);

/// What an attacker would try first for this account (D2): nothing of it may carry the password.
struct PasswordContext {
  std::string username;                ///< an e-mail address; both sides of its `@` count
  std::vector<std::string> addresses;  ///< further mailboxes of the account
  std::string display_name;
  std::string tenant_name;
};

/// The first rule that `password` breaks, or kNone (D1, D2). The password is brought to NFC first,
/// never truncated, and there are no rules about kinds of characters. Of the words of the context
/// and the product words nothing counts: what remains without them, and without digits and
/// punctuation at both ends, must have at least `kPasswordLengthMin` code points. An error comes
/// from the set of breached passwords alone; the password must not be accepted then. Cheap beside
/// hashing. Safe from any number of threads.
[[nodiscard]] Result<PasswordFault> check_password(const PasswordRules& rules,
                                                   std::string_view password,
                                                   const PasswordContext& context);

/// True if the set of breached passwords holds this one. Without a set, and for what cannot be a
/// password, false. An error: the set cannot be read, and nothing is known. Reads a few blocks of a
/// file. Safe from any number of threads.
[[nodiscard]] Result<bool> is_leaked(const PasswordRules& rules, std::string_view password);

}  // namespace gate::server
