// The hand-derived cases, imported and decided by our own executors.

#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "compiler/graph/whatif.h"
#include "tests/graph/corpus.h"
#include "tests/graph/imported_set.h"

namespace graph_corpus {
namespace {

using graph_oracle::holds;
using graph_oracle::list;
using graph_oracle::member;
using graph_oracle::text;

ClauseSet as_set(const json::value* clauses) {
  ClauseSet out;
  for (const auto& clause : clauses->get_array()) {
    std::set<std::string> alternatives;
    for (const auto& each : clause.get_array()) {
      alternatives.emplace(each.get_string());
    }
    out.insert(std::move(alternatives));
  }
  return out;
}

void expect_decision(const ImportedSet& set, const gate::PolicySet& policies,
                     const json::value& each) {
  const auto* expected = member(&each, "expected");
  const auto verdict = set.verdict(policies, set.facts(*member(&each, "signIn")));
  EXPECT_EQ(text(expected, "outcome"), verdict.outcome);
  EXPECT_EQ(as_set(member(expected, "required")), verdict.required);
  auto outstanding = as_set(member(expected, "outstanding"));
  const bool again = outstanding.erase({"reauthenticate"}) != 0;
  EXPECT_EQ(again, verdict.reauthenticate);
  if (verdict.outcome != "block") {
    EXPECT_EQ(outstanding, verdict.unmet);
  }
  std::vector<std::string> applied;
  for (const auto number : verdict.applied) {
    applied.push_back(text(&member(&each, "policies")->get_array()[number], "id"));
  }
  EXPECT_EQ(list(expected, "appliedPolicies"), applied);
}

/// The What-If answer: which policies apply, and the first reason of those that do not.
void expect_reasons(const ImportedSet& set, const json::value& each) {
  const auto* expected = member(&each, "expected");
  const auto* tenant = member(&each, "tenant");
  gate::graph::AppGroups groups;
  if (const auto* known = member(tenant, "appGroups"); known != nullptr) {
    for (const auto& entry : known->get_object()) {
      groups[std::string(entry.key())] = list(known, entry.key());
    }
  }
  const auto sign_in = gate::graph::read_what_if(*member(&each, "signIn"), groups);
  ASSERT_TRUE(sign_in.has_value());
  const auto answer = gate::graph::what_if(set.interpreted(), *sign_in);
  const auto* reasons = member(expected, "notApplied");
  const auto applied = list(expected, "appliedPolicies");
  for (const auto& result : answer.at("value").as_array()) {
    const auto id = text(&result, "id");
    const auto reason = text(&result, "analysisReasons");
    if (const auto accepted = list(reasons, id); !accepted.empty()) {
      EXPECT_FALSE(result.at("policyApplies").as_bool()) << id;
      EXPECT_TRUE(holds(accepted, reason)) << id << " " << reason;
    }
    if (holds(applied, id)) {
      EXPECT_TRUE(result.at("policyApplies").as_bool()) << id << " " << json::serialize(result);
      EXPECT_EQ(reason, "notSet");
    }
  }
}

TEST(Cases, EveryHandDerivedCasePassesOnBothExecutors) {
  GATE_NEEDS_CORPUS();
  const auto document = read_json(*root() / "cases/ca-semantics.json");
  int passed = 0;
  for (const auto& each : member(&document, "cases")->get_array()) {
    SCOPED_TRACE(text(&each, "id") + " " + text(&each, "title"));
    const auto before =
        testing::UnitTest::GetInstance()->current_test_info()->result()->total_part_count();
    const auto* tenant = member(&each, "tenant");
    const auto* places = member(tenant, "namedLocations");
    const auto* groups = member(tenant, "appGroups");
    const ImportedSet set(
        *member(&each, "policies"), places == nullptr ? json::value(json::array()) : *places,
        groups == nullptr ? json::value(json::object()) : *groups,
        text(tenant, "tenantType") == "external" ? gate::graph::TenantKind::kExternalId
                                                 : gate::graph::TenantKind::kWorkforce);
    ASSERT_TRUE(set.ready());
    expect_decision(set, set.interpreted(), each);
    expect_decision(set, set.native(), each);
    expect_reasons(set, each);
    const auto after =
        testing::UnitTest::GetInstance()->current_test_info()->result()->total_part_count();
    passed += before == after ? 1 : 0;
  }
  std::printf("[          ] %d passed\n", passed);
  EXPECT_EQ(45, passed);
}

}  // namespace
}  // namespace graph_corpus
