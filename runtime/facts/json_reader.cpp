#include "runtime/facts/json_reader.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <gate/request_json.hpp>
#include <limits>

namespace gate::facts {
namespace dom = simdjson::dom;

namespace {

/// "C1": a context is spelled "c1", and another spelling would be one that no policy speaks of.
bool is_misspelt_context(std::string_view id) {
  return id.size() > 1 && id.front() == 'C' &&
         id.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

}  // namespace

bool RequestReader::target(TargetKind kind, const Element& value, const JsonPath& path) {
  if (!request_.target.empty()) {
    return fail(path, "a request has one of `app`, `action` and `context`");
  }
  if (!text(value, path, request_.target)) {
    return false;
  }
  request_.target_kind = kind;
  if (kind == TargetKind::kAuthContext && is_misspelt_context(request_.target)) {
    return fail(path, "contexts are spelled in lower case, c1 to c99");
  }
  return !request_.target.empty() || fail(path, "must not be empty");
}

std::string_view RequestReader::device_name(std::string_view name) {
  constexpr std::string_view kPrefix = "device.";
  char* const begin = names_.get() + names_used_;
  std::memcpy(begin, kPrefix.data(), kPrefix.size());
  std::memcpy(begin + kPrefix.size(), name.data(), name.size());
  names_used_ += kPrefix.size() + name.size();
  return {begin, kPrefix.size() + name.size()};
}

bool RequestReader::attribute(std::string_view name, const Element& value, const JsonPath& path) {
  if (value.is_array()) {
    lists_.push_back({name, {}});
    list_ends_.push_back(0);
    const bool fine = texts(value, path, list_values_);
    list_ends_.back() = list_values_.size();
    return fine;
  }
  return text(value, path, strings_.emplace_back(StringFact{name, {}}).value);
}

bool RequestReader::device(const Element& value, const JsonPath& path) {
  DeviceFacts& d = request_.device;
  return members(value, path, [&](std::string_view key, const Element& v, const JsonPath& p) {
    if (key == "registered") {
      return truth(v, p, d.registered);
    }
    if (key == "reported_lost") {
      return truth(v, p, d.reported_lost);
    }
    if (key == "compliant") {
      return tristate(v, p, d.compliant);
    }
    if (key == "managed") {
      return tristate(v, p, d.managed);
    }
    if (key == "trust") {
      return enumerator(v, p, parse_device_trust, d.trust);
    }
    if (key == "ownership") {
      return enumerator(v, p, parse_device_ownership, d.ownership);
    }
    if (key == "first_seen_s") {
      return number(v, p, d.first_seen_s);
    }
    return attribute(device_name(key), v, p);  // "model": a text; "physical_ids": a list
  });
}

bool RequestReader::completed(const Element& value, const JsonPath& path) {
  CompletedMethod& done = completed_.emplace_back();
  if (value.is_string()) {
    return enumerator(value, path, parse_method, done.method);
  }
  bool named = false;
  const auto member = [&](std::string_view key, const Element& v, const JsonPath& p) {
    if (key == "method") {
      named = true;
      return enumerator(v, p, parse_method, done.method);
    }
    if (key != "age_s") {
      return fail(p, "unknown key");
    }
    std::optional<std::int64_t> age;
    if (!number(v, p, age)) {
      return false;
    }
    if (*age < 0 || *age > std::numeric_limits<std::uint32_t>::max()) {
      return fail(p, "must be a number of seconds from 0 to 4294967295");
    }
    done.age_s = static_cast<std::uint32_t>(*age);
    return true;
  };
  if (!has_member(value, "method")) {
    return fail(path, "must be a method, or an object with `method` and `age_s`");
  }
  return members(value, path, member) && named;
}

bool RequestReader::satisfied(const Element& value, const JsonPath& path) {
  SatisfiedControl& control = satisfied_.emplace_back();
  if (value.is_string()) {
    return enumerator(value, path, parse_control_kind, control.kind);
  }
  if (!has_member(value, "control")) {
    return fail(path, "must be a control, or an object with `control` and `name`");
  }
  return members(value, path, [&](std::string_view key, const Element& v, const JsonPath& p) {
    if (key == "control") {
      return enumerator(v, p, parse_control_kind, control.kind);
    }
    return key == "name" ? text(v, p, control.name) : fail(p, "unknown key");
  });
}

bool RequestReader::signal(std::string_view name, const Element& value, const JsonPath& path) {
  SignalFact& signal = signals_.emplace_back();
  signal.name = name;
  if (bool yes = false; value.get_bool().get(yes) == simdjson::SUCCESS) {
    signal.value = yes;
    return true;
  }
  if (value.is_string()) {
    std::string_view word;
    const bool fine = text(value, path, word);
    signal.value = word;
    return fine;
  }
  if (value.is_int64()) {
    signal.value = value.get_int64().value_unsafe();
    return true;
  }
  return fail(path, "must be a whole number, true, false or a string; leave it out if unknown");
}

#define GATE_READS(expression) \
  [](RequestReader& r, const Element& v, const JsonPath& p) -> bool { return expression; }

/// In the order in which documents are written: the search for a key begins behind the last one.
struct RequestReader::Key {
  std::string_view name;
  bool (*read)(RequestReader& reader, const Element& value, const JsonPath& path);
};
const std::array<RequestReader::Key, 27> RequestReader::kKeys = {{
    {"flow", GATE_READS(r.enumerator(v, p, parse_flow, r.request_.flow))},
    {"user", GATE_READS(r.text(v, p, r.request_.user))},
    {"user_kind", GATE_READS(r.enumerator(v, p, parse_user_kind, r.request_.user_kind))},
    {"external_tenant", GATE_READS(r.text(v, p, r.request_.external_tenant))},
    {"groups", GATE_READS(r.texts(v, p, r.groups_))},
    {"roles", GATE_READS(r.texts(v, p, r.roles_))},
    {"app", GATE_READS(r.target(TargetKind::kApp, v, p))},
    {"action", GATE_READS(r.target(TargetKind::kUserAction, v, p))},
    {"context", GATE_READS(r.target(TargetKind::kAuthContext, v, p))},
    {"app_groups", GATE_READS(r.texts(v, p, r.app_groups_))},
    {"client", GATE_READS(r.enumerator(v, p, parse_client_app, r.request_.client))},
    {"platform", GATE_READS(r.enumerator(v, p, parse_platform, r.request_.platform))},
    {"ip", GATE_READS(r.text(v, p, r.request_.ip))},
    {"country", GATE_READS(r.text(v, p, r.request_.country))},
    {"sign_in_risk", GATE_READS(r.enumerator(v, p, parse_risk, r.request_.sign_in_risk))},
    {"user_risk", GATE_READS(r.enumerator(v, p, parse_risk, r.request_.user_risk))},
    {"service_principal_risk",
     GATE_READS(r.enumerator(v, p, parse_risk, r.request_.service_principal_risk))},
    {"insider_risk", GATE_READS(r.enumerator(v, p, parse_insider_risk, r.request_.insider_risk))},
    {"transfer_method",
     GATE_READS(r.enumerator(v, p, parse_transfer_method, r.request_.transfer_method))},
    {"original_transfer_method",
     GATE_READS(r.enumerator(v, p, parse_transfer_method, r.request_.original_transfer_method))},
    {"device", GATE_READS(r.device(v, p))},
    {"completed",
     GATE_READS(r.elements(
         v, p, [&r](const Element& e, const JsonPath& at) { return r.completed(e, at); }))},
    {"satisfied",
     GATE_READS(r.elements(
         v, p, [&r](const Element& e, const JsonPath& at) { return r.satisfied(e, at); }))},
    {"session_age_s", GATE_READS(r.number(v, p, r.request_.session_age_s))},
    {"now_unix_s", GATE_READS(r.number(v, p, r.request_.now_unix_s))},
    {"attributes",
     GATE_READS(r.members(v, p,
                          [&r](std::string_view k, const Element& e, const JsonPath& at) {
                            return r.attribute(k, e, at);
                          }))},
    {"signals", GATE_READS(r.members(v, p,
                                     [&r](std::string_view k, const Element& e,
                                          const JsonPath& at) { return r.signal(k, e, at); }))},
}};
#undef GATE_READS

void RequestReader::start(std::size_t bytes) {
  request_ = SignInRequest{};
  for (auto* texts : {&groups_, &roles_, &app_groups_, &list_values_, &keys_}) {
    texts->clear();
  }
  completed_.clear();
  satisfied_.clear();
  strings_.clear();
  lists_.clear();
  list_ends_.clear();
  signals_.clear();
  // A key of an attribute takes five bytes of the document beside its name; "device." has seven.
  const std::size_t room = 3 * bytes + 16;
  if (names_room_ < room) {
    names_ = std::make_unique_for_overwrite<char[]>(room);
    names_room_ = room;
  }
  names_used_ = 0;
}

void RequestReader::finish() {
  request_.groups = groups_;
  request_.roles = roles_;
  request_.app_groups = app_groups_;
  request_.completed = completed_;
  request_.satisfied = satisfied_;
  request_.strings = strings_;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < lists_.size(); ++i) {
    lists_[i].values = std::span(list_values_).subspan(begin, list_ends_[i] - begin);
    begin = list_ends_[i];
  }
  request_.lists = lists_;
  request_.signals = signals_;
}

Result<const SignInRequest*> RequestReader::read(std::string_view json) {
  if (json.size() > kRequestJsonBytesMax) {
    return Error{ErrorCode::kLimitExceeded,
                 fmt::format("$: a request is at most {} bytes, this one has {}",
                             kRequestJsonBytesMax, json.size())};
  }
  start(json.size());
  const JsonDocument::Answer document = document_.parse(json);
  if (document.problem != nullptr) {
    fail(JsonPath(), fmt::format("not JSON: {}", document.problem));
    return std::move(error_);
  }
  return read(document.root);
}

Result<const SignInRequest*> RequestReader::read_element(const Element& root, std::size_t bytes) {
  start(bytes);
  document_.expect_escapes();
  return read(root);
}

Result<const SignInRequest*> RequestReader::read(const Element& root) {
  const JsonPath top;
  dom::object object;
  if (root.get_object().get(object) != simdjson::SUCCESS) {
    fail(top, "must be an object");
    return std::move(error_);
  }
  std::uint32_t seen = 0;  // of kKeys: cheaper than to compare keys with each other
  std::size_t next = 0;
  for (const dom::key_value_pair& member : object) {
    const JsonPath path(top, member.key);
    std::size_t tried = 0;
    while (tried < kKeys.size() && kKeys[next].name != member.key) {
      next = next + 1 == kKeys.size() ? 0 : next + 1;
      ++tried;
    }
    if (tried == kKeys.size()) {
      document_.is_text(member.key) ? fail(path, "unknown key")
                                    : fail(top, "not JSON: half of a surrogate pair");
      return std::move(error_);
    }
    const std::uint32_t bit = std::uint32_t{1} << next;
    if ((seen & bit) != 0) {
      fail(path, "stands twice");
      return std::move(error_);
    }
    seen |= bit;
    if (!kKeys[next].read(*this, Element(member.value), path)) {
      return std::move(error_);
    }
    next = next + 1 == kKeys.size() ? 0 : next + 1;
  }
  finish();
  return &request_;
}

}  // namespace gate::facts
