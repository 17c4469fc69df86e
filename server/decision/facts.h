#pragma once

#include <gate/request.hpp>
#include <string>
#include <string_view>

#include "server/domain/client_hints.h"
#include "server/domain/factor.h"
#include "server/domain/user.h"
#include "server/ports/clock.h"

namespace gate::server {

/// Where an address is. The default of the server knows no countries; a GeoIP database is put
/// behind this port. Safe from any number of threads.
struct CountryLookup {
  CountryLookup() = default;
  CountryLookup(const CountryLookup&) = delete;
  CountryLookup& operator=(const CountryLookup&) = delete;
  virtual ~CountryLookup() = default;
  /// Two upper-case letters, or empty when the address maps to no country.
  [[nodiscard]] virtual std::string country_of(std::string_view ip) const = 0;
};

/// What is known when a decision is due.
struct FactSources {
  const User& user;
  const Client& client;
  const ClientHints& hints;
  const CountryLookup* countries = nullptr;  ///< may be null: every country is unknown
  Flow flow = Flow::kSignIn;
  const std::vector<CompletedFactor>& completed;
  Micros session_began_at = 0;
  Micros now = 0;
};

/// Longest signal value that is taken from a request, and most signals of one request.
inline constexpr std::size_t kSignalBytesMax = 256;
inline constexpr std::size_t kSignalsMax = 32;

/// The request that the policies are asked about. User, groups, roles, kind, risks and the
/// directory's signals come from the user record; address, client and platform from the hints. The
/// hints' signals count only if the client is configured to be believed, and then they win over the
/// directory's.
[[nodiscard]] SignInFacts gather_facts(const FactSources& sources);

/// `true`, `false`, an integer, or a text with or without double quotes.
[[nodiscard]] std::variant<std::int64_t, bool, std::string> parse_signal(std::string_view text);

}  // namespace gate::server
