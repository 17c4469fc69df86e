#pragma once

#include <gate/result.hpp>
#include <string>
#include <string_view>

#include "server/crypto/argon2id.h"
#include "server/crypto/secret.h"
#include "server/domain/password_text.h"
#include "server/ports/random.h"

namespace gate::server {

/// Passwords by argon2id over HMAC-SHA-256(pepper, password) (D3). Both sides are brought to NFC
/// here (`normal_password`), wherever they come from (D1, S34). Immutable and safe from any
/// number of threads. Every call blocks for the cost above and allocates its memory, so callers run
/// it on worker threads, whose number bounds both.
class PasswordHasher {
 public:
  PasswordHasher(Secret pepper, Random& random, PasswordCost cost = {});

  /// The encoded string to store: algorithm, cost, salt and hash.
  [[nodiscard]] Result<std::string> hash(std::string_view password) const;

  /// True if `encoded` was made of this password and pepper.
  [[nodiscard]] bool verify(std::string_view encoded, std::string_view password) const;

  /// Takes as long as `verify` and never succeeds: for unknown user names (C6).
  void verify_unknown(std::string_view password) const;

  /// True if `encoded` has a lower cost than this hasher: hash again at the next success.
  [[nodiscard]] bool is_outdated(std::string_view encoded) const;

 private:
  Secret pepper_;
  Random& random_;
  PasswordCost cost_;
  std::string unknown_;
};

}  // namespace gate::server
