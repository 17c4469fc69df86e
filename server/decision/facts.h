#pragma once

#include <gate/request.hpp>
#include <string>
#include <string_view>

#include "server/domain/client_hints.h"
#include "server/domain/factor.h"
#include "server/domain/resource.h"
#include "server/domain/user.h"
#include "server/ports/clock.h"

namespace gate::server {

/// The input of a decision.
struct FactSources {
  const User& user;
  const Client& client;
  const Resource& resource;  ///< that the scope names: the target (S5)
  const ClientHints& hints;
  std::string country{};  ///< of the address; empty: none, or not known
  /// What rules and engines say of this sign-in. The user's entry is the floor.
  Risk sign_in_risk = Risk::kNone;
  Flow flow = Flow::kSignIn;
  const std::vector<CompletedFactor>& completed;
  Micros session_began_at = 0;
  Micros now = 0;
};

/// The longest signal value and the most signals that are read from one request.
inline constexpr std::size_t kSignalBytesMax = 256;
inline constexpr std::size_t kSignalsMax = 32;

/// The risk of a user, by its entry, by administration and by leaked passwords: the highest counts.
[[nodiscard]] Risk risk_of(const User& user);

/// Builds the request to the evaluator. The target is the resource, as in Entra, and never a public
/// client (conditional-access 2.10). User, groups, roles, kind, risks and stored signals come
/// from the user record; address, client and platform from the hints. Of all risks of a sign-in the
/// highest counts. Signals in the hints count
/// only if the client has `trusted_signals`; then they replace stored signals of the same name.
[[nodiscard]] SignInFacts gather_facts(const FactSources& sources);

/// Parses `true`, `false`, an integer, or a text with or without double quotes.
[[nodiscard]] std::variant<std::int64_t, bool, std::string> parse_signal(std::string_view text);

}  // namespace gate::server
