#include "runtime/c/request.h"

#include "runtime/c/border.h"

namespace gate::c {
namespace {

/// An enumerator of the caller's; one that does not fit becomes 255, which no vocabulary has and
/// the evaluator refuses.
template <typename E>
E enumerator(std::uint32_t number) noexcept {
  return static_cast<E>(number < 0xFF ? number : 0xFF);
}
bool is_flag(std::uint32_t value) noexcept {
  return value <= 1;
}
template <typename T>
bool is_array(const T* data, std::size_t count) noexcept {
  return data != nullptr || count == 0;
}

template <std::size_t N>
bool add_texts(const gate_str* texts, std::size_t count, StackArray<std::string_view, N>& to,
               std::span<const std::string_view>& out) noexcept {
  const std::size_t first = to.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_text(texts[i])) {
      return false;
    }
    to.add(to_view(texts[i]));
  }
  out = to.from(first);
  return true;
}

}  // namespace

RequestView::Reading RequestView::read(const gate_request* from) noexcept {
  gate_request r;
  if (!read_struct(from, r) || !is_flag(r.device_registered) || !is_flag(r.device_reported_lost) ||
      !is_flag(r.has_session_age) || !is_flag(r.has_now) || !is_flag(r.has_device_first_seen) ||
      r.reserved != 0) {
    return Reading::kNonsense;
  }
  Reading reading = read_texts(r);
  if (reading == Reading::kFine) {
    reading = read_facts(r);
  }
  if (reading == Reading::kFine) {
    reading = read_lists(r);
  }
  if (reading == Reading::kFine) {
    reading = read_signals(r);
  }
  if (reading != Reading::kFine) {
    request_ = {};
    return reading;
  }
  request_.flow = enumerator<Flow>(r.flow);
  request_.user_kind = enumerator<UserKind>(r.user_kind);
  request_.target_kind = enumerator<TargetKind>(r.target_kind);
  request_.client = enumerator<ClientApp>(r.client);
  request_.platform = enumerator<Platform>(r.platform);
  request_.sign_in_risk = enumerator<Risk>(r.sign_in_risk);
  request_.user_risk = enumerator<Risk>(r.user_risk);
  request_.service_principal_risk = enumerator<Risk>(r.service_principal_risk);
  request_.insider_risk = enumerator<InsiderRisk>(r.insider_risk);
  request_.transfer_method = enumerator<TransferMethod>(r.transfer_method);
  request_.device.registered = r.device_registered != 0;
  request_.device.reported_lost = r.device_reported_lost != 0;
  request_.device.compliant = enumerator<Tristate>(r.device_compliant);
  request_.device.managed = enumerator<Tristate>(r.device_managed);
  request_.device.trust = enumerator<DeviceTrust>(r.device_trust);
  request_.device.ownership = enumerator<DeviceOwnership>(r.device_ownership);
  if (r.has_session_age != 0) {
    request_.session_age_s = r.session_age_s;
  }
  if (r.has_device_first_seen != 0) {
    request_.device.first_seen_s = r.device_first_seen_s;
  }
  if (r.has_now != 0) {
    request_.now_unix_s = r.now_unix_s;
  }
  return Reading::kFine;
}

RequestView::Reading RequestView::read_texts(const gate_request& r) noexcept {
  if (!is_text(r.user) || !is_text(r.external_tenant) || !is_text(r.target) || !is_text(r.ip) ||
      !is_text(r.country) || !is_array(r.groups, r.group_count) ||
      !is_array(r.roles, r.role_count) || !is_array(r.app_groups, r.app_group_count)) {
    return Reading::kNonsense;
  }
  if (r.group_count > ir::kPrincipalsMax || r.role_count > ir::kPrincipalsMax - r.group_count) {
    return too_many(RequestFault::kTooManyPrincipals);
  }
  if (r.app_group_count > kFactsMax) {
    return too_many(RequestFault::kTooManyFacts);
  }
  // An address or a country of megabytes would be looked at before anybody asks how long it is.
  if (r.ip.size > kFactBytesMax || r.country.size > kFactBytesMax) {
    return too_many(RequestFault::kStringTooLong);
  }
  request_.user = to_view(r.user);
  request_.external_tenant = to_view(r.external_tenant);
  request_.target = to_view(r.target);
  request_.ip = to_view(r.ip);
  request_.country = to_view(r.country);
  const bool fine = add_texts(r.groups, r.group_count, principals_, request_.groups) &&
                    add_texts(r.roles, r.role_count, principals_, request_.roles) &&
                    add_texts(r.app_groups, r.app_group_count, app_groups_, request_.app_groups);
  return fine ? Reading::kFine : Reading::kNonsense;
}

RequestView::Reading RequestView::read_facts(const gate_request& r) noexcept {
  if (!is_array(r.completed, r.completed_count) || !is_array(r.satisfied, r.satisfied_count) ||
      !is_array(r.strings, r.string_count)) {
    return Reading::kNonsense;
  }
  if (r.completed_count > kFactsMax || r.satisfied_count > kFactsMax ||
      r.string_count > kFactsMax) {
    return too_many(RequestFault::kTooManyFacts);
  }
  for (std::size_t i = 0; i < r.completed_count; ++i) {
    completed_.add({enumerator<Method>(r.completed[i].method), r.completed[i].age_s});
  }
  for (std::size_t i = 0; i < r.satisfied_count; ++i) {
    const gate_control& control = r.satisfied[i];
    if (!is_text(control.name) || control.reserved != 0) {
      return Reading::kNonsense;
    }
    satisfied_.add({enumerator<ControlKind>(control.kind), to_view(control.name)});
  }
  for (std::size_t i = 0; i < r.string_count; ++i) {
    if (!is_text(r.strings[i].name) || !is_text(r.strings[i].value)) {
      return Reading::kNonsense;
    }
    strings_.add({to_view(r.strings[i].name), to_view(r.strings[i].value)});
  }
  request_.completed = completed_.from(0);
  request_.satisfied = satisfied_.from(0);
  request_.strings = strings_.from(0);
  return Reading::kFine;
}

RequestView::Reading RequestView::read_lists(const gate_request& r) noexcept {
  if (!is_array(r.lists, r.list_count)) {
    return Reading::kNonsense;
  }
  if (r.list_count > kFactsMax) {
    return too_many(RequestFault::kTooManyFacts);
  }
  for (std::size_t i = 0; i < r.list_count; ++i) {
    const gate_list_fact& list = r.lists[i];
    if (!is_text(list.name) || !is_array(list.values, list.value_count)) {
      return Reading::kNonsense;
    }
    if (list.value_count > list_values_.room()) {
      return too_many(RequestFault::kTooManyFacts);
    }
    ListFact fact{to_view(list.name), {}};
    if (!add_texts(list.values, list.value_count, list_values_, fact.values)) {
      return Reading::kNonsense;
    }
    lists_.add(fact);
  }
  request_.lists = lists_.from(0);
  return Reading::kFine;
}

RequestView::Reading RequestView::read_signals(const gate_request& r) noexcept {
  if (!is_array(r.signals, r.signal_count)) {
    return Reading::kNonsense;
  }
  if (r.signal_count > kFactsMax) {
    return too_many(RequestFault::kTooManyFacts);
  }
  for (std::size_t i = 0; i < r.signal_count; ++i) {
    const gate_signal& signal = r.signals[i];
    if (!is_text(signal.name) || !is_text(signal.text) || signal.reserved != 0) {
      return Reading::kNonsense;
    }
    const std::string_view name = to_view(signal.name);
    if (signal.type == GATE_SIGNAL_INTEGER) {
      signals_.add({name, signal.integer});
    } else if (signal.type == GATE_SIGNAL_BOOLEAN && (signal.integer == 0 || signal.integer == 1)) {
      signals_.add({name, signal.integer == 1});
    } else if (signal.type == GATE_SIGNAL_TEXT) {
      signals_.add({name, to_view(signal.text)});
    } else {
      return Reading::kNonsense;
    }
  }
  request_.signals = signals_.from(0);
  return Reading::kFine;
}

}  // namespace gate::c
