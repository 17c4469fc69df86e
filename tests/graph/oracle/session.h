#pragma once

#include <optional>

#include "tests/graph/oracle/sign_in.h"
#include "tests/graph/oracle/tenant.h"

namespace graph_oracle {

/// Session controls, merged to the stricter value (README rules 62, 63, 67).
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

void merge_session(const json::value& policy, Session& into);

/// Whether a factor is older than the sign-in frequency allows (README rules 64 to 66).
[[nodiscard]] bool must_repeat(const Session& session, const SignIn& s);

}  // namespace graph_oracle
