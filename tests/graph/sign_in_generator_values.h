#pragma once

#include <boost/json/array.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/graph/corpus.h"

namespace graph_corpus {

/// What policies and locations mention, so that sign-ins can stand at the border of every
/// condition. Each list holds a value once.
struct PolicyValues {
  using Strings = std::vector<std::string>;
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  using Numbers = std::vector<std::int64_t>;

  Strings users, groups, roles, tenants, principals;
  Strings apps, contexts;
  Strings addresses, countries;
  Pairs address_in;                    ///< location id, an address in it
  Pairs country_in;                    ///< location id, a country of it
  Pairs device_values, custom_values;  ///< attribute, compared value
  Strings combinations;                ///< "password,sms"
  Strings aaguids, issuers, oids;
  Strings extra_controls;  ///< "termsOfUse:<id>", "customAuthenticationFactor:<id>"
  Numbers ages;            ///< at, before and after each sign-in frequency
  Numbers clock_minutes;   ///< at, before and after each start and end, of the day
};

[[nodiscard]] PolicyValues values_of(const Source& source);

/// Addresses at the borders of a range: its first and last, and those before and after it.
[[nodiscard]] std::vector<std::string> border_addresses(const std::string& cidr);

}  // namespace graph_corpus
