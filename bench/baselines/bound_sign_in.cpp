#include "bench/baselines/bound_sign_in.h"

#include <algorithm>

#include "bench/workload/places.h"

namespace gate::bench {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

template <typename E>
std::uint8_t number(E value) {
  return static_cast<std::uint8_t>(value);
}

}  // namespace

Binder::Binder(const Workload& workload) : places_(workload.locations) {
  for (Id id = 0; id < workload.pools.users; ++id) {
    users_.emplace(names::user(id), id);
  }
  for (Id id = 0; id < workload.pools.groups; ++id) {
    groups_.emplace(names::group(id), id);
  }
  for (Id id = 0; id < workload.pools.roles; ++id) {
    roles_.emplace(names::role(id), id);
  }
  for (Id id = 0; id < workload.pools.apps; ++id) {
    apps_.emplace(names::app(id), id);
  }
  for (Id id = 0; id < names::kAppGroups; ++id) {
    app_groups_.emplace(names::app_group(id), id);
  }
  for (Id id = 0; id < names::kActions; ++id) {
    actions_.emplace(names::action(id), id);
  }
  for (Id id = 0; id < names::kContexts; ++id) {
    contexts_.emplace(names::context(id), id);
  }
}

Id Binder::find(const Table& table, std::string_view text) {
  const auto at = table.find(text);
  return at == table.end() ? BoundSignIn::kNobody : at->second;
}

void Binder::bind(const SignInRequest& request, BoundSignIn& out) const {
  out.user = find(users_, request.user);
  out.groups.clear();
  for (const std::string_view group : request.groups) {
    const Id id = find(groups_, group);
    if (id != BoundSignIn::kNobody) {
      out.groups.push_back(id);
    }
  }
  std::sort(out.groups.begin(), out.groups.end());
  out.roles = 0;
  for (const std::string_view role : request.roles) {
    const Id id = find(roles_, role);
    out.roles |= id == BoundSignIn::kNobody ? 0U : 1U << id;
  }
  out.kind = number(request.user_kind);
  out.platform = number(request.platform);
  out.client = number(request.client);
  out.sign_in_risk = number(request.sign_in_risk);
  out.user_risk = number(request.user_risk);
  out.transfer = number(request.transfer_method);
  out.target_kind = request.target_kind;
  out.target = find(request.target_kind == TargetKind::kApp          ? apps_
                    : request.target_kind == TargetKind::kUserAction ? actions_
                                                                     : contexts_,
                    request.target);
  out.app_groups = 0;
  for (const std::string_view group : request.app_groups) {
    const Id id = find(app_groups_, group);
    out.app_groups |= static_cast<std::uint8_t>(id == BoundSignIn::kNobody ? 0U : 1U << id);
  }
  find_places(places_, request.ip, request.country, out.places);
  const DeviceFacts& device = request.device;
  out.reported_lost = device.reported_lost;
  out.compliant = device.registered && device.compliant == Tristate::kTrue;
  out.trust = number(device.registered ? device.trust : DeviceTrust::kAbsent);
  out.has_model = false;
  for (const StringFact& fact : request.strings) {
    if (device.registered && fact.name == "device.model") {
      out.has_model = true;
      out.model.assign(fact.value);
      std::transform(out.model.begin(), out.model.end(), out.model.begin(), lower);
    }
  }
  bind_session(request, out);
}

void Binder::bind_session(const SignInRequest& request, BoundSignIn& out) const {
  out.has_amount = false;
  out.failures = 0;
  out.new_payee = false;
  for (const SignalFact& fact : request.signals) {
    if (fact.name == "amount") {
      out.has_amount = true;
      out.amount = std::get<std::int64_t>(fact.value);
    } else if (fact.name == "otp_failures") {
      out.failures = std::get<std::int64_t>(fact.value);
    } else if (fact.name == "new_payee") {
      out.new_payee = std::get<bool>(fact.value);
    }
  }
  out.done = 0;
  out.oldest_s = 0;
  for (const CompletedMethod& done : request.completed) {
    out.done |= 1U << number(done.method);
    out.oldest_s = std::max<std::uint64_t>(out.oldest_s, done.age_s);
  }
  if (request.completed.empty()) {
    // An absent age is too old: larger than any frequency.
    out.oldest_s = static_cast<std::uint64_t>(request.session_age_s.value_or(-1));
  }
  out.vouched = 0;
  out.terms = false;
  for (const SatisfiedControl& control : request.satisfied) {
    if (control.kind == ControlKind::kTermsOfUse) {
      out.terms = out.terms || control.name == kTermsName;
    } else {
      out.vouched = static_cast<std::uint16_t>(out.vouched | 1U << number(control.kind));
    }
  }
  out.can_prompt =
      request.client != ClientApp::kOther && request.client != ClientApp::kExchangeActiveSync;
}

}  // namespace gate::bench
