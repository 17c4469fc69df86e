#include "server/limits/known_device.h"

#include "server/crypto/openssl_random.h"

namespace gate::server {
namespace {

/// Bound to tenant, user and client: the same key is unknown elsewhere. Keyed, so that a dump of
/// the store reveals neither keys nor which users share a device.
Digest hash_of(const DeviceRules& rules, const Caller& caller, const FlowRecord& flow) {
  return hmac_sha256(
      rules.account_key,
      {as_bytes("known device"), as_bytes(caller.tenant.id), as_bytes(owner_of(flow)),
       as_bytes(caller.client.client_id), as_bytes(caller.hints.device_key)});
}

bool presents_key(const DeviceRules& rules, const Caller& caller) {
  return !caller.hints.device_key.empty() && rules.settings.known_devices > 0;
}

}  // namespace

Result<std::optional<KnownDevice>> find_known_device(DeviceReads& reads, const DeviceRules& rules,
                                                     const Caller& caller, const FlowRecord& flow) {
  if (!presents_key(rules, caller)) {
    return std::optional<KnownDevice>();
  }
  return reads.find_device(caller.tenant.id, owner_of(flow), hash_of(rules, caller, flow),
                           flow.subject ? flow.subject->epoch : 0,
                           caller.now - rules.settings.known_device_life);
}

Result<std::optional<KnownDevice>> device_to_remember(Random& random, const DeviceRules& rules,
                                                      const Caller& caller,
                                                      const FlowRecord& flow) {
  if (!presents_key(rules, caller) || !flow.subject) {
    return std::optional<KnownDevice>();
  }
  const Digest hash = hash_of(rules, caller, flow);
  KnownDevice device;
  device.tenant_id = caller.tenant.id;
  device.user_id = flow.subject->user_id;
  device.key_hash.assign(hash.begin(), hash.end());
  GATE_TRY(device.device_id, random_guid(random));
  device.user_epoch = flow.subject->epoch;
  device.seen_at = caller.now;
  return std::optional(std::move(device));
}

}  // namespace gate::server
