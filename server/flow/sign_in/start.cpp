#include <algorithm>

#include "server/crypto/encoding.h"
#include "server/crypto/hmac.h"
#include "server/crypto/openssl_random.h"
#include "server/flow/model/methods.h"
#include "server/flow/sign_in/plan.h"

namespace gate::server {
namespace {

constexpr std::size_t kFlowIdBytes = 16;

struct NameFound {
  std::optional<User> user;  ///< enabled
  bool has_password = false;
  std::vector<Channel> channels;
};

Result<NameFound> look_up(StoreReads& reads, const Caller& caller, const std::string& username) {
  NameFound found;
  GATE_TRY(found.user, reads.find_user_by_name(caller.tenant.id, username));
  // Asked for behind an unknown name as well, so that the work is the same (C6).
  const std::string& id = found.user ? found.user->user_id : username;
  GATE_TRY(const std::optional<std::string> password, reads.find_password(caller.tenant.id, id));
  GATE_TRY(std::vector<Channel> channels, reads.channels_of(caller.tenant.id, id));
  if (!found.user || !found.user->enabled) {
    found.user.reset();
    return found;
  }
  found.has_password = password.has_value();
  found.channels = std::move(channels);
  return found;
}

/// The first factor of the account that the client may learn. For an unknown name it is a choice
/// that is always the same for that name (C6).
std::optional<Method> first_factor_of(const FlowServices& services, const Caller& caller,
                                      const NameFound& found, const std::string& username) {
  if (!found.user) {
    const Digest coin =
        hmac_sha256(services.account_key,
                    {as_bytes("first factor"), as_bytes(caller.tenant.id), as_bytes(username)});
    return (coin[0] & 1U) != 0 ? Method::kPassword : Method::kEmailOtp;
  }
  if (found.has_password) {
    return Method::kPassword;
  }
  return first_factor_channel(found.channels, found.user->username) == nullptr
             ? std::nullopt
             : std::optional(Method::kEmailOtp);
}

void set_account(const FlowServices& services, const Caller& caller, const NameFound& found,
                 const std::string& username, FlowRecord& flow) {
  if (found.user) {
    flow.subject = FlowSubject{found.user->user_id, found.user->epoch};
    flow.account_key = found.user->user_id;
    return;
  }
  const Digest key =
      hmac_sha256(services.account_key,
                  {as_bytes("unknown account"), as_bytes(caller.tenant.id), as_bytes(username)});
  flow.account_key = "unknown:" + hex(ByteSpan(key).first(16));
}

}  // namespace

Result<Reply> start_sign_in(const FlowServices& services, const Caller& caller,
                            const StartSignIn& command) {
  NameFound found;
  GATE_TRY_VOID(services.store.read([&](StoreReads& reads) -> Result<void> {
    GATE_TRY(found, look_up(reads, caller, command.username));
    return {};
  }));
  const ServiceSettings& settings = services.settings;
  if (!found.user && settings.revealing_tenants.contains(caller.tenant.id)) {
    return Reply{Refused{RefusalReason::kUnknownUser}, std::nullopt};
  }
  const std::optional<Method> factor = first_factor_of(services, caller, found, command.username);
  const bool offered =
      factor && (*factor == Method::kPassword ? command.can_ask_password : command.can_send_code);
  if (!offered) {
    return Reply{GoToWeb{"The client does not support a sign-in method of this account"},
                 std::nullopt};
  }
  FlowRecord flow;
  GATE_TRY(const Bytes id, random_bytes(services.random, kFlowIdBytes));
  flow.flow_id = hex(id);
  flow.tenant_id = caller.tenant.id;
  flow.client_id = caller.client.client_id;
  flow.capabilities = command.capabilities;
  flow.first_factor = *factor;
  flow.label_address = command.username;
  flow.state.phase = FlowPhase::kAwaitingFirstFactor;
  flow.state.flow_ends_at = caller.now + settings.flow_life;
  flow.state.token_ends_at = caller.now + std::min(settings.continuation_life, settings.flow_life);
  set_account(services, caller, found, command.username, flow);
  GATE_TRY_VOID(services.store.write([&](UnitOfWork& work) { return work.create_flow(flow); }));
  return Reply{FlowBegun{}, FlowPlace{flow.flow_id, 0}};
}

}  // namespace gate::server
