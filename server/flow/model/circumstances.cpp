#include "server/flow/model/circumstances.h"

#include <algorithm>
#include <cmath>

namespace gate::server {
namespace {

/// Failures that are older do not count.
constexpr Micros kFailuresLife = kMicrosPerDay;

EngineAnswer ask_engine(const FlowServices& services, const Caller& caller,
                        const CircumstancesOf& subject, const Place& place) {
  if (services.risk_engine == nullptr) {
    return std::nullopt;
  }
  return services.risk_engine->assess({.tenant_id = caller.tenant.id,
                                       .user_id = subject.user_id,
                                       .client_id = caller.client.client_id,
                                       .ip = caller.hints.address,
                                       .country = place.country,
                                       .platform = caller.hints.platform,
                                       .flow = subject.flow,
                                       .device = subject.device,
                                       .now = caller.now});
}

}  // namespace

Result<Circumstances> find_circumstances(const FlowServices& services, const Caller& caller,
                                         const CircumstancesOf& subject) {
  Circumstances found;
  RiskInput input;
  input.now = caller.now;
  input.device = subject.device;
  if (services.places != nullptr) {
    found.place = services.places->place_of(caller.hints.address);
    input.countries_are_known = services.places->knows_countries();
  }
  input.place = found.place;
  const bool use_rules = services.settings.built_in_risk;
  if (use_rules) {
    std::int64_t counted = 0;
    GATE_TRY_VOID(services.store.read([&](StoreReads& reads) -> Result<void> {
      GATE_TRY(input.history,
               reads.sign_ins_of(caller.tenant.id, subject.user_id, caller.now - kSignInEntryLife));
      // Strangers can make failures. They do not make a known device risky (B8).
      if (subject.device == DeviceKnowledge::kUnknown) {
        GATE_TRY(counted, reads.failures_of(caller.tenant.id, subject.account_key,
                                            caller.now - kFailuresLife));
      }
      return {};
    }));
    found.failures = std::max(subject.failures_at_least, counted - subject.right_ones);
    input.failures = found.failures;
  }
  found.risk = assess_risk(input, use_rules, ask_engine(services, caller, subject, found.place));
  return found;
}

SignInEntry sign_in_entry(const Place& place, bool device_known, Micros now) {
  SignInEntry entry;
  entry.at = now;
  entry.country = place.country;
  entry.device_known = device_known;
  if (place.at) {
    constexpr double kTenths = 10;
    entry.place = GridPoint{static_cast<std::int32_t>(std::lround(place.at->latitude * kTenths)),
                            static_cast<std::int32_t>(std::lround(place.at->longitude * kTenths))};
  }
  return entry;
}

}  // namespace gate::server
