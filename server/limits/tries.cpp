#include "server/limits/tries.h"

#include <algorithm>
#include <gate/export.hpp>
#include <span>

#include "server/limits/told.h"

namespace gate::server {
namespace {

std::string stranger_key(const FlowRecord& flow, TriedSecret secret, std::string_view channel_id) {
  switch (secret) {
    case TriedSecret::kPassword:
      return password_throttle_key(flow.account_key);
    case TriedSecret::kCode:
      return code_throttle_prefix(flow.account_key).append(channel_id);
  }
  GATE_CHECK(false, "a secret of no kind");
}

std::string device_key(std::string_view device_id, TriedSecret secret,
                       std::string_view channel_id) {
  return device_throttle_prefix(device_id) +
         (secret == TriedSecret::kPassword ? "password" : "code:" + std::string(channel_id));
}

ThrottleRule rule_for_unknown_devices(const ServiceSettings& settings, TriedSecret secret) {
  ThrottleRule rule;
  rule.delay_from = settings.tries_delay_from;
  rule.delay_first = settings.tries_delay_first;
  rule.delay_max = settings.tries_delay_max;
  rule.stop_at = settings.tries_stop_at;
  if (secret == TriedSecret::kPassword) {
    rule.window = settings.password_window;
    rule.max_in_window = settings.password_tries;
  }
  return rule;
}

Result<ThrottleVerdict> take_one(UnitOfWork& work, const Caller& caller, const std::string& key,
                                 const ThrottleRule& rule) {
  const ThrottleClaim claim{key, rule};
  GATE_TRY(const ThrottleSetVerdict taken,
           work.take(caller.tenant.id, std::span(&claim, 1), caller.now));
  return ThrottleVerdict{taken.admitted, taken.retry_at};
}

}  // namespace

Result<std::string> counter_of(UnitOfWork& work, const DeviceRules& rules, const Caller& caller,
                               const FlowRecord& flow, TriedSecret secret,
                               std::string_view channel_id) {
  GATE_TRY(const std::optional<KnownDevice> device, find_known_device(work, rules, caller, flow));
  return device ? device_key(device->device_id, secret, channel_id)
                : stranger_key(flow, secret, channel_id);
}

Result<TryAdmission> admit_try(UnitOfWork& work, const DeviceRules& rules, const Caller& caller,
                               const FlowRecord& flow, TriedSecret secret,
                               std::string_view channel_id) {
  TryAdmission admission;
  GATE_TRY(const std::optional<KnownDevice> device, find_known_device(work, rules, caller, flow));
  if (device) {
    ThrottleRule own;
    own.stop_at = rules.settings.known_device_tries;
    admission.key = device_key(device->device_id, secret, channel_id);
    GATE_TRY(admission.verdict, take_one(work, caller, admission.key, own));
    if (admission.verdict.admitted) {
      return admission;
    }
    GATE_TRY_VOID(work.forget_device(device->tenant_id, device->user_id, device->device_id));
  }
  admission.key = stranger_key(flow, secret, channel_id);
  GATE_TRY(admission.verdict,
           take_one(work, caller, admission.key, rule_for_unknown_devices(rules.settings, secret)));
  return admission;
}

Result<bool> is_first_refusal(LimitWrites& limits, const Caller& caller,
                              const TryAdmission& admission) {
  // A hard stop lasts until an operator lifts it, and the next lock is worth a row of its own.
  const Micros until = std::min(admission.verdict.retry_at, caller.now + kMicrosPerHour);
  return is_first_until(limits, caller, admission.key, until);
}

}  // namespace gate::server
