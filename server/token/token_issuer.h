#pragma once

#include <gate/result.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/resource.h"
#include "server/domain/session.h"
#include "server/domain/settings.h"
#include "server/domain/tenant.h"
#include "server/domain/user.h"
#include "server/token/signing_keys.h"

namespace gate::server {

/// The values of `acr`: how strongly the session was authenticated. They are names of this server,
/// because a code by e-mail is not NIST AAL2 (F3) and no standard level is claimed.
inline constexpr std::string_view kAcrSingleFactor = "urn:gatehouse:acr:single-factor";
inline constexpr std::string_view kAcrTwoFactors = "urn:gatehouse:acr:two-factors";

/// `amr` (RFC 8176) of the completed factors: pwd, otp, sms, and mfa when they are two different.
[[nodiscard]] std::vector<std::string> amr_of(const std::vector<CompletedFactor>& completed);
[[nodiscard]] std::string_view acr_of(const std::vector<CompletedFactor>& completed);

/// What the tokens are about. Where each claim comes from is a table in docs/api/tokens.md.
struct TokenSubject {
  const User& user;
  const Client& client;
  const Resource& resource;  ///< of the access token
  const SessionRecord& session;
  std::string_view scope;
  std::string_view auth_context;  ///< that the decision granted (`acrs`); empty: none
  std::string_view email;         ///< a verified mailbox of the user; empty: none
};

struct SignedTokens {
  std::string id_token;
  std::string access_token;
};

/// Signs an ID token (OpenID Connect) and an access token (RFC 9068, `at+jwt`) with the active key.
/// `issuer` is the tenant's. Two ES256 signatures, about 80 us. Safe from any number of threads.
[[nodiscard]] Result<SignedTokens> sign_tokens(const SigningKeys& keys, Random& random,
                                               std::string_view issuer, const TokenSubject& subject,
                                               const TokenLifetimes& lifetimes, Micros now);

/// `client_info` of the token answer: user and tenant, the key of MSAL's cache.
[[nodiscard]] std::string client_info(const User& user);

}  // namespace gate::server
