#pragma once

#include <gate/request.hpp>
#include <string>
#include <string_view>

#include "server/domain/client_hints.h"
#include "server/domain/factor.h"
#include "server/domain/user.h"
#include "server/ports/clock.h"

namespace gate::server {

/// The port that maps an address to its country. By default the server knows no countries; a GeoIP
/// database can be connected here. Safe from any number of threads.
struct CountryLookup {
  CountryLookup() = default;
  CountryLookup(const CountryLookup&) = delete;
  CountryLookup& operator=(const CountryLookup&) = delete;
  virtual ~CountryLookup() = default;
  /// Two upper-case letters, or empty when the address maps to no country.
  [[nodiscard]] virtual std::string country_of(std::string_view ip) const = 0;
};

/// The input of a decision.
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

/// The longest signal value and the most signals that are read from one request.
inline constexpr std::size_t kSignalBytesMax = 256;
inline constexpr std::size_t kSignalsMax = 32;

/// Builds the request to the evaluator. User, groups, roles, kind, risks and stored signals come
/// from the user record; address, client and platform from the hints. Signals in the hints count
/// only if the client has `trusted_signals`; then they replace stored signals of the same name.
[[nodiscard]] SignInFacts gather_facts(const FactSources& sources);

/// Parses `true`, `false`, an integer, or a text with or without double quotes.
[[nodiscard]] std::variant<std::int64_t, bool, std::string> parse_signal(std::string_view text);

}  // namespace gate::server
