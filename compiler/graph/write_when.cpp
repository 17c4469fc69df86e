#include <fmt/format.h>

#include <algorithm>

#include "compiler/graph/agents.h"
#include "compiler/graph/device_rule.h"
#include "compiler/graph/read_times.h"
#include "compiler/graph/spelling.h"
#include "compiler/graph/write_gate.h"

namespace gate::graph {
namespace {

bool contains(const Strings& list, std::string_view value) {
  return std::ranges::find(list, value) != list.end();
}

/// `fact == a`, `fact in [a, b]`, or `fact >= a` when the levels go all the way up.
std::string level_condition(std::string_view fact, Vocabulary vocabulary, const Strings& levels,
                            const Strings& upward) {
  Strings have;
  for (const auto& each : levels) {
    if (!contains(have, gate_word(vocabulary, each))) {
      have.push_back(gate_word(vocabulary, each));
    }
  }
  for (std::size_t from = 0; have.size() > 1 && from < upward.size(); ++from) {
    const Strings wanted(upward.begin() + static_cast<std::ptrdiff_t>(from), upward.end());
    if (wanted.size() == have.size() &&
        std::ranges::all_of(wanted, [&](const auto& each) { return contains(have, each); })) {
      return fmt::format("{} >= {}", fact, wanted.front());
    }
  }
  return have.size() == 1 ? fmt::format("{} == {}", fact, have.front())
                          : fmt::format("{} in [{}]", fact, join(have));
}

std::string member_condition(std::string_view fact, bool negative, const Strings& members) {
  const auto* negation = negative ? "not " : "";
  return members.size() == 1 ? fmt::format("{} {}in {}", fact, negation, members.front())
                             : fmt::format("{} {}in [{}]", fact, negation, join(members));
}

/// Collects the conjuncts of one policy.
class WhenWriter {
 public:
  WhenWriter(const Policy& policy, const Symbols& symbols, Findings& findings)
      : policy_(policy), c_(policy.conditions), symbols_(symbols), findings_(findings) {}

  std::string write() {
    const Strings risks = {"low", "medium", "high"};
    level("sign_in_risk", Vocabulary::kRisk, c_.sign_in_risk, risks);
    level("user_risk", Vocabulary::kRisk, c_.user_risk, risks);
    level("service_principal_risk", Vocabulary::kRisk, c_.service_principal_risk, risks);
    level("insider_risk", Vocabulary::kInsiderRisk, c_.insider_risk,
          {"minor", "moderate", "elevated"});
    agents();
    pair("platform", c_.platforms, "all",
         [&](const std::string& each) { return gate_word(Vocabulary::kPlatform, each); });
    locations();
    clients();
    filter(c_.device_filter, RuleSubject::kDevice, "devices.deviceFilter");
    filter(policy_.targets.filter, RuleSubject::kApp, "applications.applicationFilter");
    filter(policy_.include.filter, RuleSubject::kServicePrincipal,
           "clientApplications.servicePrincipalFilter");
    filter(policy_.include.agent_filter, RuleSubject::kServicePrincipal,
           "clientApplications.agentIdServicePrincipalFilter");
    times();
    if (!c_.transfer_methods.empty()) {
      words("transfer_method", Vocabulary::kTransferMethod, c_.transfer_methods);
    }
    return join(parts_, "\n       and ");
  }

 private:
  void agents() {
    if (!policy_.include.agent_users.empty()) {
      parts_.emplace_back(kAgentUser);
    }
    if (!policy_.include.agent_identities.empty() || policy_.include.agent_filter) {
      parts_.emplace_back(kAgentIdentity);
    }
    if (!c_.agent_risk.empty()) {
      words(kAgentRisk, Vocabulary::kRisk, c_.agent_risk);
    }
    pair(kAgentContext, c_.agent_contexts, "All", gate_string);
  }

  void level(std::string_view fact, Vocabulary vocabulary, const Strings& levels,
             const Strings& upward) {
    if (!levels.empty()) {
      parts_.push_back(level_condition(fact, vocabulary, levels, upward));
    }
  }

  void words(std::string_view fact, Vocabulary vocabulary, const Strings& values) {
    Strings have;
    for (const auto& each : values) {
      have.push_back(gate_word(vocabulary, each));
    }
    parts_.push_back(have.size() == 1 ? fmt::format("{} == {}", fact, have.front())
                                      : fmt::format("{} in [{}]", fact, join(have)));
  }

  template <typename Spell>
  void pair(std::string_view fact, const IncludeExclude& lists, std::string_view everything,
            const Spell& spell) {
    const auto add = [&](bool negative, const Strings& values) {
      if (values.empty()) {
        return;
      }
      Strings have;
      for (const auto& each : values) {
        have.push_back(spell(each));
      }
      parts_.push_back(fmt::format("{} {}in [{}]", fact, negative ? "not " : "", join(have)));
    };
    if (!contains(lists.include, everything)) {
      add(false, lists.include);
    }
    if (contains(lists.exclude, everything)) {
      findings_.error(policy_.origin.path + ".conditions",
                      fmt::format("every {} is excluded: the policy could never apply", fact));
      return;
    }
    add(true, lists.exclude);
  }

  void locations() {
    const auto spell = [&](const Strings& references) {
      Strings out;
      for (const auto& each : references) {
        out.push_back(each == "AllTrusted" ? "trusted" : symbols_.location(each));
      }
      return out;
    };
    if (!c_.locations.include.empty() && !contains(c_.locations.include, "All")) {
      for (const auto& each : c_.locations.include) {
        if (symbols_.is_compliant_network(each)) {
          findings_.error(policy_.origin.path + ".conditions.locations.includeLocations",
                          "a compliant network cannot be included: no fact of a sign-in says that "
                          "it came through one");
        }
      }
      parts_.push_back(member_condition("location", false, spell(c_.locations.include)));
    }
    if (contains(c_.locations.exclude, "All")) {
      findings_.error(policy_.origin.path + ".conditions.locations.excludeLocations",
                      "every location is excluded: the policy could never apply");
    } else if (!c_.locations.exclude.empty()) {
      parts_.push_back(member_condition("location", true, spell(c_.locations.exclude)));
    }
  }

  void clients() {
    if (!c_.clients.empty() && !contains(c_.clients, "all")) {
      words("client", Vocabulary::kClient, c_.clients);
    }
  }

  void filter(const std::optional<Filter>& given, RuleSubject subject, std::string_view where) {
    if (!given) {
      return;
    }
    const auto path = fmt::format("{}.conditions.{}.rule", policy_.origin.path, where);
    const auto rule = parse_rule(given->rule, subject);
    if (!rule) {
      findings_.error(path, rule.error().message);
      return;
    }
    const auto text = device_rule_as_gate(*rule);
    if (!text) {
      findings_.error(path, text.error().message);
    } else if (given->exclude) {
      parts_.push_back(fmt::format("not ({})", *text));
    } else {
      parts_.push_back(rule->kind == RuleKind::kCompare ? *text : fmt::format("({})", *text));
    }
  }

  void times() {
    if (!c_.times) {
      return;
    }
    if (c_.times->include) {
      const auto window = window_of(*c_.times->include);
      parts_.insert(parts_.end(), window.begin(), window.end());
    }
    if (c_.times->exclude) {
      const auto window = window_of(*c_.times->exclude);
      if (window.empty()) {
        findings_.error(policy_.origin.path + ".conditions.times.excludeDays",
                        "every time is excluded: the policy could never apply");
      } else {
        parts_.push_back(fmt::format("not ({})", join(window, " and ")));
      }
    }
  }

  /// The conditions that hold inside the window; none for every time.
  static Strings window_of(const DayWindow& w) {
    const auto zone = gate_string(zone_of(w.zone));
    const auto on = [&](const Strings& days) {
      return fmt::format("now.weekday in [{}] in {}", join(days), zone);
    };
    const auto between = [&](std::string_view from, std::string_view to) {
      return fmt::format("now.time between {} and {} in {}", from, to, zone);
    };
    const bool every_day = w.days.size() == 7;
    if (!w.start.empty() && w.end < w.start && w.end != "00:00" && !every_day) {
      // Into the following day, which need not be one of the list.
      return {fmt::format("(({} and {}) or ({} and {}))", on(w.days), between(w.start, "00:00"),
                          on(days_after(w.days)), between("00:00", w.end))};
    }
    Strings out;
    if (!every_day) {
      out.push_back(on(w.days));
    }
    if (!w.start.empty()) {
      out.push_back(between(w.start, w.end));
    }
    return out;
  }

  const Policy& policy_;
  const Conditions& c_;
  const Symbols& symbols_;
  Findings& findings_;
  Strings parts_;
};

}  // namespace

std::string write_when(const Policy& policy, const Symbols& symbols, Findings& findings) {
  return WhenWriter(policy, symbols, findings).write();
}

}  // namespace gate::graph
