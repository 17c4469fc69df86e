#include "server/flow/model/begin.h"

#include <algorithm>

#include "server/crypto/encoding.h"
#include "server/crypto/hmac.h"
#include "server/crypto/openssl_random.h"

namespace gate::server {
namespace {

constexpr std::size_t kFlowIdBytes = 16;

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

}  // namespace

Result<NameFound> find_name(const FlowServices& services, const Caller& caller,
                            const std::string& username) {
  NameFound found;
  GATE_TRY_VOID(services.store.read([&](StoreReads& reads) -> Result<void> {
    GATE_TRY(found, look_up(reads, caller, username));
    return {};
  }));
  return found;
}

Result<FlowRecord> begin_flow(const FlowServices& services, const Caller& caller, FlowKind kind,
                              const std::string& username) {
  const ServiceSettings& settings = services.settings;
  FlowRecord flow;
  GATE_TRY(const Bytes id, random_bytes(services.random, kFlowIdBytes));
  flow.flow_id = hex(id);
  flow.tenant_id = caller.tenant.id;
  flow.kind = kind;
  flow.client_id = caller.client.client_id;
  flow.label_address = username;
  flow.state.flow_ends_at = caller.now + settings.flow_life;
  flow.state.token_ends_at = caller.now + std::min(settings.continuation_life, settings.flow_life);
  return flow;
}

void set_account(const FlowServices& services, const Caller& caller, const NameFound& found,
                 FlowRecord& flow) {
  if (found.user) {
    flow.subject = FlowSubject{found.user->user_id, found.user->epoch};
    flow.account_key = found.user->user_id;
    return;
  }
  const Digest key = hmac_sha256(
      services.account_key,
      {as_bytes("unknown account"), as_bytes(caller.tenant.id), as_bytes(flow.label_address)});
  flow.account_key = "unknown:" + hex(ByteSpan(key).first(16));
}

}  // namespace gate::server
