#pragma once

#include "tests/graph/oracle/tenant.h"

namespace graph_oracle {

/// Whether a sign-in is where a policy applies. `kUnknown`: it hangs on a GPS position that was
/// not given (rule 33).
enum class Place { kElsewhere, kThere, kUnknown };

/// The location condition of a policy (README rules 5, 28 to 33).
[[nodiscard]] Place place_of(const json::value* locations, const Tenant& tenant, const SignIn& s);

/// Whether an address lies in "a.b.c.d/n" or "x:y::/n". False for anything that is neither.
[[nodiscard]] bool address_in(std::string_view address, std::string_view cidr);

}  // namespace graph_oracle
