#include "tests/differential/features.h"

#include <gate/vocabulary.hpp>

#include "compiler/sema/fact_schema.h"

namespace gate::differential {
namespace {

namespace sema = compiler::sema;

/// A policy's target asks for these; conditions on them are refused (G0411).
bool is_refused(const sema::FactInfo& fact) {
  return fact.type == sema::FactType::kAction || fact.type == sema::FactType::kContext;
}

void add(std::vector<std::string>& out, std::string_view kind,
         std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    out.push_back(std::string(kind) + " " + std::string(word));
  }
}

std::vector<std::string> all_features() {
  std::vector<std::string> out;
  for (const sema::FactInfo& fact : sema::all_facts()) {
    if (!sema::allows(fact.use, sema::FactUse::kCondition) || is_refused(fact)) {
      continue;
    }
    add(out, "fact", {fact.path});
    if (fact.context) {
      for (const sema::FactWord& word : sema::words_of(*fact.context)) {
        add(out, "word", {std::string(fact.path) + " " + std::string(word.text)});
      }
    }
  }
  for (const std::string_view method : sema::method_words()) {
    add(out, "method in a strength", {method});
    add(out, "method in a condition", {method});
  }
  for (const std::string_view control : sema::control_words()) {
    add(out, "control", {control});
  }
  for (const std::string_view kind : sema::guest_kind_words()) {
    add(out, "guests", {kind});
  }
  for (const std::string_view day : sema::weekday_words()) {
    add(out, "weekday", {day});
  }
  for (const std::string_view action : sema::user_action_words()) {
    add(out, "action", {action});
  }
  for (const std::string_view group : sema::app_group_words()) {
    add(out, "app group", {group});
  }
  add(out, "declaration",
      {"users", "apps", "locations", "strength", "context", "signal", "let", "policy", "template",
       "test", "assert", "profile", "default allow", "default deny"});
  add(out, "users",
      {"all", "none", "user", "group", "role", "guests", "tenant", "service_principal",
       "service_principals", "set", "exclude"});
  add(out, "target",
      {"all apps", "none", "app", "app group", "set", "action", "context", "exclude"});
  add(out, "place",
      {"ip v4", "ip v6", "trusted ip", "country", "country unknown", "gps country",
       "gps country unknown", "set", "trusted"});
  add(out, "operator", {"==",          "!=",
                        "<",           "<=",
                        ">",           ">=",
                        "in",          "not in",
                        "between",     "not between",
                        "starts_with", "not starts_with",
                        "ends_with",   "not ends_with",
                        "contains",    "not contains",
                        "and",         "or",
                        "not",         "value first",
                        "== absent",   "!= absent",
                        "true",        "false",
                        "in zone"});
  add(out, "signal", {"integer", "boolean", "string", "one_of", "default", "no default"});
  add(out, "strength", {"aaguid", "issuer", "policy_oid"});
  add(out, "state", {"on", "report_only", "off", "until"});
  add(out, "exclusion", {"until", "because"});
  add(out, "grant", {"block", "one", "all of", "any of", "none"});
  add(out, "session",
      {"sign_in_frequency", "every_time", "second_factor", "persistent_browser always",
       "persistent_browser never", "cloud_app_security monitor_only",
       "cloud_app_security configured", "cloud_app_security block_downloads",
       "continuous_access_evaluation disabled", "continuous_access_evaluation strict_enforcement",
       "continuous_access_evaluation strict_location", "app_enforced_restrictions",
       "disable_resilience_defaults", "secure_sign_in_session", "revoke_all",
       "forbid_channels_on_device", "filtering_profile", "network_access_security"});
  add(out, "parameter",
      {"users", "apps", "locations", "strength", "context", "condition", "word", "duration",
       "integer", "text"});
  return out;
}

}  // namespace

std::vector<std::string> Features::missing() const {
  std::vector<std::string> out;
  for (std::string& feature : all_features()) {
    if (!counts_.contains(feature)) {
      out.push_back(std::move(feature));
    }
  }
  return out;
}

}  // namespace gate::differential
