#include "bench/workload/gate_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <bit>

#include "bench/workload/places.h"

namespace gate::bench {
namespace {

using Words = std::vector<std::string>;

std::string joined(const Words& words, std::string_view between = ", ") {
  return fmt::format("{}", fmt::join(words, between));
}

std::string quoted(std::string_view word, std::string_view name) {
  return fmt::format("{} \"{}\"", word, name);
}

template <typename E>
std::string word(unsigned value) {
  return std::string(name(static_cast<E>(value)));
}

/// `fact in […]`, or `fact not in […]` where the mask holds the value of an absent fact.
template <typename E>
void mask_test(Words& out, std::string_view fact, std::uint8_t mask, std::size_t count) {
  if (mask == Conditions::kAny) {
    return;
  }
  const bool negative = (mask & 1U) != 0;
  Words values;
  for (unsigned v = 0; v < count; ++v) {
    if (((mask >> v & 1U) != 0) != negative) {
      values.push_back(word<E>(v));
    }
  }
  out.push_back(fmt::format("{} {}in [{}]", fact, negative ? "not " : "", joined(values)));
}

void risk_test(Words& out, std::string_view fact, std::uint8_t mask) {
  if (mask == Conditions::kAny) {
    return;
  }
  const auto lowest = static_cast<unsigned>(std::countr_zero(mask));
  out.push_back(lowest + 1 == kRiskCount ? fmt::format("{} == {}", fact, word<Risk>(lowest))
                                         : fmt::format("{} >= {}", fact, word<Risk>(lowest)));
}

void place_test(Words& out, bool negative, const std::vector<Id>& places) {
  if (places.empty()) {
    return;
  }
  Words names;
  for (const Id id : places) {
    names.push_back(names::location(id));
  }
  const std::string list = names.size() == 1 ? names.front() : fmt::format("[{}]", joined(names));
  out.push_back(fmt::format("location {}in {}", negative ? "not " : "", list));
}

std::string leaf_text(const Leaf& leaf) {
  const auto id = static_cast<Id>(leaf.value);
  const auto value = static_cast<unsigned>(leaf.value);
  switch (leaf.what) {
    case Leaf::What::kAmountAbove:
      return fmt::format("amount > {}", leaf.value);
    case Leaf::What::kFailuresAtLeast:
      return fmt::format("otp_failures >= {}", leaf.value);
    case Leaf::What::kNewPayee:
      return "new_payee";
    case Leaf::What::kSignInRiskAtLeast:
      return fmt::format("sign_in_risk >= {}", word<Risk>(value));
    case Leaf::What::kUserRiskAtLeast:
      return fmt::format("user_risk >= {}", word<Risk>(value));
    case Leaf::What::kPlatformIs:
      return fmt::format("platform == {}", word<Platform>(value));
    case Leaf::What::kLocationIn:
      return fmt::format("location in {}", names::location(id));
    case Leaf::What::kInGroup:
      return fmt::format("user in {}", quoted("group", names::group(id)));
    case Leaf::What::kAppIs:
      return fmt::format("app in {}", quoted("app", names::app(id)));
    case Leaf::What::kReportedLost:
      return "device.reported_lost";
    case Leaf::What::kMethodDone:
      return fmt::format("completed contains {}", word<Method>(value));
  }
  return {};
}

// The generator nests expressions three deep at most.
std::string expression_text(const Expression& e, bool outermost) {  // NOLINT(misc-no-recursion)
  if (e.kind == Expression::Kind::kLeaf) {
    return leaf_text(e.leaf);
  }
  if (e.kind == Expression::Kind::kNot) {
    return fmt::format("not ({})", expression_text(e.children.front(), true));
  }
  Words parts;
  for (const Expression& child : e.children) {
    parts.push_back(expression_text(child, false));
  }
  std::string text = joined(parts, e.kind == Expression::Kind::kAnd ? " and " : " or ");
  return outermost ? text : fmt::format("({})", text);
}

void device_test(Words& out, const Conditions& c) {
  if (c.compliance != Compliance::kAny) {
    out.push_back(
        fmt::format("device.compliant {} true", c.compliance == Compliance::kTrue ? "==" : "!="));
  }
  mask_test<DeviceTrust>(out, "device.trust_type", c.trust, kDeviceTrustCount);
  if (c.model_test) {
    const std::string_view op = *c.model_test == TextTest::kEquals       ? "=="
                                : *c.model_test == TextTest::kStartsWith ? "starts_with"
                                                                         : "contains";
    out.push_back(fmt::format("device.model {} \"{}\"", op, c.model));
  }
}

std::string when_text(const Conditions& c) {
  Words parts;
  mask_test<Platform>(parts, "platform", c.platforms, kPlatformCount);
  mask_test<ClientApp>(parts, "client", c.clients, kClientAppCount);
  risk_test(parts, "sign_in_risk", c.sign_in_risk);
  risk_test(parts, "user_risk", c.user_risk);
  mask_test<TransferMethod>(parts, "transfer_method", c.transfer, kTransferMethodCount);
  place_test(parts, false, c.locations_in);
  place_test(parts, true, c.locations_out);
  device_test(parts, c);
  if (c.expression) {
    parts.push_back(expression_text(*c.expression, parts.empty()));
  }
  return joined(parts, "\n          and ");
}

/// Exclusions carry a reason, as the compiler asks of authors.
enum class Side : std::uint8_t { kInclude, kExclude };
std::string with_reason(std::string item, Side side, std::string_view reason) {
  return side == Side::kInclude ? item : fmt::format("{} because \"{}\"", item, reason);
}

std::string principals_text(const Principals& who, Side side) {
  Words parts;
  if (who.all) {
    parts.emplace_back("all");
  }
  for (const Id id : who.users) {
    parts.push_back(with_reason(quoted("user", names::user(id)), side, "the last way in"));
  }
  for (const Id id : who.groups) {
    parts.push_back(with_reason(quoted("group", names::group(id)), side, "follows later"));
  }
  for (const Id id : who.roles) {
    parts.push_back(quoted("role", names::role(id)));
  }
  if (who.guests != 0) {
    Words kinds;
    for (unsigned v = 0; v < kUserKindCount; ++v) {
      if ((who.guests >> v & 1U) != 0) {
        kinds.push_back(word<UserKind>(v));
      }
    }
    parts.push_back(fmt::format("guests({})", joined(kinds)));
  }
  return joined(parts);
}

std::string targets_text(const Targets& targets, TargetKind kind, Side side) {
  Words parts;
  if (targets.all) {
    parts.emplace_back("all apps");
  }
  for (const Id id : targets.app_groups) {
    parts.emplace_back(names::app_group(id));
  }
  for (const Id id : targets.members) {
    switch (kind) {
      case TargetKind::kApp:
        parts.push_back(with_reason(quoted("app", names::app(id)), side, "has its own policy"));
        break;
      case TargetKind::kUserAction:
        parts.push_back(fmt::format("action {}", names::action(id)));
        break;
      case TargetKind::kAuthContext:
        parts.push_back(fmt::format("context {}", names::context_name(id)));
        break;
    }
  }
  return joined(parts);
}

std::string grant_text(const Policy& policy) {
  if (policy.block) {
    return "block";
  }
  const auto table = clause_table();
  if (policy.clauses.size() == 1) {
    return fmt::format("require {}", table[policy.clauses.front()].requirement);
  }
  Words parts;
  for (const Id clause : policy.clauses) {
    parts.emplace_back(table[clause].in_list);
  }
  return parts.empty() ? std::string() : fmt::format("require all of ({})", joined(parts));
}

std::string duration(std::uint32_t seconds) {
  if (seconds == 0) {
    return "every_time";
  }
  return seconds % 86'400 == 0 ? fmt::format("{}d", seconds / 86'400)
                               : fmt::format("{}h", seconds / 3'600);
}

std::string session_text(const Session& session) {
  Words parts;
  if (session.frequency_s != Session::kNone) {
    parts.push_back("sign_in_frequency " + duration(session.frequency_s));
  }
  if (session.browser != PersistentBrowser::kUnset) {
    parts.emplace_back(session.browser == PersistentBrowser::kNever ? "persistent_browser never"
                                                                    : "persistent_browser always");
  }
  return joined(parts);
}

std::string tenant_text(const Workload& workload) {
  std::string out =
      "strength PhishingResistant = any of [fido2], [windows_hello], [x509_multi_factor]\n"
      "strength NativeMfa = any of [password, email_otp], [password, sms_otp], [email_otp, "
      "sms_otp]\n\n"
      "signal amount : integer\n"
      "signal otp_failures : integer default 0\n"
      "signal new_payee : boolean default false\n\n";
  for (Id id = 0; id < names::kContexts; ++id) {
    out += fmt::format("context {} = \"{}\"\n", names::context_name(id), names::context(id));
  }
  for (Id id = 0; id < workload.locations.size(); ++id) {
    const Location& place = workload.locations[id];
    Words parts;
    for (const Location::Range& r : place.ranges) {
      parts.push_back(fmt::format("{}ip \"{}/{}\"", place.trusted ? "trusted " : "",
                                  ipv4_text(r.address), r.prefix));
    }
    for (const std::string& country : place.countries) {
      parts.push_back("country " + country);
    }
    out += fmt::format("locations {} = {}\n", names::location(id), joined(parts));
  }
  return out;
}

}  // namespace

std::string policy_text(const Policy& policy, std::size_t index) {
  std::string out = fmt::format("policy \"{}\" {{\n", names::policy(index));
  const auto section = [&out](std::string_view keyword, const std::string& content) {
    if (!content.empty()) {
      out += fmt::format("  {:<7} {}\n", keyword, content);
    }
  };
  const auto sides = [](std::string include, const std::string& exclude) {
    return exclude.empty() ? "include " + std::move(include)
                           : fmt::format("include {}\n          exclude {}", include, exclude);
  };
  if (policy.state != PolicyState::kOn) {
    section("state", policy.state == PolicyState::kOff ? "off" : "report_only");
  }
  section("users", sides(principals_text(policy.include, Side::kInclude),
                         principals_text(policy.exclude, Side::kExclude)));
  section("target",
          sides(targets_text(policy.include_targets, policy.target_kind, Side::kInclude),
                targets_text(policy.exclude_targets, policy.target_kind, Side::kExclude)));
  section("when", when_text(policy.conditions));
  section("grant", grant_text(policy));
  section("session", session_text(policy.session));
  return out + "}\n";
}

std::vector<SourceFile> gate_text(const Workload& workload, std::size_t per_file) {
  std::vector<SourceFile> files;
  files.push_back({"tenant.gate", tenant_text(workload)});
  for (std::size_t i = 0; i < workload.policies.size(); ++i) {
    if (i % per_file == 0) {
      files.push_back({fmt::format("policies-{:06}.gate", i / per_file), {}});
    }
    files.back().text += policy_text(workload.policies[i], i);
  }
  return files;
}

}  // namespace gate::bench
