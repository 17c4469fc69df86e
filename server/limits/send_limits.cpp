#include "server/limits/send_limits.h"

#include <algorithm>
#include <gate/export.hpp>
#include <span>
#include <vector>

#include "server/crypto/encoding.h"
#include "server/crypto/hmac.h"
#include "server/limits/calling_prefix.h"
#include "server/limits/told.h"

namespace gate::server {
namespace {

/// The counter of a destination, shared by all accounts that use it. The key does not contain the
/// address.
std::string destination_key(const SendRules& rules, std::string_view scope, ChannelKind kind,
                            std::string_view address) {
  const Digest digest = hmac_sha256(
      rules.account_key, {as_bytes("destination"), as_bytes(name(kind)), as_bytes(address)});
  return std::string(scope) + hex(ByteSpan(digest).first(16));
}

/// A cap and the value of its scope.
struct NamedCap {
  SendCap cap;
  std::string value;  ///< the prefix or the client id; empty for the tenant
  std::int64_t max = 0;
};

/// The share of every cap that is reserved for known devices (B8): one in this many.
constexpr std::int64_t kKeptForKnownDevices = 5;

bool is_home(std::string_view number, const std::vector<std::string>& home_prefixes) {
  return std::any_of(home_prefixes.begin(), home_prefixes.end(), [&](const std::string& prefix) {
    return number.substr(1).starts_with(prefix);
  });
}

/// Narrow scopes first, so that the narrowest refusing cap is reported.
std::vector<NamedCap> caps_on(const SendRules& rules, const Caller& caller,
                              const SendRequest& request) {
  const ServiceSettings& settings = rules.settings;
  std::vector<NamedCap> caps;
  const auto add = [&](CapScope scope, std::string_view value, const SendLimit& limit) {
    for (const auto& [window, max] :
         {std::pair{CapWindow::kHour, limit.per_hour}, std::pair{CapWindow::kDay, limit.per_day}}) {
      const std::int64_t kept = settings.known_devices > 0 ? max / kKeptForKnownDevices : 0;
      if (!request.known_device && kept > 0) {
        caps.push_back({{request.kind, scope, window, true}, std::string(value), max - kept});
      }
      caps.push_back({{request.kind, scope, window, false}, std::string(value), max});
    }
  };
  switch (request.kind) {
    case ChannelKind::kSms:
      if (!is_home(request.address, settings.sms_home_prefixes)) {
        add(CapScope::kPrefix, calling_prefix(request.address), settings.sms_per_prefix);
      }
      add(CapScope::kClient, caller.client.client_id, settings.sms_per_client);
      add(CapScope::kTenant, "", settings.sms_per_tenant);
      break;
    case ChannelKind::kEmail:
      add(CapScope::kClient, caller.client.client_id, settings.email_per_client);
      add(CapScope::kTenant, "", settings.email_per_tenant);
      break;
  }
  return caps;
}

std::string key_of(const NamedCap& named) {
  std::string key = named.cap.unknown_devices ? "strangers-cap:" : "cap:";
  key.append(name(named.cap.channel)).append(":").append(name(named.cap.scope));
  key.append(":").append(name(named.cap.window)).append(":").append(named.value);
  return key;
}

std::vector<ThrottleClaim> claims_of(const SendRules& rules, const SendRequest& request,
                                     const std::vector<NamedCap>& caps) {
  ThrottleRule hour;
  hour.window = kMicrosPerHour;
  hour.max_in_window = rules.settings.sends_per_hour;
  ThrottleRule day;
  day.window = kMicrosPerDay;
  day.max_in_window = rules.settings.sends_per_day;
  // Known devices have a separate budget, which unknown devices cannot use up.
  const std::string whose = request.known_device ? "known-" : "";
  std::vector<ThrottleClaim> claims;
  const auto count = [&](const std::string& address) {
    claims.push_back({destination_key(rules, whose + "send-hour:", request.kind, address), hour});
    claims.push_back({destination_key(rules, whose + "send-day:", request.kind, address), day});
  };
  count(request.address);
  if (!request.typed.empty() && request.typed != request.address) {
    count(request.typed);
  }
  for (const NamedCap& named : caps) {
    ThrottleRule rule;
    rule.window = named.cap.window == CapWindow::kHour ? kMicrosPerHour : kMicrosPerDay;
    rule.max_in_window = named.max;
    claims.push_back({key_of(named), rule, true});
  }
  return claims;
}

std::string text_of(const NamedCap& named) {
  return "send_cap_reached: " + std::string(name(named.cap.channel)) + " per " +
         std::string(name(named.cap.scope)) + (named.value.empty() ? "" : " ") + named.value +
         ", " + std::to_string(named.max) + " in one " + std::string(name(named.cap.window)) +
         (named.cap.unknown_devices ? " for devices that are not known" : "");
}

}  // namespace

std::string_view name(CapScope scope) {
  switch (scope) {
    case CapScope::kPrefix:
      return "prefix";
    case CapScope::kClient:
      return "client";
    case CapScope::kTenant:
      return "tenant";
  }
  GATE_CHECK(false, "a cap of no scope");
}

std::string_view name(CapWindow window) {
  switch (window) {
    case CapWindow::kHour:
      return "hour";
    case CapWindow::kDay:
      return "day";
  }
  GATE_CHECK(false, "a cap of no window");
}

Result<std::optional<SendRefusal>> admit_send(LimitWrites& limits, const SendRules& rules,
                                              const Caller& caller, const SendRequest& request) {
  const std::vector<NamedCap> caps = caps_on(rules, caller, request);
  const std::vector<ThrottleClaim> claims = claims_of(rules, request, caps);
  GATE_TRY(const ThrottleSetVerdict verdict, limits.take(caller.tenant.id, claims, caller.now));
  if (verdict.admitted) {
    return std::optional<SendRefusal>();
  }
  SendRefusal refusal;
  const std::size_t of_destination = claims.size() - caps.size();
  if (verdict.refused_by < of_destination) {
    refusal.retry_after = verdict.retry_at - caller.now;
    return std::optional(std::move(refusal));
  }
  const NamedCap& reached = caps[verdict.refused_by - of_destination];
  // The client is told the same as about an early resend: only operators may know how full the caps
  // are.
  refusal.retry_after = rules.settings.resend_spacing;
  refusal.cap = reached.cap;
  refusal.cap_key = key_of(reached);
  refusal.cap_text = text_of(reached);
  refusal.cap_refills_at = verdict.retry_at;
  return std::optional(std::move(refusal));
}

Result<bool> is_first_refusal(LimitWrites& limits, const Caller& caller,
                              const SendRefusal& refusal) {
  return is_first_until(limits, caller, refusal.cap_key, refusal.cap_refills_at);
}

}  // namespace gate::server
