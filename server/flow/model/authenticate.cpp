#include "server/flow/model/authenticate.h"

#include "server/token/token_issuer.h"

namespace gate::server {

Result<FlowOutcome> authenticate(const SigningKeys& keys, Random& random,
                                 const ServiceSettings& settings, const TokenGrant& grant,
                                 Micros now) {
  TokenLifetimes lives = settings.tokens;
  lives.access_token = lifetimes_in(settings, grant.tenant).access_token;
  const std::string issuer = settings.issuer_base_url + "/" + grant.tenant.id + "/v2.0";
  GATE_TRY(SignedTokens tokens, sign_tokens(keys, random, issuer,
                                            {.user = grant.user,
                                             .client = grant.client,
                                             .resource = grant.resource,
                                             .session = grant.session,
                                             .scope = grant.scope,
                                             .auth_context = grant.auth_context,
                                             .email = grant.email},
                                            lives, now));
  Authenticated done;
  done.id_token = std::move(tokens.id_token);
  done.access_token = std::move(tokens.access_token);
  done.refresh_token = grant.refresh_token;
  done.client_info = client_info(grant.user);
  done.scope = grant.scope;
  done.access_token_life = lives.access_token;
  done.refresh_token_life = grant.session.ends_at - now;
  return FlowOutcome(std::move(done));
}

}  // namespace gate::server
