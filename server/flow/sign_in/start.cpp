#include "server/crypto/hmac.h"
#include "server/flow/model/begin.h"
#include "server/flow/model/methods.h"
#include "server/flow/sign_in/plan.h"

namespace gate::server {
namespace {

/// The first factor of the account that the client may learn, of those that the tenant allows. For
/// an unknown name it is a choice that is always the same for that name (C6).
std::optional<Method> learnable_first_factor(const FlowServices& services, const Caller& caller,
                                             const NameFound& found, const std::string& username) {
  const MethodSet allowed = caller.tenant.rules.first_factors;
  if (!found.user) {
    if (allowed != kFirstFactors) {
      return allowed.contains(Method::kPassword) ? Method::kPassword : Method::kEmailOtp;
    }
    // Where people sign up, their accounts have one kind of first factor. Elsewhere a coin decides.
    if (caller.tenant.sign_up != SignUpMode::kClosed) {
      return caller.tenant.sign_up == SignUpMode::kPassword ? Method::kPassword : Method::kEmailOtp;
    }
    const Digest coin =
        hmac_sha256(services.account_key,
                    {as_bytes("first factor"), as_bytes(caller.tenant.id), as_bytes(username)});
    return (coin[0] & 1U) != 0 ? Method::kPassword : Method::kEmailOtp;
  }
  return first_factor_of(services.settings, caller.tenant, found.user->username, found.has_password,
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
      learnable_first_factor(services, caller, found, command.username);
  const bool offered =
      factor && (*factor == Method::kPassword ? command.can_ask_password : command.can_send_code);
  if (!offered) {
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
