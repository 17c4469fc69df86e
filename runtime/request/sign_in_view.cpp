#include "runtime/request/request_values.h"

namespace gate {

SignInView::SignInView(const SignInFacts& f) {
  groups_.assign(f.groups.begin(), f.groups.end());
  roles_.assign(f.roles.begin(), f.roles.end());
  app_groups_.assign(f.app_groups.begin(), f.app_groups.end());
  for (const auto& control : f.satisfied) {
    satisfied_.push_back({control.kind, control.name});
  }
  for (const auto& [name, value] : f.strings) {
    strings_.push_back({name, value});
  }
  std::size_t values = 0;
  for (const auto& list : f.lists) {
    values += list.values.size();
  }
  list_values_.reserve(values);  // the spans below must not move
  for (const auto& list : f.lists) {
    const std::size_t first = list_values_.size();
    list_values_.insert(list_values_.end(), list.values.begin(), list.values.end());
    lists_.push_back({list.name, std::span(list_values_).subspan(first)});
  }
  for (const auto& signal : f.signals) {
    signals_.push_back(
        {signal.name, std::visit([](const auto& v) { return SignalValue(v); }, signal.value)});
  }
  copy_values(f, request_);
  request_.user = f.user;
  request_.external_tenant = f.external_tenant;
  request_.groups = groups_;
  request_.roles = roles_;
  request_.target = f.target;
  request_.app_groups = app_groups_;
  request_.ip = f.ip;
  request_.country = f.country;
  request_.completed = f.completed;
  request_.satisfied = satisfied_;
  request_.strings = strings_;
  request_.lists = lists_;
  request_.signals = signals_;
}

SignInFacts own_facts(const SignInRequest& r) {
  SignInFacts f;
  copy_values(r, f);
  f.user = r.user;
  f.external_tenant = r.external_tenant;
  f.groups.assign(r.groups.begin(), r.groups.end());
  f.roles.assign(r.roles.begin(), r.roles.end());
  f.target = r.target;
  f.app_groups.assign(r.app_groups.begin(), r.app_groups.end());
  f.ip = r.ip;
  f.country = r.country;
  f.completed.assign(r.completed.begin(), r.completed.end());
  for (const SatisfiedControl& s : r.satisfied) {
    f.satisfied.push_back({s.kind, std::string(s.name)});
  }
  for (const StringFact& s : r.strings) {
    f.strings.emplace_back(s.name, s.value);
  }
  for (const ListFact& l : r.lists) {
    f.lists.push_back({std::string(l.name), {l.values.begin(), l.values.end()}});
  }
  for (const SignalFact& s : r.signals) {
    if (const auto* text = std::get_if<std::string_view>(&s.value)) {
      f.signals.push_back({std::string(s.name), std::string(*text)});
    } else if (const auto* flag = std::get_if<bool>(&s.value)) {
      f.signals.push_back({std::string(s.name), *flag});
    } else {
      f.signals.push_back({std::string(s.name), std::get<std::int64_t>(s.value)});
    }
  }
  return f;
}

}  // namespace gate
