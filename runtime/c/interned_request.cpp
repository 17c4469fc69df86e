#include "runtime/c/interned_request.h"

#include <algorithm>

#include "runtime/c/border.h"
#include "runtime/c/request_fields.h"

namespace gate::c {

Reading InternedView::read(const gate_interned_request* from) noexcept {
  gate_interned_request r;
  if (!read_struct(from, r) || !are_flags(r) || r.reserved2 != 0) {
    return Reading::kNonsense;
  }
  Reading reading = read_names(r);
  if (reading == Reading::kFine) {
    reading = read_facts(r);
  }
  if (reading == Reading::kFine) {
    reading = read_lists_and_signals(r);
  }
  if (reading != Reading::kFine) {
    request_ = {};
    return reading;
  }
  take_values(r, request_);
  request_.numbers = r.numbers;
  return Reading::kFine;
}

Reading InternedView::read_names(const gate_interned_request& r) noexcept {
  if (!is_array(r.groups, r.group_count) || !is_array(r.roles, r.role_count) ||
      !is_array(r.app_groups, r.app_group_count)) {
    return Reading::kNonsense;
  }
  if (r.group_count > ir::kPrincipalsMax || r.role_count > ir::kPrincipalsMax - r.group_count) {
    return too_many(RequestFault::kTooManyPrincipals);
  }
  if (r.app_group_count > kFactsMax) {
    return too_many(RequestFault::kTooManyFacts);
  }
  request_.user = r.user;
  request_.external_tenant = r.external_tenant;
  request_.target = r.target;
  request_.place = {r.place.range, r.place.country};
  request_.groups = {r.groups, r.group_count};
  request_.roles = {r.roles, r.role_count};
  request_.app_groups = {r.app_groups, r.app_group_count};
  return Reading::kFine;
}

Reading InternedView::read_facts(const gate_interned_request& r) noexcept {
  if (!is_array(r.completed, r.completed_count) || !is_array(r.satisfied, r.satisfied_count) ||
      !is_array(r.strings, r.string_count)) {
    return Reading::kNonsense;
  }
  if (std::max({r.completed_count, r.satisfied_count, r.string_count}) > kFactsMax) {
    return too_many(RequestFault::kTooManyFacts);
  }
  for (std::size_t i = 0; i < r.completed_count; ++i) {
    completed_.add({enumerator<Method>(r.completed[i].method), r.completed[i].age_s});
  }
  for (std::size_t i = 0; i < r.satisfied_count; ++i) {
    satisfied_.add({enumerator<ControlKind>(r.satisfied[i].kind), r.satisfied[i].name});
  }
  for (std::size_t i = 0; i < r.string_count; ++i) {
    if (!is_text(r.strings[i].value) || r.strings[i].reserved != 0) {
      return Reading::kNonsense;
    }
    strings_.add({r.strings[i].name, to_view(r.strings[i].value)});
  }
  request_.completed = completed_.from(0);
  request_.satisfied = satisfied_.from(0);
  request_.strings = strings_.from(0);
  return Reading::kFine;
}

Reading InternedView::read_lists_and_signals(const gate_interned_request& r) noexcept {
  if (!is_array(r.lists, r.list_count) || !is_array(r.signals, r.signal_count)) {
    return Reading::kNonsense;
  }
  if (std::max(r.list_count, r.signal_count) > kFactsMax) {
    return too_many(RequestFault::kTooManyFacts);
  }
  for (std::size_t i = 0; i < r.list_count; ++i) {
    const gate_interned_list& list = r.lists[i];
    if (!is_array(list.values, list.value_count) || list.reserved != 0) {
      return Reading::kNonsense;
    }
    if (list.value_count > list_values_.room()) {
      return too_many(RequestFault::kTooManyFacts);
    }
    InternedList fact{list.name, {}};
    if (!add_texts(list.values, list.value_count, list_values_, fact.values)) {
      return Reading::kNonsense;
    }
    lists_.add(fact);
  }
  for (std::size_t i = 0; i < r.signal_count; ++i) {
    InternedSignal fact{r.signals[i].name, {}};
    if (!is_text(r.signals[i].text) || !read_signal_value(r.signals[i], fact.value)) {
      return Reading::kNonsense;
    }
    signals_.add(fact);
  }
  request_.lists = lists_.from(0);
  request_.signals = signals_.from(0);
  return Reading::kFine;
}

}  // namespace gate::c
