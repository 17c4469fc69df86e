#pragma once

#include <gate/result.hpp>
#include <string_view>
#include <vector>

#include "server/domain/sign_in_entry.h"

namespace gate::server {

class SignInReads {
 public:
  virtual ~SignInReads() = default;
  /// The complete sign-ins of the user since then, newest first; at most `kSignInEntriesMax`.
  [[nodiscard]] virtual Result<std::vector<SignInEntry>> sign_ins_of(std::string_view tenant_id,
                                                                     std::string_view user_id,
                                                                     Micros since) = 0;
};

class SignInWrites {
 public:
  virtual ~SignInWrites() = default;
  /// Adds an entry, and removes those of the user beyond `kSignInEntriesMax`, oldest first. Two at
  /// the same moment are one.
  [[nodiscard]] virtual Result<void> record_sign_in(std::string_view tenant_id,
                                                    std::string_view user_id,
                                                    const SignInEntry& entry) = 0;
};

}  // namespace gate::server
