#pragma once

#include <cstdint>
#include <gate/decision.hpp>
#include <gate/request.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace gate::server {

/// The verdict of a tenant's policy set in force on one sign-in, with all texts copied out of the
/// set: what the flow acts on and the audit row records. A default-made verdict blocks.
struct PolicyVerdict {
  Outcome outcome = Outcome::kBlock;
  MethodSet second_factors;      ///< for a challenge: any one of them meets all requirements
  std::uint16_t error_code = 0;  ///< for a block: the number of an AADSTS code
  bool reauthenticate = false;
  SessionControls session;
  std::string policy_digest;
  std::string required_text;         ///< unmet requirements, as policies name them
  std::vector<std::string> reasons;  ///< "policy_blocks: CA010 Step up for payments"
  std::string facts_json;            ///< the facts of the decision as canonical JSON
};

/// The port to the policy decision point. Safe from any number of threads; never throws.
struct Decider {
  Decider() = default;
  Decider(const Decider&) = delete;
  Decider& operator=(const Decider&) = delete;
  virtual ~Decider() = default;
  /// By the policies of this tenant alone. A tenant without policies: blocks.
  [[nodiscard]] virtual PolicyVerdict decide(std::string_view tenant_id,
                                             const SignInFacts& facts) const = 0;
  /// The digest of the tenant's set in force; empty: there is none. A decision made with another
  /// set has to be made again (C2).
  [[nodiscard]] virtual std::string digest(std::string_view tenant_id) const = 0;
  /// True if the tenant's set in force has a policy on this authentication context, compared byte
  /// for byte. Only such a context may be named in a token (S10).
  [[nodiscard]] virtual bool protects_context(std::string_view tenant_id,
                                              std::string_view auth_context) const = 0;
};

/// Both verdicts at once: the stricter outcome holds, a second factor must satisfy both, and the
/// reasons of both are kept. Blocks when they were made by different policy sets.
[[nodiscard]] PolicyVerdict stricter_of(PolicyVerdict first, const PolicyVerdict& second);

/// Decides for the app and, if the client requested one, for the authentication context. Policies
/// on apps never apply to a context, and the other way round. So the stricter of the two outcomes
/// holds, and a second factor must satisfy both: a request for a context must not remove a
/// requirement of the app.
[[nodiscard]] PolicyVerdict decide_for_app_and_context(const Decider& decider,
                                                       std::string_view tenant_id,
                                                       SignInFacts facts,
                                                       const std::string& auth_context);

}  // namespace gate::server
