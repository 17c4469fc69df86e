#include "tests/differential/c_interned.h"

#include <cstddef>
#include <cstring>
#include <string_view>

namespace gate::differential {
namespace {

std::uint32_t number(const gate_policy_set* set, std::uint32_t kind, gate_str name) {
  std::uint32_t out = 0;
  (void)gate_policy_set_number(set, kind, name, &out);
  return out;
}
std::vector<std::uint32_t> numbers(const gate_policy_set* set, std::uint32_t kind,
                                   const gate_str* names, std::size_t count) {
  std::vector<std::uint32_t> out;
  for (std::size_t i = 0; i < count; ++i) {
    out.push_back(number(set, kind, names[i]));
  }
  return out;
}

}  // namespace

CInterned::CInterned(const gate_policy_set* set, const gate_request& from)
    : groups_(numbers(set, GATE_NAME_GROUP, from.groups, from.group_count)),
      roles_(numbers(set, GATE_NAME_ROLE, from.roles, from.role_count)),
      app_groups_(numbers(set, GATE_NAME_APP_GROUP, from.app_groups, from.app_group_count)) {
  constexpr std::uint32_t kTargets[] = {GATE_NAME_APP, GATE_NAME_USER_ACTION,
                                        GATE_NAME_AUTH_CONTEXT};
  copy_values(from);
  number_facts(set, from);
  r_.numbers = gate_policy_set_numbers(set);
  r_.user = number(set,
                   from.user_kind == GATE_USER_KIND_SERVICE_PRINCIPAL ? GATE_NAME_SERVICE_PRINCIPAL
                                                                      : GATE_NAME_USER,
                   from.user);
  r_.external_tenant = number(set, GATE_NAME_TENANT, from.external_tenant);
  r_.target = number(set, kTargets[from.target_kind % 3], from.target);
  has_place_ = gate_policy_set_place(set, from.ip, from.country, &r_.place) == GATE_OK;
  r_.groups = groups_.data(), r_.group_count = groups_.size();
  r_.roles = roles_.data(), r_.role_count = roles_.size();
  r_.app_groups = app_groups_.data(), r_.app_group_count = app_groups_.size();
}

/// What is no name stands in both structs in the same order, from the flow to the time.
void CInterned::copy_values(const gate_request& from) {
  constexpr std::size_t kFrom = offsetof(gate_request, flow);
  constexpr std::size_t kTo = offsetof(gate_interned_request, flow);
  constexpr std::size_t kSize = offsetof(gate_request, now_unix_s) + sizeof from.now_unix_s - kFrom;
  static_assert(offsetof(gate_interned_request, now_unix_s) + sizeof from.now_unix_s - kTo ==
                kSize);
  static_assert(offsetof(gate_request, device_ownership) - kFrom ==
                offsetof(gate_interned_request, device_ownership) - kTo);
  std::memcpy(reinterpret_cast<unsigned char*>(&r_) + kTo,
              reinterpret_cast<const unsigned char*>(&from) + kFrom, kSize);
  r_.completed = from.completed, r_.completed_count = from.completed_count;
}

void CInterned::number_facts(const gate_policy_set* set, const gate_request& from) {
  for (std::size_t i = 0; i < from.satisfied_count; ++i) {
    const gate_control& each = from.satisfied[i];
    satisfied_.push_back({each.kind, number(set, GATE_NAME_CONTROL, each.name)});
  }
  for (std::size_t i = 0; i < from.string_count; ++i) {
    const gate_string_fact& each = from.strings[i];
    strings_.push_back({number(set, GATE_NAME_STRING, each.name), 0, each.value});
  }
  // The domain does not follow from the number of a user. The first of a name counts.
  const std::string_view user(from.user.data, from.user.size);
  const std::size_t at = user.find_last_of('@');
  if (at != std::string_view::npos && at + 1 < user.size() && strings_.size() < 256) {
    constexpr std::string_view kName = "user.email_domain";
    strings_.push_back({number(set, GATE_NAME_STRING, {kName.data(), kName.size()}),
                        0,
                        {user.data() + at + 1, user.size() - at - 1}});
  }
  for (std::size_t i = 0; i < from.list_count; ++i) {
    const gate_list_fact& each = from.lists[i];
    lists_.push_back({number(set, GATE_NAME_LIST, each.name), 0, each.values, each.value_count});
  }
  for (std::size_t i = 0; i < from.signal_count; ++i) {
    const gate_signal& each = from.signals[i];
    signals_.push_back(
        {number(set, GATE_NAME_SIGNAL, each.name), each.type, each.integer, each.text});
  }
  r_.satisfied = satisfied_.data(), r_.satisfied_count = satisfied_.size();
  r_.strings = strings_.data(), r_.string_count = strings_.size();
  r_.lists = lists_.data(), r_.list_count = lists_.size();
  r_.signals = signals_.data(), r_.signal_count = signals_.size();
}

}  // namespace gate::differential
