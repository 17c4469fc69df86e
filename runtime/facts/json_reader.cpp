#include <fmt/format.h>

#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gate/request_json.hpp>
#include <limits>
#include <optional>

#include "runtime/facts/duplicate_keys.h"

namespace gate {
namespace {

namespace json = boost::json;

// A problem with one place of the document. The first one ends the reading.
Error at(std::string_view path, std::string_view problem) {
  return {ErrorCode::kInvalidArgument, fmt::format("{}: {}", path, problem)};
}

Result<std::string> read_string(const json::value& value, std::string_view path) {
  if (const auto* text = value.if_string()) {
    return std::string(text->data(), text->size());
  }
  return at(path, "must be a string");
}

Result<bool> read_bool(const json::value& value, std::string_view path) {
  if (const bool* truth = value.if_bool()) {
    return *truth;
  }
  return at(path, "must be true or false");
}

Result<std::int64_t> read_int(const json::value& value, std::string_view path) {
  if (const std::int64_t* number = value.if_int64()) {
    return *number;
  }
  return at(path, "must be a whole number of at most 63 bits");
}

Result<std::vector<std::string>> read_strings(const json::value& value, std::string_view path) {
  const auto* array = value.if_array();
  if (array == nullptr) {
    return at(path, "must be an array of strings");
  }
  std::vector<std::string> texts;
  texts.reserve(array->size());
  for (std::size_t i = 0; i < array->size(); ++i) {
    GATE_TRY(auto text, read_string((*array)[i], fmt::format("{}[{}]", path, i)));
    texts.push_back(std::move(text));
  }
  return texts;
}

// Reads an enumeration member by the vocabulary's own parser.
template <typename E, typename Parse>
Result<E> read_enum(const json::value& value, std::string_view path, Parse parse) {
  GATE_TRY(const std::string text, read_string(value, path));
  if (const std::optional<E> member = parse(text)) {
    return *member;
  }
  return at(path, fmt::format("`{}` is not a value of this fact", text));
}

// What stores one key of an object. Returns the Error, or success.
using Setter = Result<void> (*)(SignInFacts&, const json::value&, std::string_view path);
struct Key {
  std::string_view name;
  Setter set;
};

#define GATE_SET(target, reader)                                                            \
  [](SignInFacts& facts, const json::value& value, std::string_view path) -> Result<void> { \
    GATE_TRY(target, reader);                                                               \
    return {};                                                                              \
  }
#define GATE_SET_ENUM(field, Enum, parse) \
  GATE_SET(facts.field, (read_enum<Enum>(value, path, parse)))

Result<void> set_target(SignInFacts& facts, TargetKind kind, const json::value& value,
                        std::string_view path) {
  if (!facts.target.empty()) {
    return at(path, "a request has one of `app`, `action` and `context`");
  }
  GATE_TRY(facts.target, read_string(value, path));
  if (facts.target.empty()) {
    return at(path, "must not be empty");
  }
  facts.target_kind = kind;
  return {};
}

Result<Tristate> read_tristate(const json::value& value, std::string_view path) {
  GATE_TRY(const bool truth, read_bool(value, path));
  return truth ? Tristate::kTrue : Tristate::kFalse;
}

constexpr std::array<Key, 7> kDeviceKeys = {{
    {"registered", GATE_SET(facts.device.registered, read_bool(value, path))},
    {"reported_lost", GATE_SET(facts.device.reported_lost, read_bool(value, path))},
    {"compliant", GATE_SET(facts.device.compliant, read_tristate(value, path))},
    {"managed", GATE_SET(facts.device.managed, read_tristate(value, path))},
    {"trust", GATE_SET_ENUM(device.trust, DeviceTrust, parse_device_trust)},
    {"ownership", GATE_SET_ENUM(device.ownership, DeviceOwnership, parse_device_ownership)},
    {"first_seen_s", GATE_SET(facts.device.first_seen_s, read_int(value, path))},
}};

Result<void> set_device(SignInFacts& facts, const json::value& value, std::string_view path) {
  const auto* object = value.if_object();
  if (object == nullptr) {
    return at(path, "must be an object");
  }
  for (const auto& member : *object) {
    const std::string_view name(member.key().data(), member.key().size());
    const std::string where = fmt::format("{}.{}", path, name);
    const Key* known = nullptr;
    for (const Key& key : kDeviceKeys) {
      known = key.name == name ? &key : known;
    }
    if (known != nullptr) {
      GATE_TRY_VOID(known->set(facts, member.value(), where));
    } else if (member.value().is_array()) {  // "physical_ids": a list attribute
      GATE_TRY(auto values, read_strings(member.value(), where));
      facts.lists.push_back({fmt::format("device.{}", name), std::move(values)});
    } else {  // "model": a string attribute
      GATE_TRY(auto text, read_string(member.value(), where));
      facts.strings.emplace_back(fmt::format("device.{}", name), std::move(text));
    }
  }
  return {};
}

Result<CompletedMethod> read_completed(const json::value& value, std::string_view path) {
  CompletedMethod done;
  if (value.is_string()) {
    GATE_TRY(done.method, read_enum<Method>(value, path, parse_method));
    return done;
  }
  const auto* object = value.if_object();
  if (object == nullptr || !object->contains("method")) {
    return at(path, "must be a method, or an object with `method` and `age_s`");
  }
  for (const auto& member : *object) {
    const std::string_view name(member.key().data(), member.key().size());
    const std::string where = fmt::format("{}.{}", path, name);
    if (name == "method") {
      GATE_TRY(done.method, read_enum<Method>(member.value(), where, parse_method));
    } else if (name == "age_s") {
      GATE_TRY(const std::int64_t age, read_int(member.value(), where));
      if (age < 0 || age > std::numeric_limits<std::uint32_t>::max()) {
        return at(where, "must be a number of seconds from 0 to 4294967295");
      }
      done.age_s = static_cast<std::uint32_t>(age);
    } else {
      return at(where, "unknown key");
    }
  }
  return done;
}

Result<void> set_completed(SignInFacts& facts, const json::value& value, std::string_view path) {
  const auto* array = value.if_array();
  if (array == nullptr) {
    return at(path, "must be an array");
  }
  for (std::size_t i = 0; i < array->size(); ++i) {
    GATE_TRY(const auto done, read_completed((*array)[i], fmt::format("{}[{}]", path, i)));
    facts.completed.push_back(done);
  }
  return {};
}

Result<SignInFacts::OwnedControl> read_control(const json::value& value, std::string_view path) {
  SignInFacts::OwnedControl control;
  if (value.is_string()) {
    GATE_TRY(control.kind, read_enum<ControlKind>(value, path, parse_control_kind));
    return control;
  }
  const auto* object = value.if_object();
  if (object == nullptr || !object->contains("control")) {
    return at(path, "must be a control, or an object with `control` and `name`");
  }
  for (const auto& member : *object) {
    const std::string_view name(member.key().data(), member.key().size());
    const std::string where = fmt::format("{}.{}", path, name);
    if (name == "control") {
      GATE_TRY(control.kind, read_enum<ControlKind>(member.value(), where, parse_control_kind));
    } else if (name == "name") {
      GATE_TRY(control.name, read_string(member.value(), where));
    } else {
      return at(where, "unknown key");
    }
  }
  return control;
}

Result<void> set_satisfied(SignInFacts& facts, const json::value& value, std::string_view path) {
  const auto* array = value.if_array();
  if (array == nullptr) {
    return at(path, "must be an array");
  }
  for (std::size_t i = 0; i < array->size(); ++i) {
    GATE_TRY(auto control, read_control((*array)[i], fmt::format("{}[{}]", path, i)));
    facts.satisfied.push_back(std::move(control));
  }
  return {};
}

Result<void> set_attributes(SignInFacts& facts, const json::value& value, std::string_view path) {
  const auto* object = value.if_object();
  if (object == nullptr) {
    return at(path, "must be an object");
  }
  for (const auto& member : *object) {
    const std::string name(member.key().data(), member.key().size());
    const std::string where = fmt::format("{}.{}", path, name);
    if (member.value().is_array()) {
      GATE_TRY(auto values, read_strings(member.value(), where));
      facts.lists.push_back({name, std::move(values)});
    } else {
      GATE_TRY(auto text, read_string(member.value(), where));
      facts.strings.emplace_back(name, std::move(text));
    }
  }
  return {};
}

Result<void> set_signals(SignInFacts& facts, const json::value& value, std::string_view path) {
  const auto* object = value.if_object();
  if (object == nullptr) {
    return at(path, "must be an object");
  }
  for (const auto& member : *object) {
    SignInFacts::OwnedSignal signal;
    signal.name.assign(member.key().data(), member.key().size());
    const std::string where = fmt::format("{}.{}", path, signal.name);
    if (const bool* truth = member.value().if_bool()) {
      signal.value = *truth;
    } else if (member.value().is_string()) {
      GATE_TRY(signal.value, read_string(member.value(), where));
    } else if (const std::int64_t* number = member.value().if_int64()) {
      signal.value = *number;
    } else {
      return at(where, "must be a whole number, true, false or a string; leave it out if unknown");
    }
    facts.signals.push_back(std::move(signal));
  }
  return {};
}

constexpr Setter kSetApp = [](SignInFacts& f, const json::value& v, std::string_view p) {
  return set_target(f, TargetKind::kApp, v, p);
};
constexpr Setter kSetAction = [](SignInFacts& f, const json::value& v, std::string_view p) {
  return set_target(f, TargetKind::kUserAction, v, p);
};
constexpr Setter kSetContext = [](SignInFacts& f, const json::value& v, std::string_view p) {
  return set_target(f, TargetKind::kAuthContext, v, p);
};

constexpr std::array<Key, 26> kKeys = {{
    {"flow", GATE_SET_ENUM(flow, Flow, parse_flow)},
    {"user", GATE_SET(facts.user, read_string(value, path))},
    {"user_kind", GATE_SET_ENUM(user_kind, UserKind, parse_user_kind)},
    {"external_tenant", GATE_SET(facts.external_tenant, read_string(value, path))},
    {"groups", GATE_SET(facts.groups, read_strings(value, path))},
    {"roles", GATE_SET(facts.roles, read_strings(value, path))},
    {"app", kSetApp},
    {"action", kSetAction},
    {"context", kSetContext},
    {"app_groups", GATE_SET(facts.app_groups, read_strings(value, path))},
    {"client", GATE_SET_ENUM(client, ClientApp, parse_client_app)},
    {"platform", GATE_SET_ENUM(platform, Platform, parse_platform)},
    {"ip", GATE_SET(facts.ip, read_string(value, path))},
    {"country", GATE_SET(facts.country, read_string(value, path))},
    {"sign_in_risk", GATE_SET_ENUM(sign_in_risk, Risk, parse_risk)},
    {"user_risk", GATE_SET_ENUM(user_risk, Risk, parse_risk)},
    {"service_principal_risk", GATE_SET_ENUM(service_principal_risk, Risk, parse_risk)},
    {"insider_risk", GATE_SET_ENUM(insider_risk, InsiderRisk, parse_insider_risk)},
    {"transfer_method", GATE_SET_ENUM(transfer_method, TransferMethod, parse_transfer_method)},
    {"device", set_device},
    {"completed", set_completed},
    {"satisfied", set_satisfied},
    {"session_age_s", GATE_SET(facts.session_age_s, read_int(value, path))},
    {"now_unix_s", GATE_SET(facts.now_unix_s, read_int(value, path))},
    {"attributes", set_attributes},
    {"signals", set_signals},
}};

Result<SignInFacts> read_document(const json::value& document) {
  const auto* object = document.if_object();
  if (object == nullptr) {
    return at("$", "must be an object");
  }
  SignInFacts facts;
  for (const auto& member : *object) {
    const std::string_view name(member.key().data(), member.key().size());
    const Key* known = nullptr;
    for (const Key& key : kKeys) {
      known = key.name == name ? &key : known;
    }
    const std::string path = fmt::format("$.{}", name);
    if (known == nullptr) {
      return at(path, "unknown key");
    }
    GATE_TRY_VOID(known->set(facts, member.value(), path));
  }
  return facts;
}

}  // namespace

Result<SignInFacts> parse_sign_in_json(std::string_view text) {
  if (text.size() > kRequestJsonBytesMax) {
    return Error{ErrorCode::kLimitExceeded,
                 fmt::format("$: a request is at most {} bytes, this one has {}",
                             kRequestJsonBytesMax, text.size())};
  }
  json::error_code error;
  const json::value document = json::parse({text.data(), text.size()}, error);  // depth: 32
  if (error) {
    return at("$", fmt::format("not JSON: {}", error.message()));
  }
  if (const auto duplicate = facts::first_duplicate_key(text)) {
    return at(*duplicate, "stands twice");
  }
  return read_document(document);
}

}  // namespace gate
