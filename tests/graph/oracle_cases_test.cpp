// The independent reading against the hand-derived cases: before it judges our executors, it must
// itself be right about every documented statement.

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <set>

#include "tests/graph/corpus.h"
#include "tests/graph/oracle/attribute_rule.h"
#include "tests/graph/oracle/oracle.h"

namespace {

using namespace graph_oracle;
using ClauseSet = std::set<std::set<std::string>>;

ClauseSet as_set(const std::vector<Clause>& clauses) {
  ClauseSet out;
  for (const auto& clause : clauses) {
    out.emplace(clause.begin(), clause.end());
  }
  return out;
}

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

Tenant tenant_of(const json::value* tenant) {
  Tenant out;
  out.locations = member(tenant, "namedLocations");
  out.app_groups = member(tenant, "appGroups");
  out.type = text(tenant, "tenantType");
  out.second_factors = list(tenant, "enabledSecondFactors");
  return out;
}

void expect_session(const Session& have, const json::value& wanted) {
  Session expected;
  merge_session({{"sessionControls", wanted}}, expected);
  EXPECT_EQ(expected.frequency_s, have.frequency_s);
  EXPECT_EQ(expected.persistent_browser, have.persistent_browser);
  EXPECT_TRUE(expected == have);
}

void expect_policies(const Reading& reading, const json::value& policies,
                     const json::value* expected) {
  std::vector<std::string> applied;
  const auto* reasons = member(expected, "notApplied");
  const auto* report_only = member(expected, "reportOnly");
  for (std::size_t i = 0; i < reading.policies.size(); ++i) {
    const auto id = text(&policies.get_array()[i], "id");
    const auto& policy = reading.policies[i];
    if (policy.enabled && policy.applies) {
      applied.push_back(id);
    }
    EXPECT_EQ(text(report_only, id), policy.report_only) << id;
    if (const auto accepted = list(reasons, id); !accepted.empty()) {
      ASSERT_FALSE(policy.failing.empty()) << id;
      EXPECT_TRUE(holds(accepted, policy.failing.front())) << id << " " << policy.failing.front();
    }
  }
  EXPECT_EQ(list(expected, "appliedPolicies"), applied);
}

void expect_case(const json::value& each) {
  const auto* expected = member(&each, "expected");
  const auto& policies = *member(&each, "policies");
  const auto reading = read(policies, tenant_of(member(&each, "tenant")), *member(&each, "signIn"),
                            text(&each, "mode") == "whatIf");
  EXPECT_EQ(text(expected, "outcome"), reading.outcome);
  EXPECT_EQ(as_set(member(expected, "required")), as_set(reading.required));
  EXPECT_EQ(as_set(member(expected, "outstanding")), as_set(reading.outstanding));
  expect_policies(reading, policies, expected);
  if (const auto* session = member(expected, "sessionControls"); session != nullptr) {
    expect_session(reading.session, *session);
  }
  if (member(expected, "promptOrder") != nullptr) {
    EXPECT_EQ(list(expected, "promptOrder"), reading.prompt_order);
  }
  if (member(expected, "acrs") != nullptr) {
    EXPECT_EQ(list(expected, "acrs"), reading.acrs);
  }
  if (member(expected, "allowedSecondFactors") != nullptr) {
    EXPECT_EQ(list(expected, "allowedSecondFactors"), reading.allowed_second_factors);
  }
  if (member(expected, "errorCode") != nullptr) {
    EXPECT_EQ(number(expected, "errorCode", 0), reading.error_code);
  }
}

TEST(Oracle, AgreesWithEveryHandDerivedCase) {
  GATE_NEEDS_CORPUS();
  const auto document = graph_corpus::read_json(*graph_corpus::root() / "cases/ca-semantics.json");
  int cases = 0;
  for (const auto& each : member(&document, "cases")->get_array()) {
    SCOPED_TRACE(text(&each, "id") + " " + text(&each, "title"));
    expect_case(each);
    ++cases;
  }
  EXPECT_EQ(number(&document, "count", 0), cases);
  std::printf("[          ] %d cases\n", cases);
}

bool rule(std::string_view text, const json::value& device) {
  const auto hit = device_rule_matches(text, device.is_null() ? nullptr : &device);
  EXPECT_TRUE(hit.has_value()) << text;
  return hit.value_or(false);
}

TEST(Oracle, DeviceRulesBindComparisonBeforeNotBeforeAndBeforeOr) {
  const json::value device = {{"model", "Surface"}, {"isCompliant", true}};
  EXPECT_TRUE(
      rule("device.model -eq \"surface\" -or device.model -eq \"x\" -and "
           "device.model -eq \"y\"",
           device));
  EXPECT_TRUE(
      rule("device.model -eq \"a\" -and device.model -eq \"b\" -or device.isCompliant -eq "
           "True",
           device));
  EXPECT_FALSE(rule("-not device.model -eq \"Surface\" -and device.isCompliant -eq True", device));
  EXPECT_TRUE(rule("device.model -in [\"a\", \"SURFACE\"]", device));
  EXPECT_FALSE(device_rule_matches("device.model ~ \"x\"", &device).has_value());
}

TEST(Oracle, UnregisteredDevicesMatchNegativeOperatorsOnly) {
  EXPECT_FALSE(rule("device.model -eq \"x\"", nullptr));
  EXPECT_TRUE(rule("device.model -ne \"x\"", nullptr));
  EXPECT_TRUE(rule("device.model -notContains \"x\"", nullptr));
  EXPECT_TRUE(rule("-not (device.model -startsWith \"x\")", nullptr));
}

TEST(Oracle, ContainsOnAnAttributeWithSeveralValuesIsOneWholeValue) {
  const json::value app = {{"Apps_Policy", {"requireMFA", "blockGuestUsers"}}};
  const auto hit = [&](const char* text) { return attribute_rule_matches(text, &app); };
  EXPECT_EQ(hit("CustomSecurityAttribute.Apps_Policy -contains \"requiremfa\""), true);
  EXPECT_EQ(hit("CustomSecurityAttribute.Apps_Policy -contains \"MFA\""), false);
  EXPECT_EQ(hit("CustomSecurityAttribute.Apps_Policy -notContains \"MFA\""), true);
}

}  // namespace
