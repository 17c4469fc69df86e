#include "compiler/graph/whatif.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <map>
#include <set>

namespace gate::graph {
namespace {

namespace json = boost::json;

/// Reasons in the order in which the conditions are looked at; the reference leaves it open
/// (conditional-access 10), the order of the API's enumeration is ours.
struct FactReason {
  std::string_view fact;  ///< how texts of conditions on it begin
  std::string_view reason;
};
constexpr FactReason kFactReasons[] = {
    {"platform", "devicePlatform"},
    {"device.", "devices"},
    {"client", "clientApps"},
    {"location", "location"},
    {"gps_country", "location"},
    {"ip", "location"},
    {"country", "location"},
    {"sign_in_risk", "signInRisk"},
    {"user_risk", "userRisk"},
    {"now", "time"},
    {"insider_risk", "insiderRisk"},
    {"transfer_method", "authenticationFlow"},
    {"service_principal_risk", "workloadIdentities"},
    {"service_principal.attributes.", "workloadIdentities"},
    {"app.attributes.", "application"},
    {"agent", "workloadIdentities"},
};
constexpr std::string_view kOtherReason = "invalidCondition";

/// "not (sign_in_risk == high)" is about sign_in_risk.
std::string_view subject(std::string_view text) {
  while (text.starts_with("not ") || text.starts_with("(")) {
    text.remove_prefix(text.starts_with("(") ? 1 : 4);
  }
  return text;
}

const FactReason* fact_of(std::string_view text) {
  const auto about = subject(text);
  const auto* found = std::ranges::find_if(
      kFactReasons, [&](const FactReason& each) { return about.starts_with(each.fact); });
  return found == std::end(kFactReasons) ? nullptr : found;
}

/// Whether the request said anything of the fact.
bool is_given(std::string_view fact, const WhatIfSignIn& sign_in) {
  if (fact == "device.") {
    return sign_in.given.contains("device");
  }
  if (fact == "ip" || fact == "country") {
    return sign_in.given.contains("location");
  }
  if (fact == "agent") {
    return sign_in.given.contains("agent_risk") || sign_in.given.contains("agent_context");
  }
  return sign_in.given.contains(std::string(fact));
}

struct Failing {
  std::string reason;
  std::vector<const Criterion*> criteria;
};

std::string target_reason(const Criterion& criterion) {
  if (criterion.text.find("action") != std::string::npos) {
    return "userActions";
  }
  return criterion.text.find("context") != std::string::npos ? "authenticationContext"
                                                             : "application";
}

bool about_workloads(const Criterion& criterion) {
  return criterion.text.find("service_principal") != std::string::npos ||
         criterion.text.find("agent_") != std::string::npos;
}

/// The leaves of the condition by the fact that they are about. A leaf that fails fails its fact
/// unless another leaf of the same fact holds (they may be alternatives); when every fact has one
/// that holds, each fact with a failing leaf is named.
void add_condition_reasons(const PolicyTrace& trace, std::vector<Failing>& out) {
  std::map<std::size_t, std::pair<Failing, bool>> by_fact;  // second: some leaf holds
  for (const auto& criterion : trace.criteria) {
    if (criterion.section != "when") {
      continue;
    }
    const auto* fact = fact_of(criterion.text);
    const auto order =
        fact == nullptr ? std::size(kFactReasons) : static_cast<std::size_t>(fact - kFactReasons);
    auto& [failing, holds] = by_fact[order];
    failing.reason = fact == nullptr ? kOtherReason : fact->reason;
    if (criterion.truth == Truth::kFalse) {
      failing.criteria.push_back(&criterion);
    } else {
      holds = true;
    }
  }
  const bool one_fails_whole = std::ranges::any_of(by_fact, [](const auto& each) {
    return !each.second.second && !each.second.first.criteria.empty();
  });
  for (auto& [order, fact] : by_fact) {
    if (!fact.first.criteria.empty() && (!fact.second || !one_fails_whole)) {
      out.push_back(std::move(fact.first));
    }
  }
}

std::vector<Failing> failing_of(const PolicyTrace& trace, bool off, const WhatIfSignIn& sign_in) {
  std::vector<Failing> out;
  const auto add = [&](std::string reason, const Criterion* criterion) {
    auto& failing = out.emplace_back();
    failing.reason = std::move(reason);
    if (criterion != nullptr) {
      failing.criteria.push_back(criterion);
    }
  };
  for (const auto& criterion : trace.criteria) {
    if (criterion.section == "state" && off) {
      add("policyNotEnabled", &criterion);
    } else if (criterion.section == "users" && criterion.truth == Truth::kFalse) {
      add(about_workloads(criterion) ? "workloadIdentities" : "users", &criterion);
    } else if (criterion.section == "target" && criterion.truth == Truth::kFalse) {
      add(target_reason(criterion), &criterion);
    }
  }
  for (const auto& criterion : trace.criteria) {
    const auto* fact = criterion.section == "when" ? fact_of(criterion.text) : nullptr;
    if (fact != nullptr && !is_given(fact->fact, sign_in)) {
      add("notEnoughInformation", &criterion);
    }
  }
  if (!trace.applies) {
    add_condition_reasons(trace, out);
  }
  return out;
}

std::string_view graph_state(PolicyState state) {
  switch (state) {
    case PolicyState::kOn:
      return "enabled";
    case PolicyState::kReportOnly:
      return "enabledForReportingButNotEnforced";
    case PolicyState::kOff:
      return "disabled";
  }
  return "disabled";
}

json::array failing_json(const std::vector<Failing>& failing) {
  json::array out;
  for (const auto& each : failing) {
    json::array conditions;
    for (const auto* criterion : each.criteria) {
      conditions.push_back({{"condition", criterion->section + " " + criterion->text},
                            {"request", criterion->detail}});
    }
    out.push_back({{"reason", each.reason}, {"conditions", std::move(conditions)}});
  }
  return out;
}

/// The result that a sign-in log would show (conditional-access 2.6).
std::string_view log_result(PolicyState state, const PolicyTrace& trace) {
  const bool reports = state == PolicyState::kReportOnly;
  if (state == PolicyState::kOff) {
    return "notEnabled";
  }
  if (!trace.applies) {
    return reports ? "reportOnlyNotApplied" : "notApplied";
  }
  switch (trace.outcome) {
    case Outcome::kAllow:
      return reports ? "reportOnlySuccess" : "success";
    case Outcome::kChallenge:
      return reports ? "reportOnlyInterrupted" : "failure";
    case Outcome::kBlock:
      return reports ? "reportOnlyFailure" : "failure";
  }
  return "unknown";
}

json::object policy_json(const PolicyInfo& info, const PolicyTrace& trace,
                         const WhatIfSignIn& sign_in) {
  const auto failing = failing_of(trace, info.state == PolicyState::kOff, sign_in);
  json::object ours;
  ours["result"] = log_result(info.state, trace);
  ours["failing"] = failing_json(failing);
  ours["requires"] = json::array(trace.requires_text.begin(), trace.requires_text.end());
  ours["satisfied"] = trace.satisfied;
  json::object out;
  out["@odata.type"] = "#microsoft.graph.whatIfAnalysisResult";
  out["id"] = info.id;
  out["displayName"] = info.name;
  out["state"] = graph_state(info.state);
  out["policyApplies"] = failing.empty();
  out["analysisReasons"] = failing.empty() ? "notSet" : failing.front().reason;
  out["gatehouse"] = std::move(ours);
  return out;
}

json::array clause_texts(const PolicySet& policies, const ClauseSet& clauses) {
  json::array out;
  for (std::size_t i = 0; i < policies.clause_count(); ++i) {
    if (clauses.contains(i)) {
      out.emplace_back(policies.clause(i));
    }
  }
  return out;
}

json::object decision_json(const PolicySet& policies, const Decision& decision,
                           const SignInFacts& facts) {
  json::object out;
  out["target"] = facts.target;
  out["outcome"] = name(decision.outcome);
  if (decision.error_code != 0) {
    out["errorCode"] = decision.error_code;
  }
  out["required"] = clause_texts(policies, decision.required);
  json::array unmet;
  for (const auto clause : policies.prompt_order(decision)) {
    unmet.emplace_back(policies.clause(clause));
  }
  out["unmet"] = std::move(unmet);
  out["reauthenticate"] = decision.reauthenticate;
  json::array changes;
  for (const auto& change : nearest_change(policies, facts)) {
    changes.emplace_back(change.text);
  }
  out["nearestChange"] = std::move(changes);
  return out;
}

/// A policy applies to a sign-in to several apps when it applies to one of them.
void merge_policy(json::object& into, json::object&& other) {
  if (!into.at("policyApplies").get_bool() && other.at("policyApplies").get_bool()) {
    into = std::move(other);
  }
}

}  // namespace

json::object what_if(const PolicySet& policies, const WhatIfSignIn& sign_in) {
  std::vector<json::object> results;
  json::array sign_ins;
  for (const auto& facts : sign_in.facts) {
    const SignInView view(facts);
    const auto explanation = policies.explain(view.request(), ExplainScope::kEvery);
    sign_ins.push_back(decision_json(policies, explanation.decision, facts));
    for (std::size_t i = 0; i < explanation.policies.size(); ++i) {
      const auto& trace = explanation.policies[i];
      auto result = policy_json(policies.policy(trace.policy), trace, sign_in);
      if (i < results.size()) {
        merge_policy(results[i], std::move(result));
      } else {
        results.push_back(std::move(result));
      }
    }
  }
  json::array value;
  for (auto& result : results) {
    if (!sign_in.applied_policies_only || result.at("policyApplies").get_bool()) {
      value.push_back(std::move(result));
    }
  }
  json::object out;
  out["@odata.context"] =
      "https://graph.microsoft.com/beta/$metadata#Collection(whatIfAnalysisResult)";
  out["value"] = std::move(value);
  out["gatehouse"] = {{"policySet", policies.digest()}, {"signIns", std::move(sign_ins)}};
  return out;
}

}  // namespace gate::graph
