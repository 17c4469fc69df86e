#pragma once

#include <optional>

#include "tests/graph/oracle/applies.h"

/// The independent reading of Conditional Access (issue "2 of 3", item 4): decides sign-ins from
/// Graph JSON itself, written from the reference and from nothing else. It shares no code with the
/// compiler and the runtime, is never optimised, and exists for tests only.
namespace graph_oracle {

/// Alternatives, any of which suffices: "mfa", "compliantDevice",
/// "authenticationStrength:<id>", "termsOfUse:<id>", "customAuthenticationFactor:<id>".
using Clause = std::vector<std::string>;

/// Session controls, merged to the stricter value (conditional-access 2.9).
struct Session {
  std::optional<std::int64_t> frequency_s;            ///< 0 = every time; both factors
  std::optional<std::int64_t> secondary_frequency_s;  ///< the same for the second factor only
  std::string persistent_browser;                     ///< "", always, never
  std::string cloud_app_security;  ///< "", monitorOnly, mcasConfigured, blockDownloads
  std::string access_evaluation;   ///< "", disabled, strictEnforcement, strictLocation
  bool app_enforced = false;
  bool disable_resilience = false;
  bool secure_sign_in = false;
  bool filtering_profile = false;
  bool network_security = false;
  friend bool operator==(const Session&, const Session&) = default;
};

/// What one policy came to.
struct PolicyReading {
  bool enabled = false;
  bool applies = false;              ///< every condition holds, whatever the state
  std::vector<std::string> failing;  ///< policyNotEnabled, or the conditions that fail, in order
  std::string report_only;           ///< log result of a report-only policy
};

struct Reading {
  std::string outcome;
  std::vector<PolicyReading> policies;  ///< in the order given
  std::vector<Clause> required;
  std::vector<Clause> outstanding;
  std::vector<std::string> prompt_order;
  Session session;
  int error_code = 0;
  std::vector<std::string> acrs;
  std::vector<std::string> allowed_second_factors;
};

/// Decides. `policies` is a JSON array.
[[nodiscard]] Reading read(const json::value& policies, const Tenant& tenant,
                           const json::value& sign_in, bool what_if = false);

}  // namespace graph_oracle
