#pragma once

#include <string>
#include <vector>

#include "tests/native_auth/shot.h"

/// What a stranger can send with a name alone, through every endpoint that takes one and on to the
/// requests after it. The answers must not depend on whether there is an account (C6).
namespace gate::server::testing_support {

/// A chain of requests, each with the continuation token of the answer before it.
struct NameChain {
  struct Step {
    const char* name;
    Shot (*shot)(const std::string& username, const std::string& token);
  };
  const char* name;
  SignUpMode sign_up;  ///< of the tenant: says what unknown names sign in with
  /// The first one is the ordinary account. All others have to look like it.
  std::vector<std::string> kinds;
  std::vector<Step> steps;
};

[[nodiscard]] const std::vector<NameChain>& name_chains();

/// Settings with which a chain may be run many times.
[[nodiscard]] ServiceSettings settings_for_chains();

/// Puts the accounts of all kinds into the server, `count` of each, and opens sign-up as the chain
/// needs it.
void provision_names(TestServer& server, const NameChain& chain, int count);
/// Every name has the same length and the same first letter, because answers show both.
[[nodiscard]] std::string name_of(const std::string& kind, int number);

}  // namespace gate::server::testing_support
