#include "server/protocol/native_auth_v1/endpoints.h"

#include <gate/export.hpp>

#include "server/crypto/hmac.h"
#include "server/crypto/secret.h"
#include "server/http/site.h"
#include "server/protocol/client_hints.h"
#include "server/protocol/native_auth_v1/commands.h"
#include "server/protocol/native_auth_v1/outcomes.h"
#include "server/protocol/oauth_documents.h"

namespace gate::server::native_auth_v1 {
namespace {

/// One request of a known client, with its body read.
struct Request {
  const WireParts& parts;
  const HttpRequest& http;
  const Caller& caller;
  const Form& form;
};
using Endpoint = Answer (*)(const Request&);

Answer reply_with(const ContinuationTokens& continuations, const Caller& caller,
                  const Reply& reply) {
  const std::string token =
      reply.next ? continuations.make(caller.tenant.id, caller.client.client_id, *reply.next)
                 : std::string();
  return answer_of(reply.outcome, token);
}

/// Everything of the request that decides about its answer. The key is secret, because the body may
/// hold a password.
Digest mark_of(const Request& request) {
  return hmac_sha256(request.parts.request_key,
                     {as_bytes("native auth v1"), as_bytes(request.http.path),
                      as_bytes(request.caller.hints.device_key), as_bytes(request.http.body)});
}

/// Runs a command in the flow that the continuation token names. A forged token, or a token of
/// another client or tenant, is refused before the store is read.
Answer run(const Request& request, const FlowCommand& command) {
  const auto place =
      request.parts.continuations.open(request.caller.tenant.id, request.caller.client.client_id,
                                       request.form.get("continuation_token"));
  if (!place) {
    return Answer::error(WireError::kBadContinuation);
  }
  Digest mark = mark_of(request);
  Caller caller = request.caller;
  caller.request_mark = mark;
  const Reply reply = request.parts.flows.run(caller, *place, command);
  wipe(mark.data(), mark.size());
  return reply_with(request.parts.continuations, caller, reply);
}

template <Parsed<FlowCommand> (*Parse)(const Form&)>
Answer in_flow(const Request& request) {
  auto parsed = Parse(request.form);
  const auto* command = std::get_if<FlowCommand>(&parsed);
  return command == nullptr ? std::get<Answer>(std::move(parsed)) : run(request, *command);
}

/// Begins a flow.
template <typename Start, Parsed<Start> (*Parse)(const Form&)>
Answer begin(const Request& request) {
  auto parsed = Parse(request.form);
  const auto* command = std::get_if<Start>(&parsed);
  return command == nullptr ? std::get<Answer>(std::move(parsed))
                            : reply_with(request.parts.continuations, request.caller,
                                         request.parts.flows.start(request.caller, *command));
}

Answer refresh(const Request& request) {
  auto parsed = parse_refresh(request.form);
  const auto* command = std::get_if<RefreshTokens>(&parsed);
  return command == nullptr ? std::get<Answer>(std::move(parsed))
                            : reply_with(request.parts.continuations, request.caller,
                                         request.parts.flows.refresh(request.caller, *command));
}

Answer token(const Request& request) {
  return request.form.get("grant_type") == "refresh_token" ? refresh(request)
                                                           : in_flow<parse_token>(request);
}

/// Reads the form. From here on only the origins of its client may read the answer.
Answer with_client(const WireParts& parts, Exchange& exchange, Endpoint endpoint) {
  if (!is_form_media_type(exchange.request.header("content-type"))) {
    return Answer::error(WireError::kBadContentType);
  }
  if (!device_key_is_well_formed(exchange.request)) {
    return Answer::error(WireError::kBadRequest,
                         "The x-gate-device-key header has to be 43 characters of base64url.");
  }
  const Result<Form> form = Form::parse(exchange.request.body);
  if (!form) {
    return Answer::error(WireError::kBadRequest, form.error().message);
  }
  const std::string_view client_id = form->get("client_id");
  if (client_id.empty()) {
    return Answer::error(WireError::kNoClientId);
  }
  if (!exchange.client) {
    return Answer::error(WireError::kUnknownClient);
  }
  allow_origin_of(exchange, *exchange.client);
  ClientHints hints = client_hints_of(exchange.request);
  const WipeAtEnd wiped(hints.device_key);
  const Caller caller{*exchange.tenant, *exchange.client, hints, exchange.now};
  return endpoint({parts, exchange.request, caller, *form});
}

}  // namespace

std::string write_answer(const ContinuationTokens& continuations, const Caller& caller,
                         const Reply& reply) {
  return reply_with(continuations, caller, reply).to_text();
}

std::string client_id_of(const HttpRequest& request) {
  if (!is_form_media_type(request.header("content-type"))) {
    return {};
  }
  const Result<Form> form = Form::parse(request.body);
  return form ? std::string(form->get("client_id")) : std::string();
}

HttpResponse write_problem(const Exchange& exchange, RequestProblem problem) {
  const auto write = [&exchange](WireError error) {
    return to_http(Answer::error(error), exchange.ids, exchange.now);
  };
  switch (problem) {
    case RequestProblem::kNoSuchRoute:
      return write(WireError::kNoSuchRoute);
    case RequestProblem::kWrongMethod:
      return write(WireError::kBadMethod);
    case RequestProblem::kUnknownTenant:
      return write(WireError::kUnknownTenant);
    case RequestProblem::kUnavailable:
      return write(WireError::kServerError);
  }
  GATE_CHECK(false, "a problem of no kind");
}

void add_routes(Router& router, const WireParts& parts) {
  const auto post = [&](const char* path, Endpoint endpoint) {
    router.add("POST", std::string("/{tenant}") + path, [parts, endpoint](Exchange& exchange) {
      return to_http(with_client(parts, exchange, endpoint), exchange.ids, exchange.now);
    });
  };
  post("/oauth2/v2.0/initiate", begin<StartSignIn, parse_initiate>);
  post("/oauth2/v2.0/challenge", in_flow<parse_challenge>);
  post("/oauth2/v2.0/token", token);
  post("/oauth2/v2.0/introspect", in_flow<parse_introspect>);
  post("/register/v1.0/introspect", in_flow<parse_register_introspect>);
  post("/register/v1.0/challenge", in_flow<parse_register_challenge>);
  post("/register/v1.0/continue", in_flow<parse_register_continue>);
  post("/signup/v1.0/start", begin<StartSignUp, parse_sign_up_start>);
  post("/signup/v1.0/challenge", in_flow<parse_sign_up_challenge>);
  post("/signup/v1.0/continue", in_flow<parse_sign_up_continue>);
  post("/resetpassword/v1.0/start", begin<StartReset, parse_reset_start>);
  post("/resetpassword/v1.0/challenge", in_flow<parse_reset_challenge>);
  post("/resetpassword/v1.0/continue", in_flow<parse_reset_continue>);
  post("/resetpassword/v1.0/submit", in_flow<parse_reset_submit>);
  post("/resetpassword/v1.0/poll_completion", in_flow<parse_reset_poll>);
  router.add("GET", std::string("/{tenant}") + kKeysPath,
             [parts](Exchange&) { return public_document(parts.flows.services().keys.jwks()); });
  for (const char* path : kDiscoveryPaths) {
    router.add("GET", path, [parts](Exchange& exchange) {
      return public_document(
          discovery_document(parts.flows.services().settings.issuer_base_url, exchange.tenant->id));
    });
  }
}

}  // namespace gate::server::native_auth_v1
