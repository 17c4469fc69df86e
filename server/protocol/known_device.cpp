#include "server/protocol/known_device.h"

#include <algorithm>

#include "server/crypto/hmac.h"
#include "server/crypto/openssl_random.h"

namespace gate::server {
namespace {

constexpr std::size_t kDeviceKeyChars = 43;

/// Whose device it would be. Nobody's name is looked up as well, with the same work (C6).
const std::string& owner_of(const FlowRecord& flow) {
  return flow.user_id.empty() ? flow.account_key : flow.user_id;
}

/// Bound to tenant, user and client: a key that is presented elsewhere is nobody's. Keyed, so that
/// a dump of the store tells neither keys nor which users share a device.
Digest hash_of(const FlowRun& run, std::string_view key) {
  const RequestContext& context = run.context();
  return hmac_sha256(
      context.parts.account_key,
      {as_bytes("known device"), as_bytes(context.tenant.id), as_bytes(owner_of(run.flow())),
       as_bytes(context.client.client_id), as_bytes(key)});
}

Result<std::optional<std::string>> known_id(const FlowRun& run, Transaction& transaction) {
  const RequestContext& context = run.context();
  const std::string_view key = context.request.header(kDeviceKeyHeader);
  if (key.empty() || context.parts.settings.known_devices == 0) {
    return std::optional<std::string>();
  }
  return transaction.find_known_device(context.tenant.id, owner_of(run.flow()), hash_of(run, key),
                                       run.flow().user_epoch,
                                       context.now - context.parts.settings.known_device_life);
}

/// `password`, or `code` and the place it went to, of the owner in between.
std::string stranger_key(const FlowRecord& flow, TriedSecret secret, std::string_view channel_id) {
  switch (secret) {
    case TriedSecret::kPassword:
      return "password:" + flow.account_key;
    case TriedSecret::kCode:
      return "code:" + flow.account_key + ":" + std::string(channel_id);
  }
  GATE_CHECK(false, "a secret of no kind");
}

std::string device_key(std::string_view device_id, TriedSecret secret,
                       std::string_view channel_id) {
  return device_throttle_prefix(device_id) +
         (secret == TriedSecret::kPassword ? "password" : "code:" + std::string(channel_id));
}

}  // namespace

bool device_key_is_well_formed(const HttpRequest& request) {
  const std::string_view key = request.header(kDeviceKeyHeader);
  return key.empty() ||
         (key.size() == kDeviceKeyChars && std::all_of(key.begin(), key.end(), [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                   c == '-' || c == '_';
          }));
}

Result<bool> is_known_device(const FlowRun& run, Transaction& transaction) {
  GATE_TRY(const std::optional<std::string> id, known_id(run, transaction));
  return id.has_value();
}

Result<TryAdmission> admit_try(const FlowRun& run, Transaction& transaction, TriedSecret secret,
                               std::string_view channel_id, const ThrottleRule& strangers) {
  const RequestContext& context = run.context();
  TryAdmission admission;
  GATE_TRY(const std::optional<std::string> id, known_id(run, transaction));
  if (id) {
    ThrottleRule own;
    own.stop_at = context.parts.settings.known_device_tries;
    admission.key = device_key(*id, secret, channel_id);
    GATE_TRY(admission.verdict,
             transaction.throttle_take(context.tenant.id, admission.key, own, context.now));
    if (admission.verdict.admitted) {
      return admission;
    }
    GATE_TRY_VOID(transaction.forget_device(context.tenant.id, run.flow().user_id, *id));
  }
  admission.key = stranger_key(run.flow(), secret, channel_id);
  GATE_TRY(admission.verdict,
           transaction.throttle_take(context.tenant.id, admission.key, strangers, context.now));
  return admission;
}

Result<void> remember_device(const FlowRun& run, Transaction& transaction) {
  const RequestContext& context = run.context();
  const ServiceSettings& settings = context.parts.settings;
  const std::string_view key = context.request.header(kDeviceKeyHeader);
  if (key.empty() || settings.known_devices == 0) {
    return {};
  }
  const Digest hash = hash_of(run, key);
  KnownDevice device;
  device.tenant_id = context.tenant.id;
  device.user_id = run.flow().user_id;
  device.key_hash.assign(hash.begin(), hash.end());
  GATE_TRY(device.device_id, random_guid(context.parts.random));
  device.user_epoch = run.flow().user_epoch;
  device.seen_at = context.now;
  return transaction.remember_device(device, context.now - settings.known_device_life,
                                     settings.known_devices);
}

}  // namespace gate::server
