#include <algorithm>
#include <gate/interned.hpp>
#include <gate/policy_set.hpp>
#include <vector>

#include "runtime/request/email_domain.h"
#include "runtime/request/request_values.h"
#include "runtime/request/validate.h"
#include "runtime/set/state.h"

namespace gate {

std::uint64_t PolicySet::numbers() const noexcept {
  return state_->numbers;
}
NameNumber PolicySet::number(NameKind kind, std::string_view name) const noexcept {
  return state_->index == nullptr ? kUnnamed : state_->index->binding().number(kind, name);
}
std::optional<PlaceNumber> PolicySet::place(std::string_view ip,
                                            std::string_view country) const noexcept {
  return state_->index == nullptr ? std::nullopt : state_->index->binding().place(ip, country);
}

struct InternedSignIn::Impl {
  RequestFault fault = RequestFault::kNone;
  InternedRequest request;
  std::vector<NameNumber> groups;
  std::vector<NameNumber> roles;
  std::vector<NameNumber> app_groups;
  std::vector<CompletedMethod> completed;
  std::vector<InternedControl> satisfied;
  std::vector<InternedString> strings;
  std::vector<InternedList> lists;
  std::vector<InternedSignal> signals;

  void number_names(const PolicySet& set, const SignInRequest& from);
  void number_facts(const PolicySet& set, const SignInRequest& from);
  void add_string(const PolicySet& set, std::string_view name, std::string_view value);
};

void InternedSignIn::Impl::number_names(const PolicySet& set, const SignInRequest& from) {
  const auto all = [&set](NameKind kind, std::span<const std::string_view> names,
                          std::vector<NameNumber>& out) {
    for (const std::string_view name : names) {
      out.push_back(set.number(kind, name));
    }
    return std::span<const NameNumber>(out);
  };
  constexpr NameKind kTargets[] = {NameKind::kApp, NameKind::kUserAction, NameKind::kAuthContext};
  request.user = set.number(
      from.user_kind == UserKind::kServicePrincipal ? NameKind::kServicePrincipal : NameKind::kUser,
      from.user);
  request.external_tenant = set.number(NameKind::kTenant, from.external_tenant);
  request.groups = all(NameKind::kGroup, from.groups, groups);
  request.roles = all(NameKind::kRole, from.roles, roles);
  request.target = set.number(kTargets[static_cast<std::size_t>(from.target_kind)], from.target);
  request.app_groups = all(NameKind::kAppGroup, from.app_groups, app_groups);
}

/// Only what a policy reads, and of one name the first, so that there is always room.
void InternedSignIn::Impl::add_string(const PolicySet& set, std::string_view name,
                                      std::string_view value) {
  const NameNumber number = set.number(NameKind::kAttribute, name);
  if (number != kUnnamed && std::none_of(strings.begin(), strings.end(),
                                         [&](const auto& s) { return s.name == number; })) {
    strings.push_back({number, value});
  }
}

void InternedSignIn::Impl::number_facts(const PolicySet& set, const SignInRequest& from) {
  for (const SatisfiedControl& s : from.satisfied) {
    satisfied.push_back({s.kind, set.number(NameKind::kControl, s.name)});
  }
  for (const StringFact& f : from.strings) {
    add_string(set, f.name, f.value);
  }
  if (const auto domain = derived_attribute(from, kEmailDomainAttribute)) {
    add_string(set, kEmailDomainAttribute, *domain);
  }
  for (const ListFact& f : from.lists) {
    lists.push_back({set.number(NameKind::kList, f.name), f.values});
  }
  for (const SignalFact& f : from.signals) {
    signals.push_back({set.number(NameKind::kSignal, f.name), f.value});
  }
  completed.assign(from.completed.begin(), from.completed.end());
  request.completed = completed;
  request.satisfied = satisfied;
  request.strings = strings;
  request.lists = lists;
  request.signals = signals;
}

InternedSignIn::InternedSignIn(const PolicySet& set, const SignInRequest& request)
    : impl_(std::make_unique<Impl>()) {
  impl_->fault = validate(request);
  if (impl_->fault != RequestFault::kNone) {
    return;
  }
  const std::optional<PlaceNumber> place = set.place(request.ip, request.country);
  if (set.numbers() == 0 || !place) {
    impl_->fault = set.numbers() == 0 ? RequestFault::kForeignNumbers : RequestFault::kMalformedIp;
    return;
  }
  copy_values(request, impl_->request);
  impl_->number_names(set, request);
  impl_->number_facts(set, request);
  impl_->request.place = *place;
  impl_->request.numbers = set.numbers();
}
InternedSignIn::~InternedSignIn() = default;
InternedSignIn::InternedSignIn(InternedSignIn&&) noexcept = default;
InternedSignIn& InternedSignIn::operator=(InternedSignIn&&) noexcept = default;

RequestFault InternedSignIn::fault() const noexcept {
  return impl_->fault;
}
const InternedRequest& InternedSignIn::request() const noexcept {
  return impl_->request;
}

}  // namespace gate
