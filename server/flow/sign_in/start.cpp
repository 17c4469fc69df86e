#include "server/crypto/hmac.h"
#include "server/flow/model/begin.h"
#include "server/flow/model/methods.h"
#include "server/flow/sign_in/plan.h"

namespace gate::server {
namespace {

MethodSet one(bool password) {
  return MethodSet::of(password ? Method::kPassword : Method::kEmailOtp);
}

/// The first factors of the account that the client may learn, of those that the tenant allows. For
/// an unknown name it is one, and always the same for that name (C6).
MethodSet learnable_first_factors(const FlowServices& services, const Caller& caller,
                                  const NameFound& found, const std::string& username) {
  const MethodSet allowed = caller.tenant.rules.first_factors;
  if (!found.user) {
    if (allowed != kFirstFactors) {
      return one(allowed.contains(Method::kPassword));
    }
    // Where people sign up, their accounts have one kind of first factor. Elsewhere a coin decides.
    if (caller.tenant.sign_up != SignUpMode::kClosed) {
      return one(caller.tenant.sign_up == SignUpMode::kPassword);
    }
    const Digest coin =
        hmac_sha256(services.account_key,
                    {as_bytes("first factor"), as_bytes(caller.tenant.id), as_bytes(username)});
    return one((coin[0] & 1U) != 0);
  }
  return first_factors_of(services.settings, caller.tenant, *found.user, found.has_password,
                          found.channels);
}

}  // namespace

Result<Reply> start_sign_in(const FlowServices& services, const Caller& caller,
                            const StartSignIn& command) {
  GATE_TRY(const NameFound found, find_name(services, caller, command.username));
  if (!found.user && caller.tenant.reveals_names()) {
    return Reply{Refused{RefusalReason::kUnknownUser}, std::nullopt};
  }
  const std::optional<Method> factor =
      choose_first_factor(learnable_first_factors(services, caller, found, command.username),
                          first_factors_in(command.can_send_code, command.can_ask_password));
  if (!factor) {
    return Reply{GoToWeb{"The client does not support a sign-in method of this account"},
                 std::nullopt};
  }
  GATE_TRY(FlowRecord flow, begin_flow(services, caller, FlowKind::kSignIn, command.username));
  flow.capabilities = command.capabilities;
  flow.first_factor = *factor;
  flow.state.phase = FlowPhase::kAwaitingFirstFactor;
  set_account(services, caller, found, flow);
  GATE_TRY_VOID(services.store.write([&](UnitOfWork& work) { return work.create_flow(flow); }));
  return Reply{FlowBegun{}, FlowPlace{flow.flow_id, 0}};
}

}  // namespace gate::server
