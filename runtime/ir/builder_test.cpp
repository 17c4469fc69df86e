#include "runtime/ir/builder.h"

#include <gtest/gtest.h>

#include "runtime/ir/text.h"
#include "runtime/ir/verify.h"

namespace gate::ir {
namespace {

/// A policy for one group, under a condition over a signal.
void add_policy(ProgramBuilder& builder, const std::string& group, std::int64_t bound) {
  const std::uint32_t amount = builder.int_slot({"amount", true, false, 0});
  Policy policy;
  policy.id = group;
  policy.name = group;
  policy.include.members = {builder.symbol(SymbolKind::kGroup, group)};
  policy.include_targets.all = true;
  policy.condition =
      builder.any_of({builder.int_compare({amount, CompareOp::kGt, bound}),
                      builder.string_test({builder.string_slot({"device.model", false, false, ""}),
                                           StringOp::kEquals,
                                           {group + " phone"}})});
  policy.effect = builder.effect({true, {}, {}});
  builder.policy(std::move(policy));
}

// What an earlier set left in the tables of a builder does not show in the next.
TEST(ProgramBuilder, ASetOverUsedTablesIsTheSameAsOverNewOnes) {
  ProgramBuilder old;
  add_policy(old, "Zebras", 5);
  (void)old.bool_slot({"gone", true, true});
  (void)old.list_slot("gone too");
  old.default_deny(true);
  old.use_workforce_mfa();
  EXPECT_TRUE(verify(old.finish_set()));

  old.start_set();
  ProgramBuilder fresh;
  for (ProgramBuilder* builder : {&old, &fresh}) {
    add_policy(*builder, "Ants", 7);
    add_policy(*builder, "Zebras", 5);
  }
  const Program again = old.finish_set();
  EXPECT_TRUE(verify(again));
  EXPECT_EQ(print_text(again, Sources::kKeep), print_text(fresh.finish(), Sources::kKeep));
}

// The slots of a policy that is not lowered again are told to the builder.
TEST(ProgramBuilder, SlotsThatAreOnlyRememberedAreInTheSet) {
  ProgramBuilder builder;
  add_policy(builder, "Ants", 7);
  const std::vector<SlotId> slots = builder.take_slots();
  EXPECT_EQ(slots.size(), 2U);
  EXPECT_TRUE(builder.take_slots().empty());
  builder.start_set();
  EXPECT_TRUE(builder.finish_set().int_slots.empty());
  builder.start_set();
  builder.use_slots(slots);
  const Program set = builder.finish_set();
  ASSERT_EQ(set.int_slots.size(), 1U);
  EXPECT_EQ(set.int_slots.front().name, "amount");
  EXPECT_EQ(set.string_slots.size(), 1U);
}

}  // namespace
}  // namespace gate::ir
