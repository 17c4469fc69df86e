#include "runtime/c/given_request.h"

namespace gate::c {
namespace {

std::vector<gate_str> texts(std::span<const std::string_view> from) {
  std::vector<gate_str> out;
  for (const std::string_view each : from) {
    out.push_back(to_c(each));
  }
  return out;
}
template <typename E>
std::uint32_t number(E value) {
  return static_cast<std::uint32_t>(value);
}
void give(const std::optional<std::int64_t>& from, std::uint32_t& has, std::int64_t& value) {
  has = from ? 1 : 0;
  value = from.value_or(0);
}

}  // namespace

GivenRequest::GivenRequest(const SignInRequest& from)
    : groups_(texts(from.groups)), roles_(texts(from.roles)), app_groups_(texts(from.app_groups)) {
  give_values(from);
  give_facts(from);
  r_.user = to_c(from.user);
  r_.external_tenant = to_c(from.external_tenant);
  r_.target = to_c(from.target);
  r_.ip = to_c(from.ip);
  r_.country = to_c(from.country);
  r_.groups = groups_.data(), r_.group_count = groups_.size();
  r_.roles = roles_.data(), r_.role_count = roles_.size();
  r_.app_groups = app_groups_.data(), r_.app_group_count = app_groups_.size();
  r_.completed = completed_.data(), r_.completed_count = completed_.size();
  r_.satisfied = satisfied_.data(), r_.satisfied_count = satisfied_.size();
  r_.strings = strings_.data(), r_.string_count = strings_.size();
  r_.lists = lists_.data(), r_.list_count = lists_.size();
  r_.signals = signals_.data(), r_.signal_count = signals_.size();
}

void GivenRequest::give_values(const SignInRequest& from) {
#define GATE_ENUMERATOR(type, member, c_member) r_.c_member = number(from.member);
#include "runtime/request/request_enumerators.def"
#undef GATE_ENUMERATOR
  r_.device_registered = from.device.registered ? 1 : 0;
  r_.device_reported_lost = from.device.reported_lost ? 1 : 0;
  give(from.session_age_s, r_.has_session_age, r_.session_age_s);
  give(from.now_unix_s, r_.has_now, r_.now_unix_s);
  give(from.device.first_seen_s, r_.has_device_first_seen, r_.device_first_seen_s);
}

void GivenRequest::give_facts(const SignInRequest& from) {
  for (const CompletedMethod& each : from.completed) {
    completed_.push_back({number(each.method), each.age_s});
  }
  for (const SatisfiedControl& each : from.satisfied) {
    satisfied_.push_back({number(each.kind), 0, to_c(each.name)});
  }
  for (const StringFact& each : from.strings) {
    strings_.push_back({to_c(each.name), to_c(each.value)});
  }
  for (const ListFact& list : from.lists) {
    list_values_.push_back(texts(list.values));
    lists_.push_back({to_c(list.name), list_values_.back().data(), list.values.size()});
  }
  for (const SignalFact& signal : from.signals) {
    gate_signal s{to_c(signal.name), GATE_SIGNAL_INTEGER, 0, 0, {nullptr, 0}};
    if (const auto* integer = std::get_if<std::int64_t>(&signal.value)) {
      s.integer = *integer;
    } else if (const bool* flag = std::get_if<bool>(&signal.value)) {
      s.type = GATE_SIGNAL_BOOLEAN;
      s.integer = *flag ? 1 : 0;
    } else {
      s.type = GATE_SIGNAL_TEXT;
      s.text = to_c(std::get<std::string_view>(signal.value));
    }
    signals_.push_back(s);
  }
}

}  // namespace gate::c
