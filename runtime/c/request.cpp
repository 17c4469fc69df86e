#include "runtime/c/request.h"

#include "runtime/c/border.h"
#include "runtime/c/request_fields.h"

namespace gate::c {
RequestView::Reading RequestView::read(const gate_request* from) noexcept {
  gate_request r;
  return read_struct(from, r) ? read(r, Groups::kRead) : Reading::kNonsense;
}

RequestView::Reading RequestView::read(const gate_request& r, Groups groups) noexcept {
  if (!are_flags(r)) {
    return Reading::kNonsense;
  }
  Reading reading = read_texts(r, groups == Groups::kRead);
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
  take_values(r, request_);
  return Reading::kFine;
}

RequestView::Reading RequestView::read_texts(const gate_request& r, bool with_groups) noexcept {
  if (!is_text(r.user) || !is_text(r.external_tenant) || !is_text(r.target) || !is_text(r.ip) ||
      !is_text(r.country) || !is_array(r.app_groups, r.app_group_count) ||
      (with_groups && (!is_array(r.groups, r.group_count) || !is_array(r.roles, r.role_count)))) {
    return Reading::kNonsense;
  }
  if (with_groups &&
      (r.group_count > ir::kPrincipalsMax || r.role_count > ir::kPrincipalsMax - r.group_count)) {
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
  if (with_groups && (!add_texts(r.groups, r.group_count, principals_, request_.groups) ||
                      !add_texts(r.roles, r.role_count, principals_, request_.roles))) {
    return Reading::kNonsense;
  }
  return add_texts(r.app_groups, r.app_group_count, app_groups_, request_.app_groups)
             ? Reading::kFine
             : Reading::kNonsense;
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
    SignalFact fact{to_view(signal.name), {}};
    if (!read_signal_value(signal, fact.value)) {
      return Reading::kNonsense;
    }
    signals_.add(fact);
  }
  request_.signals = signals_.from(0);
  return Reading::kFine;
}

}  // namespace gate::c
