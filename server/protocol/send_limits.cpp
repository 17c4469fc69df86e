#include "server/protocol/send_limits.h"

#include <algorithm>
#include <vector>

#include "server/audit/audit_log.h"
#include "server/crypto/encoding.h"
#include "server/crypto/hmac.h"
#include "server/protocol/known_device.h"
#include "server/store/calling_prefix.h"

namespace gate::server {
namespace {

/// The counter of a destination, the same for every account that uses it. The address itself is not
/// stored in it.
std::string destination_key(const RequestContext& context, std::string_view scope,
                            const CodeDestination& destination) {
  const Digest digest = hmac_sha256(context.parts.account_key,
                                    {as_bytes("destination"), as_bytes(wire_name(destination.kind)),
                                     as_bytes(destination.address)});
  return std::string(scope) + hex(ByteSpan(digest).first(16));
}

/// A cap and what it is a cap of.
struct NamedCap {
  SendCap cap;
  std::string value;  ///< the prefix or the client id; empty for the tenant
  std::int64_t max = 0;
};

/// What strangers must leave of every cap to known devices (B8): one in so many.
constexpr std::int64_t kKeptForKnownDevices = 5;

bool is_home(std::string_view number, const std::vector<std::string>& home_prefixes) {
  return std::any_of(home_prefixes.begin(), home_prefixes.end(), [&](const std::string& prefix) {
    return number.substr(1).starts_with(prefix);
  });
}

/// The narrow ones first, so that what is told is the cap that was meant to catch it.
std::vector<NamedCap> caps_on(const RequestContext& context, const CodeDestination& destination,
                              bool known) {
  const ServiceSettings& settings = context.parts.settings;
  std::vector<NamedCap> caps;
  const auto add = [&](CapScope scope, std::string_view value, const SendLimit& limit) {
    for (const auto& [window, max] :
         {std::pair{CapWindow::kHour, limit.per_hour}, std::pair{CapWindow::kDay, limit.per_day}}) {
      const std::int64_t kept = settings.known_devices > 0 ? max / kKeptForKnownDevices : 0;
      if (!known && kept > 0) {
        caps.push_back({{destination.kind, scope, window, true}, std::string(value), max - kept});
      }
      caps.push_back({{destination.kind, scope, window, false}, std::string(value), max});
    }
  };
  switch (destination.kind) {
    case ChannelKind::kSms:
      if (!is_home(destination.address, settings.sms_home_prefixes)) {
        add(CapScope::kPrefix, calling_prefix(destination.address), settings.sms_per_prefix);
      }
      add(CapScope::kClient, context.client.client_id, settings.sms_per_client);
      add(CapScope::kTenant, "", settings.sms_per_tenant);
      break;
    case ChannelKind::kEmail:
      add(CapScope::kClient, context.client.client_id, settings.email_per_client);
      add(CapScope::kTenant, "", settings.email_per_tenant);
      break;
  }
  return caps;
}

std::string key_of(const NamedCap& named) {
  std::string key = named.cap.strangers ? "strangers-cap:" : "cap:";
  key.append(wire_name(named.cap.channel)).append(":").append(name(named.cap.scope));
  key.append(":").append(name(named.cap.window)).append(":").append(named.value);
  return key;
}

std::vector<ThrottleClaim> claims_of(const RequestContext& context,
                                     const CodeDestination& destination, bool known,
                                     const std::vector<NamedCap>& caps) {
  const ServiceSettings& settings = context.parts.settings;
  ThrottleRule hour;
  hour.window = kMicrosPerHour;
  hour.max_in_window = settings.sends_per_hour;
  hour.spacing = settings.resend_spacing;
  ThrottleRule day;
  day.window = kMicrosPerDay;
  day.max_in_window = settings.sends_per_day;
  // The known devices of whoever reads there have a second budget, which no stranger can use up.
  const std::string whose = known ? "known-" : "";
  std::vector<ThrottleClaim> claims = {
      {destination_key(context, whose + "send-hour:", destination), hour},
      {destination_key(context, whose + "send-day:", destination), day}};
  for (const NamedCap& named : caps) {
    ThrottleRule rule;
    rule.window = named.cap.window == CapWindow::kHour ? kMicrosPerHour : kMicrosPerDay;
    rule.max_in_window = named.max;
    claims.push_back({key_of(named), rule});
  }
  return claims;
}

/// One row for each time that a cap fills, however often it is run against: a flood must not be
/// able to fill the audit log, of which nothing is ever deleted.
Result<void> record_cap(const FlowRun& run, Transaction& transaction, const NamedCap& named,
                        Micros refills_at) {
  const RequestContext& context = run.context();
  ThrottleRule once;
  once.spacing = refills_at - context.now;
  GATE_TRY(
      const ThrottleVerdict first,
      transaction.throttle_take(context.tenant.id, "told:" + key_of(named), once, context.now));
  if (!first.admitted) {
    return {};
  }
  AuditRecord record;
  record.at = context.now;
  record.type = "send_cap";
  record.tenant_id = context.tenant.id;
  record.user_id = run.flow().user_id;
  record.client_id = context.client.client_id;
  record.flow_id = run.flow().flow_id;
  record.outcome = "block";
  record.reasons = "send_cap_reached: " + std::string(wire_name(named.cap.channel)) + " per " +
                   std::string(name(named.cap.scope)) + (named.value.empty() ? "" : " ") +
                   named.value + ", " + std::to_string(named.max) + " in one " +
                   std::string(name(named.cap.window)) +
                   (named.cap.strangers ? " for devices that are not known" : "");
  return append_audit(transaction, std::move(record));
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

Result<std::optional<Answer>> admit_send(const FlowRun& run, Transaction& transaction,
                                         const CodeDestination& destination) {
  const RequestContext& context = run.context();
  // A place that is about to be registered is nobody's yet, whoever asks.
  bool known = false;
  if (run.flow().state.phase != FlowPhase::kRegistrationChallenged) {
    GATE_TRY(known, is_known_device(run, transaction));
  }
  const std::vector<NamedCap> caps = caps_on(context, destination, known);
  const std::vector<ThrottleClaim> claims = claims_of(context, destination, known, caps);
  GATE_TRY(const ThrottleSetVerdict verdict,
           transaction.throttle_take_all(context.tenant.id, claims, context.now));
  if (verdict.admitted) {
    return std::optional<Answer>();
  }
  const std::size_t of_destination = claims.size() - caps.size();
  if (verdict.refused_by < of_destination) {
    return std::optional(Answer::too_many(verdict.retry_at - context.now));
  }
  const NamedCap& reached = caps[verdict.refused_by - of_destination];
  GATE_TRY_VOID(record_cap(run, transaction, reached, verdict.retry_at));
  // As if it were only too early for another code: how full the caps are is nobody's business.
  Answer answer = Answer::too_many(context.parts.settings.resend_spacing);
  answer.cap = reached.cap;
  return std::optional(std::move(answer));
}

}  // namespace gate::server
