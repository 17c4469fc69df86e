#pragma once

#include "server/flow/flows.h"
#include "server/http/router.h"
#include "server/token/continuation_token.h"

/// Native Authentication (v1): sign-in, second factors, enrolment at first use, sign-up, password
/// reset, tokens, keys and discovery, each under `/{tenant}`, where the tenant is named by id or
/// domain.
///
///   POST /{tenant}/oauth2/v2.0/{initiate,challenge,token,introspect}
///   POST /{tenant}/register/v1.0/{introspect,challenge,continue}
///   POST /{tenant}/signup/v1.0/{start,challenge,continue}
///   POST /{tenant}/resetpassword/v1.0/{start,challenge,continue,submit,poll_completion}
///   GET  /{tenant}/discovery/v2.0/keys
///   GET  /{tenant}/v2.0/.well-known/openid-configuration, and kDiscoveryPaths
///
/// This room only translates: a form becomes a command, an outcome becomes JSON. It reads no store,
/// grants nothing and asks no policy.
namespace gate::server::native_auth_v1 {

/// All of it outlives the router.
struct WireParts {
  const Flows& flows;  ///< with `write_answer` of this wire
  const ContinuationTokens& continuations;
  ByteSpan request_key;  ///< keys the marks of requests (T4)
};

/// Writes a reply for `FlowServices::write_answer`.
[[nodiscard]] std::string write_answer(const ContinuationTokens& continuations,
                                       const Caller& caller, const Reply& reply);

/// The `client_id` of a form; empty: there is none, or the form cannot be read.
[[nodiscard]] std::string client_id_of(const HttpRequest& request);

void add_routes(Router& router, const WireParts& parts);

/// Serialises a problem of a request in the form of this wire.
[[nodiscard]] HttpResponse write_problem(const Exchange& exchange, RequestProblem problem);

}  // namespace gate::server::native_auth_v1
