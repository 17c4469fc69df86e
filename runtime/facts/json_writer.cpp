#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <gate/request_json.hpp>

namespace gate {
namespace {

namespace json = boost::json;

void put(json::object& out, std::string_view key, std::string_view text) {
  if (!text.empty()) {
    out[{key.data(), key.size()}] = json::string_view(text.data(), text.size());
  }
}

// Enumerators are written unless they are what an absent fact means anyway.
template <typename E>
void put_enum(json::object& out, std::string_view key, E value, E absent) {
  if (value != absent) {
    put(out, key, name(value));
  }
}

void put_strings(json::object& out, std::string_view key, const std::vector<std::string>& texts) {
  if (!texts.empty()) {
    out[{key.data(), key.size()}] = json::array(texts.begin(), texts.end());
  }
}

void put_tristate(json::object& out, std::string_view key, Tristate value) {
  if (value != Tristate::kAbsent) {
    out[{key.data(), key.size()}] = value == Tristate::kTrue;
  }
}

json::object device_object(const DeviceFacts& device) {
  json::object out;
  if (device.registered) {
    out["registered"] = true;
  }
  if (device.reported_lost) {
    out["reported_lost"] = true;
  }
  put_tristate(out, "compliant", device.compliant);
  put_tristate(out, "managed", device.managed);
  put_enum(out, "trust", device.trust, DeviceTrust::kAbsent);
  put_enum(out, "ownership", device.ownership, DeviceOwnership::kAbsent);
  if (device.first_seen_s) {
    out["first_seen_s"] = *device.first_seen_s;
  }
  return out;
}

json::array completed_array(const SignInFacts& facts) {
  json::array out;
  for (const CompletedMethod& done : facts.completed) {
    const std::string_view method = name(done.method);
    const json::string_view word(method.data(), method.size());
    if (done.age_s == CompletedMethod::kAgeUnknown) {
      out.push_back(json::string(word));
    } else {
      out.push_back(json::object{{"method", word}, {"age_s", done.age_s}});
    }
  }
  return out;
}

json::array satisfied_array(const SignInFacts& facts) {
  json::array out;
  for (const auto& control : facts.satisfied) {
    json::object entry;
    put(entry, "control", name(control.kind));
    put(entry, "name", control.name);
    out.push_back(std::move(entry));
  }
  return out;
}

void put_target(json::object& out, const SignInFacts& facts) {
  switch (facts.target_kind) {
    case TargetKind::kApp:
      put(out, "app", facts.target);
      return;
    case TargetKind::kUserAction:
      put(out, "action", facts.target);
      return;
    case TargetKind::kAuthContext:
      put(out, "context", facts.target);
      return;
  }
}

void put_open_facts(json::object& out, const SignInFacts& facts) {
  json::object attributes;
  for (const auto& [key, value] : facts.strings) {
    attributes.emplace(key, value);  // of a name given twice the first counts, as in decisions
  }
  for (const auto& list : facts.lists) {
    attributes.emplace(list.name, json::array(list.values.begin(), list.values.end()));
  }
  if (!attributes.empty()) {
    out["attributes"] = std::move(attributes);
  }
  json::object signals;
  for (const auto& signal : facts.signals) {
    const json::value value =
        std::visit([](const auto& each) { return json::value(each); }, signal.value);
    auto& told = signals.emplace(signal.name, value).first->value();
    if (told.kind() != value.kind()) {
      told = value;  // the wrong type, of whichever, has the sign-in refused
    }
  }
  if (!signals.empty()) {
    out["signals"] = std::move(signals);
  }
}

}  // namespace

std::string to_json(const SignInFacts& facts) {
  json::object out;
  put_enum(out, "flow", facts.flow, Flow::kSignIn);
  put(out, "user", facts.user);
  put_enum(out, "user_kind", facts.user_kind, UserKind::kMember);
  put(out, "external_tenant", facts.external_tenant);
  put_strings(out, "groups", facts.groups);
  put_strings(out, "roles", facts.roles);
  put_target(out, facts);
  put_strings(out, "app_groups", facts.app_groups);
  put_enum(out, "client", facts.client, ClientApp::kUnknown);
  put_enum(out, "platform", facts.platform, Platform::kUnknown);
  put(out, "ip", facts.ip);
  put(out, "country", facts.country);
  put_enum(out, "sign_in_risk", facts.sign_in_risk, Risk::kNone);
  put_enum(out, "user_risk", facts.user_risk, Risk::kNone);
  put_enum(out, "service_principal_risk", facts.service_principal_risk, Risk::kNone);
  put_enum(out, "insider_risk", facts.insider_risk, InsiderRisk::kNone);
  put_enum(out, "transfer_method", facts.transfer_method, TransferMethod::kNone);
  put_enum(out, "original_transfer_method", facts.original_transfer_method, TransferMethod::kNone);
  if (auto device = device_object(facts.device); !device.empty()) {
    out["device"] = std::move(device);
  }
  if (!facts.completed.empty()) {
    out["completed"] = completed_array(facts);
  }
  if (!facts.satisfied.empty()) {
    out["satisfied"] = satisfied_array(facts);
  }
  if (facts.session_age_s) {
    out["session_age_s"] = *facts.session_age_s;
  }
  if (facts.now_unix_s) {
    out["now_unix_s"] = *facts.now_unix_s;
  }
  put_open_facts(out, facts);
  return json::serialize(out);
}

}  // namespace gate
