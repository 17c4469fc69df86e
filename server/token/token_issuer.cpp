#include "server/token/token_issuer.h"

#include <algorithm>
#include <boost/json.hpp>

#include "server/crypto/encoding.h"
#include "server/crypto/openssl_random.h"
#include "server/token/scope.h"

namespace gate::server {
namespace {

namespace json = boost::json;

Result<std::string> sign(const Es256Key& key, std::string_view type, const json::object& claims) {
  const json::object header{{"alg", "ES256"}, {"typ", type}, {"kid", key.jwk().kid}};
  std::string input = base64url(json::serialize(header)) + "." + base64url(json::serialize(claims));
  GATE_TRY(const Bytes signature, key.sign(input));
  return input + "." + base64url(ByteSpan(signature));
}

/// The claims of both tokens.
json::object common_claims(std::string_view issuer, const TokenSubject& subject, Micros now) {
  json::array amr;
  for (const std::string& method : amr_of(subject.session.completed)) {
    amr.emplace_back(method);
  }
  return {{"iss", issuer},
          {"sub", subject.user.user_id},
          {"oid", subject.user.user_id},
          {"tid", subject.user.tenant_id},
          {"sid", subject.session.sid},
          {"iat", now / kMicrosPerSecond},
          {"nbf", now / kMicrosPerSecond},
          {"auth_time", subject.session.auth_time / kMicrosPerSecond},
          {"acr", acr_of(subject.session.completed)},
          {"amr", std::move(amr)},
          {"ver", "2.0"}};
}

void add_roles(json::object& claims, const User& user) {
  json::array roles;
  for (const std::string& role : user.roles) {
    roles.emplace_back(role);
  }
  if (!roles.empty()) {
    claims["roles"] = std::move(roles);
  }
}

json::object id_claims(std::string_view issuer, const TokenSubject& subject,
                       const TokenLifetimes& lifetimes, Micros now) {
  json::object id = common_claims(issuer, subject, now);
  id["aud"] = subject.client.client_id;
  id["exp"] = (now + lifetimes.id_token) / kMicrosPerSecond;
  // MSAL reads these three without regard to the scope (native-auth-api 8).
  id["preferred_username"] = subject.user.username;
  id["login_hint"] = subject.user.username;
  id["name"] = subject.user.display_name;
  if (is_within_scope("profile", subject.scope)) {
    add_roles(id, subject.user);
  }
  if (!subject.email.empty() && is_within_scope("email", subject.scope)) {
    id["email"] = subject.email;
    id["email_verified"] = true;
  }
  return id;
}

Result<json::object> access_claims(Random& random, std::string_view issuer,
                                   const TokenSubject& subject, const TokenLifetimes& lifetimes,
                                   Micros now) {
  json::object access = common_claims(issuer, subject, now);
  const ResourceScopes scopes = scopes_of(subject.resource, subject.scope);
  access["aud"] = subject.resource.audience;
  access["exp"] = (now + lifetimes.access_token) / kMicrosPerSecond;
  GATE_TRY(access["jti"], random_guid(random));
  access["client_id"] = subject.client.client_id;
  access["azp"] = subject.client.client_id;
  access["scope"] = scopes.words;
  access["scp"] = scopes.names;
  if (!subject.auth_context.empty()) {
    access["acrs"] = json::array{subject.auth_context};
  }
  add_roles(access, subject.user);
  return access;
}

}  // namespace

std::vector<std::string> amr_of(const std::vector<CompletedFactor>& completed) {
  std::vector<std::string> amr;
  MethodSet methods;
  for (const CompletedFactor& factor : completed) {
    if (methods.contains(factor.method)) {
      continue;
    }
    methods.add(factor.method);
    if (factor.method == Method::kPassword) {
      amr.emplace_back("pwd");
    } else if (factor.method == Method::kSmsOtp) {
      amr.emplace_back("sms");
    } else {
      amr.emplace_back("otp");
    }
  }
  if (amr.size() > 1) {
    amr.emplace_back("mfa");
  }
  return amr;
}

std::string_view acr_of(const std::vector<CompletedFactor>& completed) {
  return amr_of(completed).size() > 1 ? kAcrTwoFactors : kAcrSingleFactor;
}

Result<SignedTokens> sign_tokens(const SigningKeys& keys, Random& random, std::string_view issuer,
                                 const TokenSubject& subject, const TokenLifetimes& lifetimes,
                                 Micros now) {
  const std::shared_ptr<const Es256Key> key = keys.active();
  if (!key) {
    return Error{ErrorCode::kUnavailable, "there is no active signing key"};
  }
  SignedTokens tokens;
  GATE_TRY(tokens.id_token, sign(*key, "JWT", id_claims(issuer, subject, lifetimes, now)));
  GATE_TRY(const json::object access, access_claims(random, issuer, subject, lifetimes, now));
  GATE_TRY(tokens.access_token, sign(*key, "at+jwt", access));
  return tokens;
}

std::string client_info(const User& user) {
  return base64url(json::serialize(json::object{{"uid", user.user_id}, {"utid", user.tenant_id}}));
}

}  // namespace gate::server
