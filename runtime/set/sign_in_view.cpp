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
  request_.device = f.device;
  request_.completed = f.completed;
  request_.satisfied = satisfied_;
  request_.session_age_s = f.session_age_s;
  request_.now_unix_s = f.now_unix_s;
  request_.strings = strings_;
  request_.lists = lists_;
  request_.signals = signals_;
}

}  // namespace gate
