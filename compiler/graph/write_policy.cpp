#include <fmt/format.h>

#include <algorithm>

#include "compiler/graph/agents.h"
#include "compiler/graph/device_rule.h"
#include "compiler/graph/spelling.h"
#include "compiler/graph/write_gate.h"

namespace gate::graph {
namespace {

std::string guests_text(const Guests& guests) {
  Strings parts;
  for (const auto& kind : guests.kinds) {
    parts.push_back(gate_word(Vocabulary::kGuestKind, kind));
  }
  for (const auto& tenant : guests.tenants) {
    parts.push_back("tenant " + gate_string(tenant));
  }
  return fmt::format("guests({})", join(parts));
}

class PolicyWriter {
 public:
  PolicyWriter(const Policy& policy, const Symbols& symbols, Findings& findings)
      : policy_(policy), symbols_(symbols), findings_(findings) {}

  std::string users() {
    auto included = principals(policy_.include);
    add_agents(included);
    if (included.empty()) {
      included.emplace_back("none");
      findings_.warning(policy_.origin.path + ".conditions.users",
                        "no user is included: the policy never applies");
    }
    return sides(included, principals(policy_.exclude));
  }

  std::string target() {
    const auto& t = policy_.targets;
    Strings included;
    for (const auto& each : t.include_apps) {
      app(each, "include", included);
    }
    for (const auto& each : t.traffic_profiles) {
      included.push_back("app " + gate_string(std::string(kTrafficPrefix) + each));
    }
    Strings excluded;
    for (const auto& each : t.exclude_apps) {
      app(each, "exclude", excluded);
    }
    if (t.filter) {
      app_filter(included);
    }
    const bool about_apps = !included.empty() || !excluded.empty();
    for (const auto& each : t.actions) {
      included.push_back("action " + gate_word(Vocabulary::kUserAction, each));
    }
    for (const auto& each : t.contexts) {
      included.push_back("context " + symbols_.context(each));
    }
    const int kinds =
        (about_apps ? 1 : 0) + (t.actions.empty() ? 0 : 1) + (t.contexts.empty() ? 0 : 1);
    if (kinds > 1) {
      findings_.error(policy_.origin.path + ".conditions.applications",
                      "apps, user actions and authentication contexts stand in one policy");
    }
    if (included.empty()) {
      included.emplace_back("none");
      findings_.warning(policy_.origin.path + ".conditions.applications",
                        "nothing is targeted: the policy never applies");
    }
    return sides(included, excluded);
  }

  std::string grant() {
    const auto& g = policy_.grant;
    if (g.controls == Strings{"block"}) {
      return "block";
    }
    Strings controls;
    for (const auto& each : g.controls) {
      controls.push_back(gate_word(Vocabulary::kControl, each));
    }
    if (!g.strength.empty()) {
      const auto name = symbols_.strength(g.strength);
      if (name.empty()) {
        findings_.error(policy_.origin.path + ".grantControls.authenticationStrength.id",
                        fmt::format("strength {} is not defined in the input", g.strength));
      }
      controls.push_back("strength " + name);
    }
    for (const auto& each : g.terms_of_use) {
      controls.push_back("terms_of_use " + gate_string(each));
    }
    for (const auto& each : g.custom) {
      controls.push_back("custom_control " + gate_string(each));
    }
    if (controls.empty()) {
      return {};
    }
    return controls.size() == 1
               ? "require " + controls.front()
               : fmt::format("require {} of ({})", g.all ? "all" : "any", join(controls));
  }

  /// What the terms of use are called: their ids tell people nothing.
  std::string terms_comments() const {
    std::string out;
    for (const auto& id : policy_.grant.terms_of_use) {
      const auto name = called("", symbols_.terms(id));
      out += name.empty() ? "" : fmt::format("  # terms of use {}: {}", id, name.substr(3));
    }
    return out;
  }

  std::string session() {
    const auto& s = policy_.session;
    Strings out;
    if (s.frequency) {
      const auto& f = *s.frequency;
      out.push_back(fmt::format(
          "sign_in_frequency {}{}",
          f.every_time ? "every_time" : fmt::format("{}{}", f.value, f.days ? "d" : "h"),
          f.second_factor_only ? " second_factor" : ""));
    }
    const auto word = [&](std::string_view control, Vocabulary vocabulary,
                          const std::string& value) {
      if (!value.empty()) {
        out.push_back(fmt::format("{} {}", control, gate_word(vocabulary, value)));
      }
    };
    word("persistent_browser", Vocabulary::kPersistentBrowser, s.persistent_browser);
    word("cloud_app_security", Vocabulary::kCloudAppSecurity, s.cloud_app_security);
    word("continuous_access_evaluation", Vocabulary::kAccessEvaluation, s.access_evaluation);
    const auto flag = [&](std::string_view control, bool set) {
      if (set) {
        out.emplace_back(control);
      }
    };
    flag("app_enforced_restrictions", s.app_enforced);
    flag("disable_resilience_defaults", s.disable_resilience);
    flag("secure_sign_in_session", s.secure_sign_in);
    const auto named = [&](std::string_view control, const std::string& id) {
      if (!id.empty()) {
        out.push_back(fmt::format("{} {}", control, gate_string(id)));
      }
    };
    named("filtering_profile", s.filtering_profile);
    named("network_access_security", s.network_access_security);
    return join(out);
  }

 private:
  /// The filter itself is a condition (write_when): what it filters is all apps, or with mode
  /// exclude the named ones.
  void app_filter(Strings& included) {
    const Strings all = {"all apps"};
    if (included.empty()) {
      included = all;
    } else if (!policy_.targets.filter->exclude && included != all) {
      findings_.error(policy_.origin.path + ".conditions.applications.applicationFilter",
                      "an include filter stands beside named apps: it is not documented "
                      "whether either or both must match");
    }
  }

  /// All agent users or all agent identities, and no other user: the signal that tells them apart
  /// is a condition of the policy.
  void add_agents(Strings& included) {
    const auto& in = policy_.include;
    const auto& out = policy_.exclude;
    if (in.agent_users.empty() && in.agent_identities.empty() && out.agent_users.empty() &&
        out.agent_identities.empty() && !in.agent_filter) {
      return;
    }
    const Strings all = {"All"};
    const bool users = in.agent_users == all && in.agent_identities.empty();
    const bool identities =
        in.agent_users.empty() && (in.agent_identities == all ||
                                   (in.agent_identities.empty() && in.agent_filter.has_value()));
    if (!included.empty() || (!users && !identities) || !out.agent_users.empty() ||
        !out.agent_identities.empty()) {
      findings_.error(policy_.origin.path + ".conditions.agents",
                      "only all agent users, or all agent identities, can be expressed, and no "
                      "other users beside them");
    }
    included.emplace_back(users ? "all" : "service_principals");
  }

  static std::string sides(const Strings& included, const Strings& excluded) {
    auto out = "include " + join(included);
    if (!excluded.empty()) {
      out += "\n    exclude " + join(excluded);
    }
    return out;
  }

  std::string named(DirectoryKind kind, std::string_view word, const std::string& id) const {
    const auto name = symbols_.directory(kind, id);
    return name.empty() ? fmt::format("{} {}", word, gate_string(id)) : name;
  }

  Strings principals(const Principals& who) const {
    Strings out;
    for (const auto& each : who.users) {
      if (each == "All") {
        out.emplace_back("all");
      } else if (each == "GuestsOrExternalUsers") {
        out.emplace_back("guests");
      } else if (each != "None") {
        out.push_back(named(DirectoryKind::kUser, "user", each));
      }
    }
    for (const auto& each : who.groups) {
      out.push_back(named(DirectoryKind::kGroup, "group", each));
    }
    for (const auto& each : who.roles) {
      out.push_back(named(DirectoryKind::kRole, "role", each));
    }
    if (who.guests) {
      out.push_back(guests_text(*who.guests));
    }
    const auto workloads = [&](const Strings& ids, std::string_view everything,
                               std::string_view every_word, std::string_view one_word) {
      for (const auto& each : ids) {
        out.push_back(each == everything ? std::string(every_word)
                                         : fmt::format("{} {}", one_word, gate_string(each)));
      }
    };
    workloads(who.service_principals, "ServicePrincipalsInMyTenant", "service_principals",
              "service_principal");
    if (who.filter) {
      filtered_principals(*who.filter, out);
    }
    return out;
  }

  void filtered_principals(const Filter& filter, Strings& out) const {
    const Strings all = {"service_principals"};
    if (out.empty()) {
      out = all;
    } else if (!filter.exclude && out != all) {
      findings_.error(
          policy_.origin.path + ".conditions.clientApplications.servicePrincipalFilter",
          "an include filter stands beside named service principals: it is not documented "
          "whether either or both must match");
    }
  }

  void app(const std::string& id, std::string_view side, Strings& out) {
    if (id == "All") {
      if (side == "exclude") {
        findings_.error(policy_.origin.path + ".conditions.applications.excludeApplications",
                        "every app is excluded: the policy could never apply");
      }
      out.emplace_back("all apps");
    } else if (const auto group = gate_word(Vocabulary::kAppGroup, id); !group.empty()) {
      out.push_back(group);
    } else if (id != "None") {
      out.push_back(named(DirectoryKind::kApp, "app", id));
    }
  }

  const Policy& policy_;
  const Symbols& symbols_;
  Findings& findings_;
};

std::string_view state_word(std::string_view graph) {
  if (graph == "disabled") {
    return "off";
  }
  return graph == "enabledForReportingButNotEnforced" ? "report_only" : "on";
}

}  // namespace

std::string write_policy(const Policy& policy, const std::string& name, const std::string& id,
                         const Symbols& symbols, Findings& findings) {
  findings.enter_file(policy.origin.file);
  findings.enter_object(policy.name);
  PolicyWriter writer(policy, symbols, findings);
  std::string out = doc_comment(policy.description);
  out += fmt::format("policy {} {{\n", gate_string(name));
  const auto section = [&](std::string_view keyword, const std::string& content) {
    if (!content.empty()) {
      out += fmt::format("  {} {}\n", keyword, content);
    }
  };
  section("id", id.empty() ? "" : gate_string(id));
  section("state", std::string(state_word(policy.state)));
  section("users", writer.users());
  section("target", writer.target());
  section("when", write_when(policy, symbols, findings));
  out += writer.terms_comments();
  section("grant", writer.grant());
  section("session", writer.session());
  return out + "}\n";
}

}  // namespace gate::graph
