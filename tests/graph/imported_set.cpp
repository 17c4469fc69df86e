#include "tests/graph/imported_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gate/compile.hpp>
#include <sstream>

#include "compiler/graph/spelling.h"
#include "tests/executor/tier.h"

namespace graph_corpus {

namespace {

using gate::graph::Vocabulary;

/// One file for each object, numbered, so that policies keep the order of the array.
std::vector<gate::graph::GraphFile> files_of(const json::value& policies,
                                             const json::value& locations) {
  std::vector<gate::graph::GraphFile> out;
  for (const auto* list : {&locations, &policies}) {
    if (list->is_array()) {
      for (const auto& each : list->get_array()) {
        out.push_back({std::to_string(out.size()) + ".json", json::serialize(each)});
      }
    }
  }
  return out;
}

graph_oracle::Session session_of(const gate::SessionControls& controls) {
  using Controls = gate::SessionControls;
  graph_oracle::Session out;
  const auto frequency = [](std::uint32_t seconds) -> std::optional<std::int64_t> {
    return seconds == Controls::kNoFrequency ? std::nullopt : std::optional<std::int64_t>(seconds);
  };
  out.frequency_s = frequency(controls.sign_in_frequency_s);
  out.secondary_frequency_s = frequency(controls.secondary_frequency_s);
  const char* browser[] = {"", "always", "never"};
  out.persistent_browser = browser[static_cast<std::size_t>(controls.persistent_browser)];
  const char* cloud[] = {"", "monitorOnly", "mcasConfigured", "blockDownloads"};
  out.cloud_app_security = cloud[static_cast<std::size_t>(controls.cloud_app_security)];
  const char* evaluation[] = {"", "disabled", "strictEnforcement", "strictLocation"};
  out.access_evaluation = evaluation[static_cast<std::size_t>(controls.access_evaluation)];
  const auto on = [&](unsigned flag) { return (controls.flags & flag) != 0; };
  out.app_enforced = on(Controls::kAppEnforcedRestrictions);
  out.disable_resilience = on(Controls::kDisableResilience);
  out.secure_sign_in = on(Controls::kSecureSignInSession);
  out.filtering_profile = on(32);
  out.network_security = on(64);
  return out;
}

void print(std::ostream& out, const ClauseSet& clauses) {
  for (const auto& clause : clauses) {
    const char* separator = " [";
    for (const auto& each : clause) {
      out << separator << each;
      separator = " | ";
    }
    out << "]";
  }
}

}  // namespace

std::string to_text(const Verdict& verdict) {
  std::ostringstream out;
  out << verdict.outcome << " " << verdict.error_code
      << (verdict.reauthenticate ? " + reauthenticate" : "") << "; applied";
  for (const auto each : verdict.applied) {
    out << " " << each;
  }
  out << "; required";
  print(out, verdict.required);
  out << "; unmet";
  print(out, verdict.unmet);
  const auto& s = verdict.session;
  out << "; session " << s.frequency_s.value_or(-1) << " " << s.secondary_frequency_s.value_or(-1)
      << " " << s.persistent_browser << " " << s.cloud_app_security << " " << s.access_evaluation
      << " " << s.app_enforced << s.disable_resilience << s.secure_sign_in << s.filtering_profile
      << s.network_security;
  return out.str();
}

ImportedSet::ImportedSet(const json::value& policies, const json::value& locations,
                         const json::value& app_groups, gate::graph::TenantKind tenant)
    : policies_(policies), locations_(locations), app_groups_(app_groups) {
  if (app_groups.is_object()) {
    for (const auto& entry : app_groups.get_object()) {
      for (const auto& app : entry.value().get_array()) {
        groups_[std::string(entry.key())].emplace_back(app.get_string());
      }
    }
  }
  json::array strengths;
  for (const auto& policy : policies.get_array()) {
    const auto* strength = graph_oracle::member(graph_oracle::member(&policy, "grantControls"),
                                                "authenticationStrength");
    if (graph_oracle::member(strength, "allowedCombinations") != nullptr) {
      strengths.push_back(*strength);
    }
  }
  strengths_ = std::move(strengths);
  const auto imported =
      gate::graph::import_graph(files_of(policies, locations), {.tenant = tenant});
  for (const auto& finding : imported.findings) {
    EXPECT_NE(finding.level, gate::graph::FindingLevel::kError) << to_text(finding);
  }
  std::vector<gate::SourceFile> sources;
  std::map<std::string, std::size_t> number_of_file;
  for (const auto& file : imported.files) {
    if (file.name.starts_with("policies/")) {
      number_of_file.emplace(file.name, number_of_file.size());
    }
    if (file.name.ends_with(".gate")) {
      sources.push_back({file.name, file.text});
      continue;
    }
    const auto map = json::parse(file.text);
    for (const auto& entry : map.at("strengths").as_object()) {
      strength_ids_[std::string(entry.key())] = std::string(entry.value().at("id").as_string());
    }
  }
  for (const auto backend : {gate::Backend::kInterpreter, gate::Backend::kNative}) {
    gate::CompileOptions options;
    options.backend = backend;
    options.native_code = gate::NativeCode::kBeforeReturn;
    auto output = gate::compile(sources, options);
    std::erase_if(output.diagnostics,
                  [](const auto& each) { return each.severity != gate::Severity::kError; });
    EXPECT_FALSE(output.has_errors()) << gate::render_text(output, false);
    (backend == gate::Backend::kNative ? native_ : interpreted_) = output.policies;
  }
  if (ready()) {
    EXPECT_TRUE(gate::executor::interpreter_answers(*interpreted_));
    EXPECT_TRUE(gate::executor::machine_code_answers(*native_));
  }
  for (std::size_t i = 0; interpreted_ && i < interpreted_->policy_count(); ++i) {
    numbers_.push_back(number_of_file.at(std::string(interpreted_->policy(i).source_file)));
  }
}

gate::SignInFacts ImportedSet::facts(const json::value& sign_in) const {
  const auto read = gate::graph::read_what_if(sign_in, groups_);
  EXPECT_TRUE(read.has_value()) << (read ? "" : read.error().message) << json::serialize(sign_in);
  return read ? read->facts.front() : gate::SignInFacts{};
}

std::string ImportedSet::control(std::string_view text) const {
  const auto space = text.find(' ');
  const auto word = text.substr(0, space);
  if (space == std::string_view::npos) {
    return gate::graph::graph_word(Vocabulary::kControl, word);
  }
  auto argument = text.substr(space + 1);
  if (argument.starts_with('"')) {
    argument = argument.substr(1, argument.size() - 2);
  }
  if (word == "strength") {
    const auto found = strength_ids_.find(std::string(argument));
    return "authenticationStrength:" +
           (found == strength_ids_.end() ? std::string(argument) : found->second);
  }
  return (word == "terms_of_use" ? "termsOfUse:" : "customAuthenticationFactor:") +
         std::string(argument);
}

ClauseSet ImportedSet::clauses(const gate::PolicySet& set, const gate::ClauseSet& some) const {
  ClauseSet out;
  for (std::size_t i = 0; i < set.clause_count(); ++i) {
    if (!some.contains(i)) {
      continue;
    }
    std::string_view text = set.clause(i);
    if (text.starts_with("any of (")) {
      text = text.substr(8, text.size() - 9);
    }
    std::set<std::string> controls;
    while (!text.empty()) {
      const auto comma = text.find(", ");
      controls.insert(control(text.substr(0, comma)));
      text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 2);
    }
    out.insert(std::move(controls));
  }
  return out;
}

Verdict ImportedSet::verdict(const gate::PolicySet& set, const gate::SignInFacts& facts) const {
  EXPECT_TRUE(&set == native_.get() ? gate::executor::machine_code_answers(set)
                                    : gate::executor::interpreter_answers(set));
  const gate::SignInView view(facts);
  const auto explanation = set.explain(view.request(), gate::ExplainScope::kEvery);
  const auto decision = set.evaluate(view.request());
  EXPECT_EQ(explanation.decision, decision);
  Verdict out;
  out.outcome = name(decision.outcome);
  for (const auto& trace : explanation.policies) {
    if (trace.applies && set.policy(trace.policy).state == gate::PolicyState::kOn) {
      out.applied.insert(number_of(trace.policy));
    }
  }
  EXPECT_EQ(out.applied.size(), decision.applied_count);
  out.required = clauses(set, decision.required);
  if (decision.outcome != gate::Outcome::kBlock) {
    out.unmet = clauses(set, decision.unmet);
  }
  out.reauthenticate = decision.reauthenticate;
  out.error_code = decision.error_code;
  out.session = session_of(decision.session);
  return out;
}

Verdict ImportedSet::oracle(const json::value& sign_in) const {
  graph_oracle::Tenant tenant;
  tenant.locations = &locations_;
  tenant.app_groups = &app_groups_;
  tenant.strengths = &strengths_;
  const auto reading = graph_oracle::read(policies_, tenant, sign_in);
  Verdict out;
  out.outcome = reading.outcome;
  for (std::size_t i = 0; i < reading.policies.size(); ++i) {
    if (reading.policies[i].enabled && reading.policies[i].applies) {
      out.applied.insert(i);
    }
  }
  const auto add = [](const std::vector<graph_oracle::Clause>& clauses, ClauseSet& into) {
    for (const auto& clause : clauses) {
      into.emplace(clause.begin(), clause.end());
    }
  };
  add(reading.required, out.required);
  if (reading.outcome != "block") {
    add(reading.outstanding, out.unmet);
    out.reauthenticate = out.unmet.erase({"reauthenticate"}) != 0;
  }
  out.error_code = reading.error_code;
  out.session = reading.session;
  return out;
}

}  // namespace graph_corpus
