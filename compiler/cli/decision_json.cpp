#include "compiler/cli/decision_json.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <string>
#include <vector>

#include "compiler/cli/decision_text.h"

namespace gate::cli {
namespace {

namespace json = boost::json;

json::array array_of(const std::vector<std::string>& texts) {
  json::array out;
  for (const std::string& text : texts) {
    out.emplace_back(text);
  }
  return out;
}

json::array applied(const PolicySet& policies, const Explanation& explained, PolicyState state) {
  json::array out;
  for (const PolicyTrace& trace : explained.policies) {
    const PolicyInfo policy = policies.policy(trace.policy);
    if (trace.applies && policy.state == state) {
      out.push_back(json::object{{"name", policy.name},
                                 {"id", policy.id},
                                 {"description", policy.description},
                                 {"requires", array_of(trace.requires_text)},
                                 {"satisfied", trace.satisfied},
                                 {"file", policy.source_file},
                                 {"line", policy.source_line}});
    }
  }
  return out;
}

json::array reasons(const PolicySet& policies, const Decision& decision) {
  json::array out;
  for (std::size_t i = 0; i < decision.reason_count; ++i) {
    const Reason& reason = decision.reasons[i];
    json::object each{{"code", name(reason.code)}, {"text", reason_text(policies, reason)}};
    if (reason.policy < policies.policy_count()) {
      each["policy"] = policies.policy(reason.policy).name;
    }
    out.push_back(std::move(each));
  }
  return out;
}

json::object core(const PolicySet& policies, const Decision& decision) {
  json::object out{{"outcome", name(decision.outcome)}};
  if (decision.outcome == Outcome::kBlock) {
    out["error_code"] = decision.error_code;
  }
  out["required"] = array_of(clause_texts(policies, decision.required));
  out["unmet"] = array_of(clause_texts(policies, decision.unmet));
  out["reauthenticate"] = decision.reauthenticate;
  out["second_factors"] = array_of(method_texts(decision.second_factors));
  out["session"] = array_of(session_texts(decision.session));
  return out;
}

}  // namespace

json::object decision_json(const PolicySet& policies, const Explanation& explained) {
  json::object out = core(policies, explained.decision);
  out["applied"] = applied(policies, explained, PolicyState::kOn);
  out["reasons"] = reasons(policies, explained.decision);
  json::object report = core(policies, explained.report_only);
  report["applied"] = applied(policies, explained, PolicyState::kReportOnly);
  out["report_only"] = std::move(report);
  out["digest"] = policies.digest();
  return out;
}

json::object explanation_json(const PolicySet& policies, const Explanation& explained) {
  json::object out = decision_json(policies, explained);
  json::array all;
  for (const PolicyTrace& trace : explained.policies) {
    const PolicyInfo policy = policies.policy(trace.policy);
    json::array criteria;
    for (const Criterion& criterion : trace.criteria) {
      criteria.push_back(json::object{{"section", criterion.section},
                                      {"text", criterion.text},
                                      {"truth", name(criterion.truth)},
                                      {"detail", criterion.detail}});
    }
    all.push_back(json::object{{"name", policy.name},
                               {"id", policy.id},
                               {"description", policy.description},
                               {"state", name(policy.state)},
                               {"applies", trace.applies},
                               {"requires", array_of(trace.requires_text)},
                               {"satisfied", trace.satisfied},
                               {"criteria", std::move(criteria)},
                               {"file", policy.source_file},
                               {"line", policy.source_line}});
  }
  out["policies"] = std::move(all);
  return out;
}

}  // namespace gate::cli
