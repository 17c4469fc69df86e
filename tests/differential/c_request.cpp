#include "tests/differential/c_request.h"

#include <algorithm>

namespace gate::differential {
namespace {

gate_str text(const std::string& s) {
  return {s.data(), s.size()};
}
std::vector<gate_str> texts(const std::vector<std::string>& from) {
  std::vector<gate_str> out;
  for (const std::string& each : from) {
    out.push_back(text(each));
  }
  return out;
}
template <typename E>
std::uint32_t number(E value) {
  return static_cast<std::uint32_t>(value);
}

}  // namespace

CRequest::CRequest(const SignInFacts& f)
    : groups_(texts(f.groups)), roles_(texts(f.roles)), app_groups_(texts(f.app_groups)) {
  r_.flow = number(f.flow);
  r_.user_kind = number(f.user_kind);
  r_.target_kind = number(f.target_kind);
  r_.client = number(f.client);
  r_.platform = number(f.platform);
  r_.sign_in_risk = number(f.sign_in_risk);
  r_.user_risk = number(f.user_risk);
  r_.service_principal_risk = number(f.service_principal_risk);
  r_.insider_risk = number(f.insider_risk);
  r_.transfer_method = number(f.transfer_method);
  r_.original_transfer_method = number(f.original_transfer_method);
  r_.device_registered = f.device.registered ? 1 : 0;
  r_.device_reported_lost = f.device.reported_lost ? 1 : 0;
  r_.device_compliant = number(f.device.compliant);
  r_.device_managed = number(f.device.managed);
  r_.device_trust = number(f.device.trust);
  r_.device_ownership = number(f.device.ownership);
  const auto optional = [](const std::optional<std::int64_t>& from, std::uint32_t& has,
                           std::int64_t& value) {
    has = from ? 1 : 0;
    value = from.value_or(0);
  };
  optional(f.session_age_s, r_.has_session_age, r_.session_age_s);
  optional(f.now_unix_s, r_.has_now, r_.now_unix_s);
  optional(f.device.first_seen_s, r_.has_device_first_seen, r_.device_first_seen_s);
  r_.user = text(f.user);
  r_.external_tenant = text(f.external_tenant);
  r_.target = text(f.target);
  r_.ip = text(f.ip);
  r_.country = text(f.country);
  for (const CompletedMethod& each : f.completed) {
    completed_.push_back({number(each.method), each.age_s});
  }
  for (const auto& each : f.satisfied) {
    satisfied_.push_back({number(each.kind), 0, text(each.name)});
  }
  for (const auto& [name, value] : f.strings) {
    strings_.push_back({text(name), text(value)});
  }
  for (const auto& list : f.lists) {
    list_values_.push_back(texts(list.values));
  }
  for (std::size_t i = 0; i < f.lists.size(); ++i) {
    lists_.push_back({text(f.lists[i].name), list_values_[i].data(), list_values_[i].size()});
  }
  for (const auto& signal : f.signals) {
    gate_signal s{text(signal.name), GATE_SIGNAL_INTEGER, 0, 0, {nullptr, 0}};
    if (const auto* integer = std::get_if<std::int64_t>(&signal.value)) {
      s.integer = *integer;
    } else if (const bool* flag = std::get_if<bool>(&signal.value)) {
      s.type = GATE_SIGNAL_BOOLEAN;
      s.integer = *flag ? 1 : 0;
    } else {
      s.type = GATE_SIGNAL_TEXT;
      s.text = text(std::get<std::string>(signal.value));
    }
    signals_.push_back(s);
  }
  r_.groups = groups_.data(), r_.group_count = groups_.size();
  r_.roles = roles_.data(), r_.role_count = roles_.size();
  r_.app_groups = app_groups_.data(), r_.app_group_count = app_groups_.size();
  r_.completed = completed_.data(), r_.completed_count = completed_.size();
  r_.satisfied = satisfied_.data(), r_.satisfied_count = satisfied_.size();
  r_.strings = strings_.data(), r_.string_count = strings_.size();
  r_.lists = lists_.data(), r_.list_count = lists_.size();
  r_.signals = signals_.data(), r_.signal_count = signals_.size();
}

Decision from_c(const gate_decision& c) {
  Decision d;
  d.outcome = static_cast<Outcome>(c.outcome);
  d.error_code = static_cast<std::uint16_t>(c.error_code);
  d.reauthenticate = c.reauthenticate != 0;
  d.applied_count = c.applied_count;
  d.second_factors = MethodSet(c.second_factors);
  d.session.sign_in_frequency_s = c.sign_in_frequency_s;
  d.session.secondary_frequency_s = c.secondary_frequency_s;
  d.session.persistent_browser = static_cast<PersistentBrowser>(c.persistent_browser);
  d.session.cloud_app_security = static_cast<CloudAppSecurity>(c.cloud_app_security);
  d.session.access_evaluation = static_cast<AccessEvaluation>(c.access_evaluation);
  d.session.flags = static_cast<std::uint8_t>(c.session_flags);
  std::copy(std::begin(c.required), std::end(c.required), d.required.words.begin());
  std::copy(std::begin(c.unmet), std::end(c.unmet), d.unmet.words.begin());
  d.generation = c.generation;
  d.reason_count = static_cast<std::uint8_t>(c.reason_count);
  for (std::size_t i = 0; i < c.reason_count && i < d.reasons.size(); ++i) {
    d.reasons[i] = {static_cast<ReasonCode>(c.reasons[i].code),
                    static_cast<std::uint16_t>(c.reasons[i].detail), c.reasons[i].policy};
  }
  return d;
}

}  // namespace gate::differential
