#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gate/request_json.hpp>

#include "runtime/facts/duplicate_keys.h"

namespace gate {
namespace {

namespace json = boost::json;

std::string_view view(const json::string& s) {
  return {s.data(), s.size()};
}
std::string_view view(json::string_view s) {
  return {s.data(), s.size()};
}

/// Reads one document; the first fault, with the path to it, ends the reading.
class Reader {
 public:
  Result<SignInFacts> run(const json::value& document) {
    object(document, "$",
           [this](std::string_view key, const json::value& v, const std::string& path) {
             member(key, v, path);
           });
    if (!fault_.empty()) {
      return Error{ErrorCode::kInvalidArgument, fault_};
    }
    return std::move(f_);
  }

 private:
  void fail(const std::string& path, std::string_view what) {
    if (fault_.empty()) {
      fault_ = path + ": " + std::string(what);
    }
  }

  template <typename F>
  void object(const json::value& v, const std::string& path, F each) {
    const json::object* o = v.if_object();
    if (o == nullptr) {
      fail(path, "expected an object");
      return;
    }
    for (const auto& entry : *o) {
      if (!fault_.empty()) {
        return;
      }
      each(view(entry.key()), entry.value(), path + "." + std::string(view(entry.key())));
    }
  }
  template <typename F>
  void array(const json::value& v, const std::string& path, F each) {
    const json::array* a = v.if_array();
    if (a == nullptr) {
      fail(path, "expected an array");
      return;
    }
    for (std::size_t i = 0; i < a->size() && fault_.empty(); ++i) {
      each((*a)[i], path + "[" + std::to_string(i) + "]");
    }
  }
  void text(const json::value& v, const std::string& path, std::string& out) {
    if (const json::string* s = v.if_string()) {
      out = view(*s);
    } else {
      fail(path, "expected a string");
    }
  }
  void texts(const json::value& v, const std::string& path, std::vector<std::string>& out) {
    array(v, path, [this, &out](const json::value& element, const std::string& at) {
      text(element, at, out.emplace_back());
    });
  }
  void boolean(const json::value& v, const std::string& path, bool& out) {
    if (const bool* b = v.if_bool()) {
      out = *b;
    } else {
      fail(path, "expected true or false");
    }
  }
  void tristate(const json::value& v, const std::string& path, Tristate& out) {
    bool b = false;
    boolean(v, path, b);
    out = b ? Tristate::kTrue : Tristate::kFalse;
  }
  std::int64_t integer(const json::value& v, const std::string& path, std::int64_t min,
                       std::int64_t max) {
    const std::int64_t* i = v.if_int64();
    if (i == nullptr) {
      fail(path, "expected an integer");
      return 0;
    }
    if (*i < min || *i > max) {
      fail(path, "the integer is out of range");
      return 0;
    }
    return *i;
  }
  template <typename E>
  void choice(const json::value& v, const std::string& path, E& out,
              std::optional<E> (*parse)(std::string_view) noexcept) {
    const json::string* s = v.if_string();
    const std::optional<E> found = s == nullptr ? std::nullopt : parse(view(*s));
    if (found) {
      out = *found;
    } else {
      fail(path, s == nullptr ? "expected a string"
                              : "\"" + std::string(view(*s)) + "\" is not one of its values");
    }
  }

  void target(TargetKind kind, const json::value& v, const std::string& path) {
    if (has_target_) {
      fail(path, "a sign-in has one of app, action and context");
    }
    has_target_ = true;
    f_.target_kind = kind;
    text(v, path, f_.target);
  }

  void member(std::string_view key, const json::value& v, const std::string& path) {
    if (who_and_what(key, v, path) || circumstances(key, v, path) || session(key, v, path)) {
      return;
    }
    fail(path, "unknown key");
  }

  bool who_and_what(std::string_view key, const json::value& v, const std::string& path) {
    if (key == "flow") {
      choice(v, path, f_.flow, parse_flow);
    } else if (key == "user") {
      text(v, path, f_.user);
    } else if (key == "user_kind") {
      choice(v, path, f_.user_kind, parse_user_kind);
    } else if (key == "external_tenant") {
      text(v, path, f_.external_tenant);
    } else if (key == "groups") {
      texts(v, path, f_.groups);
    } else if (key == "roles") {
      texts(v, path, f_.roles);
    } else if (key == "app") {
      target(TargetKind::kApp, v, path);
    } else if (key == "action") {
      target(TargetKind::kUserAction, v, path);
    } else if (key == "context") {
      target(TargetKind::kAuthContext, v, path);
    } else if (key == "app_groups") {
      texts(v, path, f_.app_groups);
    } else {
      return false;
    }
    return true;
  }

  bool circumstances(std::string_view key, const json::value& v, const std::string& path) {
    if (key == "client") {
      choice(v, path, f_.client, parse_client_app);
    } else if (key == "platform") {
      choice(v, path, f_.platform, parse_platform);
    } else if (key == "ip") {
      text(v, path, f_.ip);
    } else if (key == "country") {
      text(v, path, f_.country);
    } else if (key == "sign_in_risk") {
      choice(v, path, f_.sign_in_risk, parse_risk);
    } else if (key == "user_risk") {
      choice(v, path, f_.user_risk, parse_risk);
    } else if (key == "service_principal_risk") {
      choice(v, path, f_.service_principal_risk, parse_risk);
    } else if (key == "insider_risk") {
      choice(v, path, f_.insider_risk, parse_insider_risk);
    } else if (key == "transfer_method") {
      choice(v, path, f_.transfer_method, parse_transfer_method);
    } else if (key == "device") {
      object(v, path, [this](std::string_view k, const json::value& value, const std::string& at) {
        device(k, value, at);
      });
    } else {
      return false;
    }
    return true;
  }

  void device(std::string_view key, const json::value& v, const std::string& path) {
    if (key == "registered") {
      boolean(v, path, f_.device.registered);
    } else if (key == "reported_lost") {
      boolean(v, path, f_.device.reported_lost);
    } else if (key == "compliant") {
      tristate(v, path, f_.device.compliant);
    } else if (key == "managed") {
      tristate(v, path, f_.device.managed);
    } else if (key == "trust") {
      choice(v, path, f_.device.trust, parse_device_trust);
    } else if (key == "ownership") {
      choice(v, path, f_.device.ownership, parse_device_ownership);
    } else {
      fail(path, "unknown key");
    }
  }

  bool session(std::string_view key, const json::value& v, const std::string& path) {
    if (key == "completed") {
      array(v, path, [this](const json::value& e, const std::string& at) { completed(e, at); });
    } else if (key == "satisfied") {
      array(v, path, [this](const json::value& e, const std::string& at) { satisfied(e, at); });
    } else if (key == "session_age_s") {
      f_.session_age_s = integer(v, path, 0, INT64_MAX);
    } else if (key == "now") {
      f_.now_unix_s = integer(v, path, kNowMin, kNowMax);
    } else if (key == "strings") {
      object(v, path, [this](std::string_view k, const json::value& e, const std::string& at) {
        text(e, at, f_.strings.emplace_back(k, "").second);
      });
    } else if (key == "lists") {
      object(v, path, [this](std::string_view k, const json::value& e, const std::string& at) {
        texts(e, at, f_.lists.emplace_back(SignInFacts::OwnedList{std::string(k), {}}).values);
      });
    } else if (key == "signals") {
      object(v, path, [this](std::string_view k, const json::value& e, const std::string& at) {
        signal(k, e, at);
      });
    } else {
      return false;
    }
    return true;
  }

  void completed(const json::value& v, const std::string& path) {
    CompletedMethod& c = f_.completed.emplace_back();
    if (v.is_string()) {
      choice(v, path, c.method, parse_method);
      return;
    }
    bool named = false;
    object(v, path, [&](std::string_view key, const json::value& e, const std::string& at) {
      if (key == "method") {
        named = true;
        choice(e, at, c.method, parse_method);
      } else if (key == "age_s") {
        c.age_s = static_cast<std::uint32_t>(integer(e, at, 0, UINT32_MAX));
      } else {
        fail(at, "unknown key");
      }
    });
    if (!named) {
      fail(path, "expected a key \"method\"");
    }
  }

  void satisfied(const json::value& v, const std::string& path) {
    SignInFacts::OwnedControl& c = f_.satisfied.emplace_back();
    if (v.is_string()) {
      choice(v, path, c.kind, parse_control_kind);
      return;
    }
    bool named = false;
    object(v, path, [&](std::string_view key, const json::value& e, const std::string& at) {
      if (key == "control") {
        named = true;
        choice(e, at, c.kind, parse_control_kind);
      } else if (key == "name") {
        text(e, at, c.name);
      } else {
        fail(at, "unknown key");
      }
    });
    if (!named) {
      fail(path, "expected a key \"control\"");
    }
  }

  void signal(std::string_view key, const json::value& v, const std::string& path) {
    SignInFacts::OwnedSignal& s = f_.signals.emplace_back();
    s.name = key;
    if (const bool* b = v.if_bool()) {
      s.value = *b;
    } else if (const json::string* text = v.if_string()) {
      s.value = std::string(view(*text));
    } else if (v.is_int64()) {
      s.value = v.get_int64();
    } else {
      fail(path, "a signal is an integer, true, false or a string");
    }
  }

  SignInFacts f_;
  bool has_target_ = false;
  std::string fault_;
};

}  // namespace

Result<SignInFacts> parse_sign_in_json(std::string_view text) {
  if (text.size() > kRequestJsonBytesMax) {
    return Error{ErrorCode::kInvalidArgument,
                 "$: the document has " + std::to_string(text.size()) + " bytes, " +
                     std::to_string(kRequestJsonBytesMax) + " are allowed"};
  }
  if (const auto fault = facts::find_json_fault(text)) {
    return Error{ErrorCode::kInvalidArgument, "$: " + *fault};
  }
  json::error_code ec;
  const json::value document = json::parse({text.data(), text.size()}, ec);
  if (ec) {
    return Error{ErrorCode::kInvalidArgument, "$: not JSON: " + ec.message()};
  }
  return Reader().run(document);
}

}  // namespace gate
