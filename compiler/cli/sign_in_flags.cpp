// The table of options that describe a sign-in. Key by key what docs/request-json.md lists.

#include <fmt/format.h>

#include <algorithm>
#include <gate/vocabulary.hpp>

#include "compiler/cli/sign_in_options.h"
#include "compiler/sema/fact_schema.h"

namespace gate::cli {
namespace {

using Kind = SignInOptions::Flag::Kind;

template <typename Enum>
std::vector<std::string> words(std::size_t count) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i) {
    out.emplace_back(name(static_cast<Enum>(i)));
  }
  return out;
}

SignInOptions::Flag flag(std::string name, Kind kind, std::string key, std::string placeholder,
                         std::string help, std::vector<std::string> words = {}) {
  SignInOptions::Flag out;
  out.name = std::move(name);
  out.kind = kind;
  out.key = std::move(key);
  out.placeholder = std::move(placeholder);
  out.help = std::move(help);
  out.words = std::move(words);
  out.group = "The sign-in";
  return out;
}

void add_who_and_what(std::vector<SignInOptions::Flag>& out) {
  out.push_back(flag("--user", Kind::kText, "user", "NAME", "who signs in, as policies spell it"));
  out.push_back(flag("--group", Kind::kList, "groups", "NAME", "a group that the user is in"));
  out.push_back(flag("--role", Kind::kList, "roles", "NAME", "a role that the user has"));
  out.push_back(flag("--user-kind", Kind::kWord, "user_kind", "KIND", "kind of account",
                     words<UserKind>(kUserKindCount)));
  out.push_back(flag("--tenant", Kind::kText, "external_tenant", "ID", "home tenant of a guest"));
  out.push_back(flag("--app", Kind::kText, "app", "NAME", "the app that is opened"));
  out.push_back(flag("--app-group", Kind::kList, "app_groups", "NAME",
                     "a group that the app belongs to, such as office365"));
  out.push_back(flag("--action", Kind::kText, "action", "NAME",
                     "instead of an app: register_security_info or register_device"));
  out.push_back(flag("--context", Kind::kContext, "context", "NAME",
                     "instead of an app: an authentication context, by name or id"));
  out.push_back(
      flag("--flow", Kind::kWord, "flow", "FLOW", "what is going on", words<Flow>(kFlowCount)));
}

void add_where_and_how(std::vector<SignInOptions::Flag>& out) {
  out.push_back(flag("--ip", Kind::kText, "ip", "ADDRESS", "address of the client"));
  out.push_back(flag("--country", Kind::kText, "country", "CC", "country, two capital letters"));
  out.push_back(flag("--client", Kind::kWord, "client", "CLIENT", "kind of client",
                     words<ClientApp>(kClientAppCount)));
  out.push_back(flag("--platform", Kind::kWord, "platform", "PLATFORM", "operating system",
                     words<Platform>(kPlatformCount)));
  const auto levels = words<Risk>(kRiskCount);
  out.push_back(
      flag("--sign-in-risk", Kind::kWord, "sign_in_risk", "LEVEL", "risk of this sign-in", levels));
  out.push_back(flag("--user-risk", Kind::kWord, "user_risk", "LEVEL", "risk of the user", levels));
  out.push_back(flag("--service-principal-risk", Kind::kWord, "service_principal_risk", "LEVEL",
                     "risk of the workload", levels));
  out.push_back(flag("--insider-risk", Kind::kWord, "insider_risk", "LEVEL", "insider risk",
                     words<InsiderRisk>(kInsiderRiskCount)));
  out.push_back(flag("--transfer-method", Kind::kWord, "transfer_method", "METHOD",
                     "how the sign-in came here from another device",
                     words<TransferMethod>(kTransferMethodCount)));
  out.push_back(flag("--original-transfer-method", Kind::kWord, "original_transfer_method",
                     "METHOD", "how the session that this sign-in goes on with began",
                     words<TransferMethod>(kTransferMethodCount)));
}

void add_proofs(std::vector<SignInOptions::Flag>& out) {
  out.push_back(flag("--completed", Kind::kCompleted, "completed", "METHOD[=AGE]",
                     "a method done in this session, and how long ago: sms_otp=15m (now, if left "
                     "out)"));
  out.push_back(flag("--satisfied", Kind::kControl, "satisfied", "CONTROL[=NAME]",
                     "a control that the session has already proved"));
  out.push_back(flag("--session-age", Kind::kDuration, "session_age_s", "DURATION",
                     "age of the session: 90s, 15m, 4h, 7d"));
  out.push_back(flag("--now", Kind::kInstant, "now_unix_s", "TIME",
                     "the moment of the sign-in: 2026-11-25T10:00:00Z"));
  out.push_back(
      flag("--signal", Kind::kSignal, "signals", "NAME=VALUE", "a signal that the set declares"));
  out.push_back(flag("--attribute", Kind::kPair, "attributes", "NAME=VALUE",
                     "an attribute of the user, such as user.department=Finance"));
}

/// What help says of the few device facts that are shown one by one.
std::string device_help(std::string_view path) {
  if (path == "device.registered") {
    return "known to the directory; false: every attribute counts as absent";
  }
  if (path == "device.reported_lost") {
    return "its owner reported it lost or stolen";
  }
  if (path == "device.compliant") {
    return "meets the rules of device management";
  }
  if (path == "device.managed") {
    return "is under device management";
  }
  if (path == "device.trust_type") {
    return "how it is joined";
  }
  if (path == "device.first_seen") {
    return "how long ago it was first seen: 90s, 15m, 4h, 7d";
  }
  return path == "device.ownership" ? "who owns it" : std::string(path);
}

/// `device.*`, from the language's own list of facts.
void add_device(std::vector<SignInOptions::Flag>& out) {
  using compiler::sema::FactType;
  for (const auto& fact : compiler::sema::all_facts()) {
    if (!fact.path.starts_with("device.") || !allows(fact.use, compiler::sema::FactUse::kGiven)) {
      continue;
    }
    std::string name = fmt::format("--{}", fact.path);
    std::replace(name.begin(), name.end(), '_', '-');
    const bool boolean = fact.type == FactType::kFlag || fact.type == FactType::kOptionalFlag;
    const bool list = fact.type == FactType::kTextList;
    SignInOptions::Flag each = flag(name,
                                    boolean ? Kind::kBoolean
                                    : list  ? Kind::kList
                                            : Kind::kText,
                                    std::string(fact.path.substr(7)),
                                    boolean ? "true|false" : "VALUE", device_help(fact.path));
    if (boolean) {
      each.words = {"true", "false"};
    } else if (fact.context) {
      each.kind = Kind::kWord;
      for (const auto& word : compiler::sema::words_of(*fact.context)) {
        each.words.emplace_back(word.text);
      }
    }
    if (fact.type == FactType::kDuration) {
      each.kind = Kind::kDuration;
      each.placeholder = "DURATION";
      each.key += "_s";
    }
    if (each.key == "trust_type") {
      each.key = "trust";  // the request's older name for it
    }
    each.parent = "device";
    each.group = "Its device (as soon as one is given, the device counts as registered)";
    out.push_back(std::move(each));
  }
}

}  // namespace

SignInOptions::SignInOptions() {
  add_who_and_what(flags_);
  add_where_and_how(flags_);
  add_proofs(flags_);
  add_device(flags_);
}

void SignInOptions::declare(Arguments& arguments) {
  arguments.group("The sign-in");
  arguments.option("--json-request", document_, "FILE",
                   "the facts as JSON (docs/request-json.md), `-` for standard input; the options "
                   "below change single facts of it",
                   Fit::paths());
  arguments.flag("--allow-unknown", allow_unknown_,
                 "decide also about a group, role, app or context that the set does not know");
  for (Flag& each : flags_) {
    arguments.group(each.group);
    arguments.leave_out_of_help(each.parent == "device" && each.words.empty() &&
                                each.kind != Kind::kDuration);
    const bool repeated = each.kind == Kind::kList || each.kind == Kind::kCompleted ||
                          each.kind == Kind::kControl || each.kind == Kind::kPair ||
                          each.kind == Kind::kSignal;
    const Fit fit = each.words.empty() ? Fit::anything() : Fit::one_of(each.words);
    if (repeated) {
      arguments.options(each.name, each.values, each.placeholder, each.help, fit);
    } else {
      arguments.option(each.name, each.value, each.placeholder, each.help, fit);
    }
  }
  arguments.in_help("--device.NAME VALUE",
                    "any other attribute: id, model, manufacturer, display-name, operating-system, "
                    "operating-system-version, profile-type, extension-attribute1 ...");
  arguments.leave_out_of_help(false);
  arguments.group("");
}

}  // namespace gate::cli
