// Machine code that turns out to be wrong: no set decides by it any more.
#include "compiler/lower/shared_code.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <gate/interned.hpp>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "compiler/lower/attach_native.h"
#include "compiler/lower/planted_code.h"
#include "runtime/ir/builder.h"
#include "runtime/set/build.h"
#include "runtime/set/state.h"

namespace gate::lower {
namespace {

using namespace std::chrono_literals;
using Set = std::shared_ptr<const PolicySet>;

/// One policy: it blocks when some number is above zero.
Set blocks_everybody(std::string_view id) {
  ir::ProgramBuilder b;
  ir::Effect block;
  block.block = true;
  ir::Policy p;
  p.id = p.name = id;
  p.include.all_users = true;
  p.include_targets.all = true;
  p.condition = b.int_compare({b.int_slot({"amount", true, false, 0}), ir::CompareOp::kGt, 0});
  p.effect = b.effect(block);
  b.policy(std::move(p));
  auto set = build_policy_set(b.finish());
  GATE_CHECK(set, "the test's set builds");
  return {std::move(*set)};
}

Outcome decide(const PolicySet& set) {
  const SignalFact signals[] = {{"amount", std::int64_t{1}}};
  SignInRequest request;
  request.user = "u";
  request.target = "app";
  request.signals = signals;
  return set.evaluate(request).outcome;
}

Set with(const std::shared_ptr<SharedCode>& code, std::string_view id) {
  Set set = blocks_everybody(id);
  EXPECT_TRUE(expect_code(*set));
  EXPECT_TRUE(code->attach_to(*set));
  EXPECT_EQ(set->tier(), Tier::kMachineCode);
  return set;
}

TEST(SharedCode, WithdrawnFromAllSetsThatUseItAndGivenToNone) {
  const auto code = planted::code(planted::nothing_applies);
  const Set a = with(code, "a");
  const Set b = with(code, "b");
  Set gone = with(code, "gone");
  ASSERT_EQ(decide(*a), Outcome::kAllow) << "planted: it fails open";
  gone = nullptr;
  code->withdraw();
  for (const Set& set : {a, b}) {
    EXPECT_EQ(set->tier(), Tier::kTables);
    EXPECT_EQ(decide(*set), Outcome::kBlock);
    EXPECT_FALSE(expect_code(*set)) << "for good";
    EXPECT_EQ(set->wait_for_native(30s), Tier::kTables) << "no thread waits";
    EXPECT_FALSE(attach_native(*set));
  }
  const Set late = blocks_everybody("late");
  ASSERT_TRUE(expect_code(*late));
  EXPECT_FALSE(code->attach_to(*late));
  EXPECT_EQ(late->wait_for_native(30s), Tier::kTables);
  EXPECT_TRUE(expect_code(*late)) << "other code may come";
}

TEST(SharedCode, OnTheWayToASetThatGaveUpAllCodeIsNotAttached) {
  const Set set = blocks_everybody("a");
  ASSERT_TRUE(expect_code(*set));
  EXPECT_FALSE(withdraw_code(internal::state_for_code(*set))) << "none decided";
  EXPECT_FALSE(planted::code(planted::nothing_applies)->attach_to(*set));
  EXPECT_EQ(set->tier(), Tier::kTables);
  EXPECT_EQ(decide(*set), Outcome::kBlock);
}

TEST(SharedCode, OutlivesItsMakerAndMayBeWithdrawnWhileSetsComeGoAndDecide) {
  for (int round = 0; round < 50; ++round) {
    auto code = planted::code(planted::nothing_applies);
    const Set set = with(code, "stays");
    std::atomic<bool> withdrawn{false};
    std::atomic<std::uint64_t> wrong{0};
    std::thread decides([&] {
      for (bool last = false; !last;) {
        last = withdrawn;  // so that one decision at least begins after it
        const Outcome outcome = decide(*set);
        wrong += last && outcome != Outcome::kBlock ? 1 : 0;
      }
    });
    std::thread comes_and_goes([&] {
      for (bool last = false; !last;) {
        last = withdrawn;
        const Set other = blocks_everybody("other");
        wrong += expect_code(*other) && code->attach_to(*other) && last ? 1 : 0;
      }
    });
    code->withdraw();
    withdrawn = true;
    decides.join();
    comes_and_goes.join();
    EXPECT_EQ(wrong, 0U);
  }
}

TEST(CodeCache, ABannedSignatureIsNeitherFoundNorTaken) {
  const auto code = planted::code(planted::nothing_applies);
  const auto other = planted::code(planted::nothing_applies);
  CodeCache cache;
  ASSERT_EQ(cache.put("wrong", code), code);
  ASSERT_EQ(cache.put("right", other), other);
  const Set set = with(code, "a");
  const Set stays = with(other, "b");
  for (int twice = 0; twice < 2; ++twice) {
    cache.ban("wrong");
    EXPECT_EQ(cache.find("wrong"), nullptr);
    EXPECT_EQ(cache.put("wrong", planted::code(planted::nothing_applies)), nullptr);
    EXPECT_TRUE(cache.is_banned("wrong"));
    EXPECT_EQ(cache.bans(), 1U);
  }
  EXPECT_EQ(set->tier(), Tier::kTables);
  EXPECT_EQ(cache.find("right"), other);
  EXPECT_EQ(stays->tier(), Tier::kMachineCode);
}

TEST(CodeCache, AMachineThatIsWrongAgainAndAgainGeneratesNothingAnyMore) {
  CodeCache cache;
  const auto code = planted::code(planted::nothing_applies);
  ASSERT_EQ(cache.put("right", code), code);
  const Set set = with(code, "a");
  for (std::size_t i = 0; i < CodeCache::kBannedMax; ++i) {
    EXPECT_FALSE(cache.is_banned("right"));
    cache.ban(fmt::format("wrong {}", i));
  }
  EXPECT_TRUE(cache.is_banned("right"));
  EXPECT_EQ(cache.find("right"), nullptr);
  EXPECT_EQ(set->tier(), Tier::kTables);
}

}  // namespace
}  // namespace gate::lower
