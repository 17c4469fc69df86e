#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <gate/request_json.hpp>

namespace gate {
namespace {

namespace json = boost::json;

json::string_view view(std::string_view s) {
  return {s.data(), s.size()};
}

/// An object that leaves out what is at its default.
class Writer {
 public:
  void text(const char* key, std::string_view value) {
    if (!value.empty()) {
      out_[key] = view(value);
    }
  }
  template <typename E>
  void choice(const char* key, E value, E absent) {
    if (value != absent) {
      out_[key] = view(name(value));
    }
  }
  void texts(const char* key, const std::vector<std::string>& values) {
    if (!values.empty()) {
      out_[key] = array(values);
    }
  }
  void tristate(const char* key, Tristate value) {
    if (value != Tristate::kAbsent) {
      out_[key] = value == Tristate::kTrue;
    }
  }
  template <typename V>
  void container(const char* key, V value) {
    if (!value.empty()) {
      out_[key] = std::move(value);
    }
  }
  template <typename V>
  void value(const char* key, V v) {
    out_[key] = v;
  }
  static json::array array(const std::vector<std::string>& values) {
    json::array a;
    for (const std::string& v : values) {
      a.emplace_back(view(v));
    }
    return a;
  }
  json::object take() { return std::move(out_); }

 private:
  json::object out_;
};

void write_target(Writer& w, const SignInFacts& f) {
  switch (f.target_kind) {
    case TargetKind::kApp:
      w.text("app", f.target);
      break;
    case TargetKind::kUserAction:
      w.value("action", view(f.target));
      break;
    case TargetKind::kAuthContext:
      w.value("context", view(f.target));
      break;
  }
}

json::object device(const DeviceFacts& d) {
  Writer w;
  if (d.registered) {
    w.value("registered", true);
  }
  if (d.reported_lost) {
    w.value("reported_lost", true);
  }
  w.tristate("compliant", d.compliant);
  w.tristate("managed", d.managed);
  w.choice("trust", d.trust, DeviceTrust::kAbsent);
  w.choice("ownership", d.ownership, DeviceOwnership::kAbsent);
  return w.take();
}

void write_session(Writer& w, const SignInFacts& f) {
  json::array completed;
  for (const CompletedMethod& c : f.completed) {
    completed.push_back(
        json::object{{"method", view(name(c.method))}, {"age_s", std::int64_t{c.age_s}}});
  }
  w.container("completed", std::move(completed));
  json::array satisfied;
  for (const auto& s : f.satisfied) {
    json::object o{{"control", view(name(s.kind))}};
    if (!s.name.empty()) {
      o["name"] = view(s.name);
    }
    satisfied.push_back(std::move(o));
  }
  w.container("satisfied", std::move(satisfied));
  if (f.session_age_s) {
    w.value("session_age_s", *f.session_age_s);
  }
  if (f.now_unix_s) {
    w.value("now", *f.now_unix_s);
  }
  json::object strings;
  for (const auto& [key, value] : f.strings) {
    strings[view(key)] = view(value);
  }
  w.container("strings", std::move(strings));
  json::object lists;
  for (const auto& list : f.lists) {
    lists[view(list.name)] = Writer::array(list.values);
  }
  w.container("lists", std::move(lists));
  json::object signals;
  for (const auto& signal : f.signals) {
    json::value& out = signals[view(signal.name)];
    if (const auto* text = std::get_if<std::string>(&signal.value)) {
      out = view(*text);
    } else if (const bool* b = std::get_if<bool>(&signal.value)) {
      out = *b;
    } else {
      out = std::get<std::int64_t>(signal.value);
    }
  }
  w.container("signals", std::move(signals));
}

}  // namespace

std::string to_json(const SignInFacts& f) {
  Writer w;
  w.choice("flow", f.flow, Flow::kSignIn);
  w.text("user", f.user);
  w.choice("user_kind", f.user_kind, UserKind::kMember);
  w.text("external_tenant", f.external_tenant);
  w.texts("groups", f.groups);
  w.texts("roles", f.roles);
  write_target(w, f);
  w.texts("app_groups", f.app_groups);
  w.choice("client", f.client, ClientApp::kUnknown);
  w.choice("platform", f.platform, Platform::kUnknown);
  w.text("ip", f.ip);
  w.text("country", f.country);
  w.choice("sign_in_risk", f.sign_in_risk, Risk::kNone);
  w.choice("user_risk", f.user_risk, Risk::kNone);
  w.choice("service_principal_risk", f.service_principal_risk, Risk::kNone);
  w.choice("insider_risk", f.insider_risk, InsiderRisk::kNone);
  w.choice("transfer_method", f.transfer_method, TransferMethod::kNone);
  w.container("device", device(f.device));
  write_session(w, f);
  return json::serialize(w.take());
}

}  // namespace gate
