#include <gate/request.hpp>

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
  request_.flow = f.flow;
  request_.user = f.user;
  request_.user_kind = f.user_kind;
  request_.external_tenant = f.external_tenant;
  request_.groups = groups_;
  request_.roles = roles_;
  request_.target_kind = f.target_kind;
  request_.target = f.target;
  request_.app_groups = app_groups_;
  request_.client = f.client;
  request_.platform = f.platform;
  request_.ip = f.ip;
  request_.country = f.country;
  request_.sign_in_risk = f.sign_in_risk;
  request_.user_risk = f.user_risk;
  request_.service_principal_risk = f.service_principal_risk;
  request_.insider_risk = f.insider_risk;
  request_.transfer_method = f.transfer_method;
  request_.original_transfer_method = f.original_transfer_method;
  request_.device = f.device;
  request_.completed = f.completed;
  request_.satisfied = satisfied_;
  request_.session_age_s = f.session_age_s;
  request_.now_unix_s = f.now_unix_s;
  request_.strings = strings_;
  request_.lists = lists_;
  request_.signals = signals_;
}

SignInFacts own_facts(const SignInRequest& r) {
  SignInFacts f;
  f.flow = r.flow;
  f.user = r.user;
  f.user_kind = r.user_kind;
  f.external_tenant = r.external_tenant;
  f.groups.assign(r.groups.begin(), r.groups.end());
  f.roles.assign(r.roles.begin(), r.roles.end());
  f.target_kind = r.target_kind;
  f.target = r.target;
  f.app_groups.assign(r.app_groups.begin(), r.app_groups.end());
  f.client = r.client;
  f.platform = r.platform;
  f.ip = r.ip;
  f.country = r.country;
  f.sign_in_risk = r.sign_in_risk;
  f.user_risk = r.user_risk;
  f.service_principal_risk = r.service_principal_risk;
  f.insider_risk = r.insider_risk;
  f.transfer_method = r.transfer_method;
  f.original_transfer_method = r.original_transfer_method;
  f.device = r.device;
  f.completed.assign(r.completed.begin(), r.completed.end());
  for (const SatisfiedControl& s : r.satisfied) {
    f.satisfied.push_back({s.kind, std::string(s.name)});
  }
  f.session_age_s = r.session_age_s;
  f.now_unix_s = r.now_unix_s;
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
