#include "server/app/front.h"

#include "server/factor/password.h"
#include "server/http/site.h"
#include "server/protocol/native_auth_v1/endpoints.h"
#include "server/token/continuation_token.h"

namespace gate::server {

struct Front::Impl {
  Impl(Parts given, const FlowMachines& machines)
      : parts(std::move(given)),
        passwords(parts.secrets.password_pepper.clone(), parts.random, parts.password_cost),
        continuations(parts.secrets.continuation_key.clone()),
        flows(FlowServices{.store = parts.store,
                           .random = parts.random,
                           .keys = parts.keys,
                           .decider = parts.decider,
                           .audit = parts.audit,
                           .places = parts.places,
                           .risk_engine = parts.risk_engine,
                           .settings = parts.settings,
                           .passwords = passwords,
                           .password_rules = parts.password_rules,
                           .texts = parts.texts,
                           .code_pepper = parts.secrets.code_pepper.bytes(),
                           .account_key = parts.secrets.account_key.bytes(),
                           .write_answer =
                               [this](const Caller& caller, const Reply& reply) {
                                 return native_auth_v1::write_answer(continuations, caller, reply);
                               },
                           .on_failure = parts.on_failure,
                           .on_cap = parts.on_cap,
                           .on_message = parts.on_message},
              machines),
        site({.store = parts.store,
              .clock = parts.clock,
              .random = parts.random,
              .on_failure = parts.on_failure,
              .write_problem = native_auth_v1::write_problem,
              .client_of = native_auth_v1::client_id_of},
             routes()) {}

  [[nodiscard]] Router routes() const {
    Router router;
    native_auth_v1::add_routes(router, {flows, continuations, parts.secrets.request_key.bytes()});
    return router;
  }

  Parts parts;
  PasswordHasher passwords;
  ContinuationTokens continuations;
  Flows flows;
  Site site;
};

Front::Front(Parts parts, const FlowMachines& machines)
    : impl_(std::make_unique<Impl>(std::move(parts), machines)) {}

Front::~Front() = default;

HttpResponse Front::handle(const HttpRequest& request) const noexcept {
  return impl_->site.handle(request);
}

std::vector<std::string> Front::endpoints() const {
  return impl_->site.endpoints();
}

}  // namespace gate::server
