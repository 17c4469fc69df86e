#include "compiler/cli/sign_in_options.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <chrono>
#include <gate/request_json.hpp>
#include <optional>

#include "compiler/cli/console.h"
#include "compiler/cli/files.h"
#include "compiler/cli/set_declarations.h"
#include "compiler/diagnostics/suggest.h"
#include "compiler/sema/fact_schema.h"
#include "runtime/ir/program.h"

namespace gate::cli {
namespace {

namespace json = boost::json;
using Flag = SignInOptions::Flag;
using Kind = Flag::Kind;

Error wrong(const Flag& flag, std::string_view problem) {
  return {ErrorCode::kInvalidArgument, fmt::format("{}: {}", flag.name, problem)};
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

/// "90s", "15m", "4h", "7d", or seconds.
std::optional<std::int64_t> duration(std::string_view text) {
  constexpr std::int64_t kSecondsMax = 3650LL * 86'400;
  std::int64_t unit = 1;
  if (!text.empty()) {
    const std::string_view letters = "smhd";
    constexpr std::int64_t kUnits[] = {1, 60, 3'600, 86'400};
    if (const std::size_t at = letters.find(text.back()); at != std::string_view::npos) {
      unit = kUnits[at];
      text.remove_suffix(1);
    }
  }
  const auto count = whole_number(text);
  if (!count || *count < 0 || *count > kSecondsMax / unit) {
    return std::nullopt;
  }
  return *count * unit;
}

/// "2026-11-25T10:00:00Z" (seconds may be left out), or seconds since 1970.
std::optional<std::int64_t> instant(std::string_view text) {
  if (const auto seconds = whole_number(text)) {
    return seconds;
  }
  if (text.ends_with('Z')) {
    text.remove_suffix(1);
  }
  if ((text.size() != 16 && text.size() != 19) || text[4] != '-' || text[7] != '-' ||
      (text[10] != 'T' && text[10] != ' ') || text[13] != ':' ||
      (text.size() == 19 && text[16] != ':')) {
    return std::nullopt;
  }
  const auto part = [&](std::size_t at, std::size_t size) {
    return whole_number(text.substr(at, size)).value_or(-1);
  };
  using namespace std::chrono;
  const year_month_day date{year(static_cast<int>(part(0, 4))),
                            month(static_cast<unsigned>(part(5, 2))),
                            day(static_cast<unsigned>(part(8, 2)))};
  const std::int64_t hour = part(11, 2);
  const std::int64_t minute = part(14, 2);
  const std::int64_t second = text.size() == 19 ? part(17, 2) : 0;
  if (!date.ok() || part(0, 4) < 1 || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
      second < 0 || second > 59) {
    return std::nullopt;
  }
  return sys_days(date).time_since_epoch().count() * 86'400LL + hour * 3'600 + minute * 60 + second;
}

struct Pair {
  std::string_view name;
  std::optional<std::string_view> value;
};
Pair split_pair(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) {
    return {text, std::nullopt};
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

/// `--completed password,sms_otp` is `--completed password --completed sms_otp`.
std::vector<std::string> split_at_commas(const std::vector<std::string>& values) {
  std::vector<std::string> out;
  for (const std::string& value : values) {
    std::size_t begin = 0;
    for (std::size_t comma = 0; comma != std::string::npos; begin = comma + 1) {
      comma = value.find(',', begin);
      out.push_back(value.substr(begin, comma - begin));
    }
  }
  return out;
}

/// Fills the JSON request flag by flag.
class RequestBuilder {
 public:
  RequestBuilder(json::object request, const SetDeclarations& set)
      : request_(std::move(request)), set_(&set) {}

  Result<void> add(const Flag& flag) {
    if (flag.values.empty() && flag.value.empty()) {
      return {};
    }
    if (flag.key == "app" || flag.key == "action" || flag.key == "context") {
      take_over_target(flag.key);
    }
    switch (flag.kind) {
      case Kind::kText:
      case Kind::kWord:
        place(flag, json::string(flag.value));
        return {};
      case Kind::kList:
        place(flag, array_of(flag.values));
        return {};
      case Kind::kBoolean:
        place(flag, flag.value == "true");
        return {};
      case Kind::kContext:
        return add_context(flag);
      case Kind::kCompleted:
        return add_completed(flag);
      case Kind::kControl:
        return add_controls(flag);
      case Kind::kDuration:
        return add_number(flag, duration(flag.value),
                          "is not a duration; write 90s, 15m, 4h or 7d");
      case Kind::kInstant:
        return add_number(flag, instant(flag.value),
                          "is not a moment; write it as 2026-11-25T10:00:00Z");
      case Kind::kPair:
        return add_pairs(flag);
      case Kind::kSignal:
        return add_signals(flag);
    }
    return {};
  }

  [[nodiscard]] std::string text() const { return json::serialize(request_); }

 private:
  void place(const Flag& flag, json::value value) {
    if (flag.parent.empty()) {
      request_[flag.key] = std::move(value);
      return;
    }
    json::object& parent = object(flag.parent);
    parent[flag.key] = std::move(value);
    // Attributes come from a registered device unless the caller says otherwise.
    if (flag.key != "registered" && flag.key != "reported_lost" && flag.key != "first_seen_s" &&
        !parent.contains("registered")) {
      parent["registered"] = true;
    }
  }
  static json::array array_of(const std::vector<std::string>& texts) {
    json::array out;
    for (const std::string& text : texts) {
      out.emplace_back(text);
    }
    return out;
  }
  json::object& object(std::string_view key) {
    json::value& value = request_[key];
    if (!value.is_object()) {
      value = json::object();
    }
    return value.get_object();
  }
  /// One of app, action and context: what the document said gives way to the option.
  void take_over_target(std::string_view key) {
    for (const char* other : {"app", "action", "context"}) {
      if (other != key && !targets_given_) {
        request_.erase(other);
      }
    }
    targets_given_ = true;
  }

  Result<void> add_context(const Flag& flag) {
    const auto named = set_->contexts.find(flag.value);
    if (named != set_->contexts.end()) {
      place(flag, json::string(named->second));
      return {};
    }
    std::vector<std::string_view> known;
    for (const auto& [name, id] : set_->contexts) {
      if (id == flag.value) {
        place(flag, json::string(id));
        return {};
      }
      known.push_back(name);
    }
    return wrong(flag, unknown("context", flag.value, known));
  }

  Result<void> add_completed(const Flag& flag) {
    json::array out;
    for (const std::string& each : split_at_commas(flag.values)) {
      const Pair pair = split_pair(each);
      if (!parse_method(pair.name)) {
        std::vector<std::string> words;
        for (std::size_t i = 0; i < kMethodCount; ++i) {
          words.emplace_back(name(static_cast<Method>(i)));
        }
        return wrong(flag, not_one_of(pair.name, words));
      }
      const auto age = duration(pair.value.value_or("0"));
      if (!age || *age > 0xFFFF'FFFFLL) {
        return wrong(flag,
                     fmt::format("`{}` is not an age; write 90s, 15m, 4h or 7d", *pair.value));
      }
      out.push_back(json::object{{"method", pair.name}, {"age_s", *age}});
    }
    place(flag, std::move(out));
    return {};
  }

  Result<void> add_controls(const Flag& flag) {
    json::array out;
    for (const std::string& each : flag.values) {
      const Pair pair = split_pair(each);
      if (!parse_control_kind(pair.name)) {
        std::vector<std::string> words;
        for (std::size_t i = 0; i < kControlKindCount; ++i) {
          words.emplace_back(name(static_cast<ControlKind>(i)));
        }
        return wrong(flag, not_one_of(pair.name, words));
      }
      json::object control{{"control", pair.name}};
      if (pair.value) {
        control["name"] = *pair.value;
      }
      out.push_back(std::move(control));
    }
    place(flag, std::move(out));
    return {};
  }

  Result<void> add_number(const Flag& flag, std::optional<std::int64_t> value,
                          std::string_view problem) {
    if (!value) {
      return wrong(flag, fmt::format("`{}` {}", flag.value, problem));
    }
    place(flag, *value);
    return {};
  }

  Result<void> add_pairs(const Flag& flag) {
    for (const std::string& each : flag.values) {
      const Pair pair = split_pair(each);
      if (!pair.value || pair.name.empty()) {
        return wrong(flag, fmt::format("`{}` is not written as NAME=VALUE", each));
      }
      GATE_TRY_VOID(add_attribute(flag, pair.name, *pair.value));
    }
    return {};
  }

  /// Of an attribute that is a list, each mention and each comma gives one element.
  Result<void> add_attribute(const Flag& flag, std::string_view name, std::string_view value) {
    const auto fact = compiler::sema::find_fact(name);
    const bool list = is_list(name);
    const bool text = fact && (fact->info->type == compiler::sema::FactType::kText);
    if (!list && !text && !is_presented(name)) {
      return wrong(flag,
                   fmt::format("`{}` is no attribute that policies or controls look at", name));
    }
    json::value& into = object(flag.key)[name];
    const bool several = fact && compiler::sema::may_hold_several(fact->info->id);
    if (!list && (!several || into.is_null())) {
      into = json::string(value);
      return {};
    }
    if (several && into.is_string()) {  // mentioned again: another value
      into = json::array{into};
    }
    if (several) {
      into.get_array().emplace_back(value);
      return {};
    }
    if (!into.is_array()) {
      into = json::array();
    }
    for (const std::string& each : split_at_commas({std::string(value)})) {
      if (name == ir::kRegisteredMethods && !parse_method(each)) {
        return wrong(flag, fmt::format("`{}` is not an authentication method", each));
      }
      into.get_array().emplace_back(each);
    }
    return {};
  }
  static bool is_list(std::string_view name) {
    const auto fact = compiler::sema::find_fact(name);
    return name == ir::kRegisteredMethods || name == "x509.policy_oids" ||
           (fact && fact->info->type == compiler::sema::FactType::kTextList);
  }
  /// Which key or certificate was used.
  static bool is_presented(std::string_view name) {
    return name == "fido2.aaguid" || name == "x509.issuer_ski";
  }

  Result<void> add_signals(const Flag& flag) {
    for (const std::string& each : flag.values) {
      const Pair pair = split_pair(each);
      if (!pair.value || pair.name.empty()) {
        return wrong(flag, fmt::format("`{}` is not written as NAME=VALUE", each));
      }
      const auto declared = set_->signals.find(pair.name);
      if (declared == set_->signals.end()) {
        std::vector<std::string_view> known;
        for (const auto& [name, type] : set_->signals) {
          known.push_back(name);
        }
        return wrong(flag, unknown("signal", pair.name, known));
      }
      GATE_TRY(auto value, typed(flag, *declared, *pair.value));
      object(flag.key)[pair.name] = std::move(value);
    }
    return {};
  }

  static Result<json::value> typed(const Flag& flag,
                                   const std::pair<const std::string, std::string>& signal,
                                   std::string_view text) {
    if (signal.second == "boolean") {
      if (text != "true" && text != "false") {
        return wrong(flag, fmt::format("`{}` is true or false, not `{}`", signal.first, text));
      }
      return json::value(text == "true");
    }
    if (signal.second == "integer" || signal.second == "duration") {
      const auto number = signal.second == "integer" ? whole_number(text) : duration(text);
      if (!number) {
        return wrong(flag, fmt::format("`{}` is {}, not `{}`", signal.first,
                                       signal.second == "integer" ? "a whole number"
                                                                  : "a duration such as 15m",
                                       text));
      }
      return json::value(*number);
    }
    return json::value(json::string(text));
  }

  static std::string unknown(std::string_view what, std::string_view name,
                             const std::vector<std::string_view>& known) {
    const auto near = compiler::nearest(name, known);
    return fmt::format("the set declares no {} `{}`{}", what, name,
                       near.empty() ? "" : fmt::format("; did you mean `{}`?", near));
  }

  json::object request_;
  const SetDeclarations* set_;
  bool targets_given_ = false;
};

/// "$.sign_in_risk: …" of the request's reader, with the option in place of the path.
std::string in_terms_of_options(const std::string& message, const std::vector<Flag>& flags) {
  const std::size_t colon = message.find(':');
  for (const Flag& flag : flags) {
    const std::string path =
        fmt::format("$.{}{}{}", flag.parent, flag.parent.empty() ? "" : ".", flag.key);
    if (message.compare(0, colon, path) == 0) {
      return flag.name + message.substr(colon);
    }
  }
  return message;
}

}  // namespace

Result<SignInFacts> SignInOptions::facts(const CompileOutput& set, Console& console) const {
  json::object request;
  if (!document_.empty()) {
    GATE_TRY(const auto text, read_input(document_, kRequestJsonBytesMax));
    auto read = parse_sign_in_json(text);
    if (!read) {
      return Error{read.error().code,
                   fmt::format("{}: {}", document_ == "-" ? "standard input" : document_,
                               read.error().message)};
    }
    request = json::parse(to_json(*read)).get_object();
  }
  const SetDeclarations declared = declarations_of(set.files);
  if (const auto* context = request.if_contains("context");
      context != nullptr && context->is_string()) {
    const auto named = declared.contexts.find(std::string_view(context->get_string()));
    if (named != declared.contexts.end()) {
      request["context"] = named->second;
    }
  }
  RequestBuilder builder(std::move(request), declared);
  for (const Flag& flag : flags_) {
    GATE_TRY_VOID(builder.add(flag));
  }
  auto facts = parse_sign_in_json(builder.text());
  if (!facts) {
    return Error{facts.error().code, in_terms_of_options(facts.error().message, flags_)};
  }
  if (!allow_unknown_) {
    GATE_TRY(const auto warnings, check_names(set.files, *set.policies, *facts));
    for (const std::string& each : warnings) {
      console.warning(each);
    }
  }
  return facts;
}

}  // namespace gate::cli
