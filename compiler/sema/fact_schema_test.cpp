#include "compiler/sema/fact_schema.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "compiler/graph/device_rule.h"

namespace gate::compiler::sema {
namespace {

TEST(FactSchema, EveryFactIsFoundByItsPathOnce) {
  std::set<std::string_view> seen;
  for (const FactInfo& fact : all_facts()) {
    EXPECT_TRUE(seen.insert(fact.path).second) << fact.path;
    EXPECT_EQ(&info_of(fact.id), &fact);
    if (!fact.path.ends_with('*')) {
      const auto found = find_fact(fact.path);
      ASSERT_TRUE(found.has_value()) << fact.path;
      EXPECT_EQ(found->info, &fact);
    }
  }
  EXPECT_FALSE(find_fact("device").has_value());
  EXPECT_FALSE(find_fact("completed.*").has_value());
  EXPECT_FALSE(find_fact("completed.fax").has_value());
  EXPECT_FALSE(find_fact("app.attributes.a.b").has_value());
}

TEST(FactSchema, EveryRunOfTheContextWordHasAFactAndWords) {
  std::set<ir::ContextFact> covered;
  for (const FactInfo& fact : all_facts()) {
    // A flow at the start is given alone: conditions on the flow look at both.
    if (fact.context && allows(fact.use, FactUse::kCondition)) {
      EXPECT_TRUE(covered.insert(*fact.context).second) << fact.path;
      EXPECT_FALSE(words_of(*fact.context).empty()) << fact.path;
      for (const FactWord& word : words_of(*fact.context)) {
        EXPECT_EQ(value_of(*fact.context, word.text), word.value);
        EXPECT_LT(word.value, ir::context_field(*fact.context).width);
      }
    }
  }
  EXPECT_EQ(covered.size(), ir::kContextFactCount);
}

TEST(FactSchema, AbsenceIsNoWord) {
  EXPECT_FALSE(value_of(ir::ContextFact::kPlatform, "unknown").has_value());
  EXPECT_FALSE(value_of(ir::ContextFact::kClient, "unknown").has_value());
  EXPECT_FALSE(value_of(ir::ContextFact::kDeviceTrust, "absent").has_value());
  EXPECT_TRUE(value_of(ir::ContextFact::kSignInRisk, "none").has_value());
}

TEST(FactSchema, KnowsEveryDeviceAttributeThatImportWrites) {
  for (const auto& attribute : graph::device_attributes()) {
    const auto found = find_fact(attribute.gate);
    ASSERT_TRUE(found.has_value()) << attribute.gate;
    EXPECT_TRUE(allows(found->info->use, FactUse::kCondition)) << attribute.gate;
  }
}

TEST(FactSchema, MethodsAreAttributesOfCompleted) {
  const auto found = find_fact("completed.sms_otp");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->info->id, FactId::kCompletedMethod);
  EXPECT_EQ(found->method, Method::kSmsOtp);
}

}  // namespace
}  // namespace gate::compiler::sema
