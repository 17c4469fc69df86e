#pragma once

#include <gate/result.hpp>
#include <string>
#include <string_view>

#include "server/domain/resource.h"
#include "server/domain/session.h"
#include "server/domain/settings.h"
#include "server/domain/tenant.h"
#include "server/domain/user.h"
#include "server/flow/model/outcome.h"
#include "server/ports/random.h"
#include "server/token/signing_keys.h"

namespace gate::server {

/// The content of a token answer.
struct TokenGrant {
  const Tenant& tenant;
  const Client& client;
  const Resource& resource;
  const User& user;
  const SessionRecord& session;
  std::string_view scope;
  std::string_view auth_context;   ///< that the decision granted; empty: none
  std::string_view email;          ///< `verified_email`
  std::string_view refresh_token;  ///< empty: none
};

/// Signs the tokens of a session. They leave the server only after the session was committed. When
/// the commit fails, the caller wipes them.
[[nodiscard]] Result<FlowOutcome> authenticate(const SigningKeys& keys, Random& random,
                                               const ServiceSettings& settings,
                                               const TokenGrant& grant, Micros now);

}  // namespace gate::server
