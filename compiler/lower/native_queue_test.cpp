// Machine code in the background: no thread that serves requests generates code, and an edit that
// changes only data generates none.
#include "compiler/lower/native_queue.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <latch>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "compiler/lower/attach_native.h"
#include "compiler/lower/planted_code.h"
#include "runtime/ir/builder.h"
#include "runtime/set/build.h"
#include "runtime/set/state.h"

namespace gate::lower {
namespace {

using Set = std::shared_ptr<const PolicySet>;

/// Policies for groups g0, g1, ..., each with a condition of `leaves` numbers, so that every number
/// of leaves is another plan; `data` is in the names and constants alone.
Set tables(std::size_t leaves, std::size_t policies = 3, std::int64_t data = 0) {
  ir::ProgramBuilder b;
  ir::Effect block;
  block.block = true;
  const std::uint32_t effect = b.effect(block);
  const std::uint32_t slot = b.int_slot({"amount", true, false, 0});
  for (std::size_t i = 0; i < policies; ++i) {
    ir::Policy p;
    p.id = p.name = fmt::format("p{}-{}", i, data);
    p.include.members = {b.symbol(ir::SymbolKind::kGroup, fmt::format("g{}-{}", i, data))};
    p.include_targets.all = true;
    std::vector<ir::ExprId> parts;
    for (std::size_t leaf = 0; leaf < leaves; ++leaf) {
      parts.push_back(
          b.int_compare({slot, ir::CompareOp::kGt, static_cast<std::int64_t>(leaf) * 10 + data}));
    }
    p.condition = b.all_of(parts);
    p.effect = effect;
    b.policy(std::move(p));
  }
  auto set = build_policy_set(b.finish());
  GATE_CHECK(set, "the test's set builds");
  return std::shared_ptr<const PolicySet>(std::move(*set));
}
/// A plan that no other test of the process has.
std::size_t fresh() {
  static std::atomic<std::size_t> next{2};
  return next++;
}

Outcome decide(const PolicySet& set, std::int64_t data, std::int64_t amount) {
  const std::string group = fmt::format("g1-{}", data);
  const std::string_view groups[] = {group};
  const SignalFact signals[] = {{"amount", amount}};
  SignInRequest request;
  request.user = "u";
  request.target = "app";
  request.groups = groups;
  request.signals = signals;
  return set.evaluate(request).outcome;
}

constexpr std::chrono::milliseconds kLong{30'000};

/// Generates when it is told to.
struct HeldBack {
  std::once_flag once;
  std::latch begun{1};
  std::latch go{1};
  NativeQueue::Generate generate() {
    return [this](const index::KernelPlan& plan) {
      std::call_once(once, [this] { begun.count_down(); });
      go.wait();
      return code_for(plan);
    };
  }
};

TEST(NativeQueue, TablesDecideUntilCodeIsThereAndBothSayTheSame) {
  HeldBack held;
  NativeQueue queue(8, held.generate());
  const std::size_t leaves = fresh();
  const Set set = tables(leaves);
  const auto many = static_cast<std::int64_t>(leaves) * 10;
  queue.add(set);
  held.begun.wait();
  EXPECT_EQ(set->tier(), Tier::kTables);
  EXPECT_EQ(set->wait_for_native(std::chrono::milliseconds(1)), Tier::kTables) << "in time";
  EXPECT_EQ(decide(*set, 0, many), Outcome::kBlock);
  EXPECT_EQ(decide(*set, 0, 5), Outcome::kAllow);
  held.go.count_down();
  EXPECT_EQ(set->wait_for_native(kLong), Tier::kMachineCode);
  EXPECT_EQ(decide(*set, 0, many), Outcome::kBlock);
  EXPECT_EQ(decide(*set, 0, 5), Outcome::kAllow);
}

// docs/evaluator.md, Putting a set in force: a difference between the executors is found before
// anything decides by it.
TEST(NativeQueue, CodeThatDisagreesWithTheInterpreterNeverDecides) {
  const auto wrong = [](const index::KernelPlan&) -> Result<std::shared_ptr<SharedCode>> {
    return planted::code(planted::nothing_applies);
  };
  const std::size_t leaves = fresh();
  const auto many = static_cast<std::int64_t>(leaves) * 10;
  for (const std::size_t cross_check : {std::size_t{0}, std::size_t{64}}) {
    NativeQueue queue(8, wrong);
    const Set set = tables(leaves);
    internal::state_for_code(*set).cross_check = cross_check;
    ASSERT_EQ(decide(*set, 0, many), Outcome::kBlock);
    queue.add(set);
    const bool checked = cross_check != 0;
    EXPECT_EQ(set->wait_for_native(kLong), checked ? Tier::kTables : Tier::kMachineCode);
    EXPECT_EQ(decide(*set, 0, many), checked ? Outcome::kBlock : Outcome::kAllow);
    EXPECT_EQ(queue.counts().failed, checked ? 1U : 0U);
  }
}

TEST(NativeQueue, CodeThatDisagreedIsGeneratedForNoOtherSet) {
  std::atomic<int> generated{0};
  NativeQueue queue(8, [&generated](const index::KernelPlan&) {
    ++generated;
    return Result<std::shared_ptr<SharedCode>>(planted::code(planted::nothing_applies));
  });
  const std::size_t leaves = fresh();
  const std::uint64_t wrong = native_counts().wrong;
  for (std::uint64_t edit = 0; edit < 3; ++edit) {
    const auto data = static_cast<std::int64_t>(edit);
    const Set set = tables(leaves, 3, data);
    internal::state_for_code(*set).cross_check = 64;
    queue.add(set);
    EXPECT_EQ(set->wait_for_native(kLong), Tier::kTables);
    EXPECT_EQ(decide(*set, data, static_cast<std::int64_t>(leaves) * 10 + data), Outcome::kBlock);
    EXPECT_EQ(queue.counts().failed, edit + 1) << "sets that go on by their tables";
    EXPECT_EQ(native_counts().wrong, wrong + 1) << "pieces of code";
    EXPECT_FALSE(attach_native(*set)) << "nor by asking for it at once";
  }
  EXPECT_EQ(generated, 1);
  const Set other = tables(fresh());
  NativeQueue::instance().add(other);
  EXPECT_EQ(other->wait_for_native(kLong), Tier::kMachineCode)
      << "sets of another make have theirs";
}

TEST(NativeQueue, AnEditOfDataAloneCompilesNothing) {
  const std::size_t leaves = fresh();
  Set set = tables(leaves);
  NativeQueue::instance().add(set);
  ASSERT_EQ(set->wait_for_native(kLong), Tier::kMachineCode);
  const NativeCodeCounts before = native_counts();
  for (std::int64_t edit = 1; edit <= 20; ++edit) {
    if (edit % 2 == 0) {
      set = nullptr;  // the old one may be gone already
    }
    set = tables(leaves, 3 + static_cast<std::size_t>(edit), edit);
    NativeQueue::instance().add(set);
    EXPECT_EQ(set->tier(), Tier::kMachineCode) << "at once, without waiting";
    EXPECT_EQ(decide(*set, edit, static_cast<std::int64_t>(leaves) * 10 + edit), Outcome::kBlock);
    EXPECT_EQ(decide(*set, edit, 0), Outcome::kAllow);
  }
  EXPECT_EQ(native_counts().compiled, before.compiled);
  EXPECT_EQ(native_counts().shared, before.shared + 20);
}

TEST(NativeQueue, ReloadsThatAreFasterThanTheThreadLeaveNoWork) {
  HeldBack held;
  NativeQueue queue(64, held.generate());
  const Set first = tables(fresh());
  queue.add(first);
  held.begun.wait();
  const std::size_t leaves = fresh();
  Set last;
  for (std::int64_t i = 0; i < 10'000; ++i) {
    last = tables(leaves, 1, i);
    queue.add(last);
  }
  EXPECT_LE(queue.counts().waiting, 64U);
  EXPECT_EQ(queue.counts().refused, 0U) << "sets that are gone make room";
  const std::uint64_t compiled = native_counts().compiled;
  held.go.count_down();
  EXPECT_EQ(last->wait_for_native(kLong), Tier::kMachineCode);
  EXPECT_EQ(native_counts().compiled, compiled + 2) << "the first and the last";
  EXPECT_EQ(queue.counts().dropped, 9'999U);
}

TEST(NativeQueue, ASetMayBeFreedWhileItsCodeIsGenerated) {
  HeldBack held;
  NativeQueue queue(8, held.generate());
  Set set = tables(fresh());
  const std::weak_ptr<const PolicySet> gone = set;
  queue.add(set);
  held.begun.wait();
  set = nullptr;
  EXPECT_TRUE(gone.expired()) << "the queue holds it";
  held.go.count_down();
  const Set next = tables(fresh());
  queue.add(next);
  EXPECT_EQ(next->wait_for_native(kLong), Tier::kMachineCode);
}

TEST(NativeQueue, AFullQueueLeavesTheTablesAndCountsIt) {
  NativeQueue queue(0);
  const Set set = tables(fresh());
  queue.add(set);
  EXPECT_EQ(set->wait_for_native(kLong), Tier::kTables);
  EXPECT_EQ(queue.counts().refused, 1U);
  NativeQueue::instance().add(set);
  EXPECT_EQ(set->wait_for_native(kLong), Tier::kMachineCode) << "and may be asked for again";
}

TEST(NativeQueue, CodeThatCannotBeGeneratedLeavesTheTablesAndIsCounted) {
  NativeQueue queue(8, [](const index::KernelPlan&) -> Result<std::shared_ptr<SharedCode>> {
    return Error{ErrorCode::kInternal, "LLVM refuses"};
  });
  const Set set = tables(fresh());
  queue.add(set);
  EXPECT_EQ(set->wait_for_native(kLong), Tier::kTables);
  EXPECT_EQ(queue.counts().failed, 1U);
  EXPECT_EQ(decide(*set, 0, 1'000'000), Outcome::kBlock) << "the tables decide";
}

TEST(NativeQueue, AQueueThatEndsTellsWhoWaits) {
  HeldBack held;
  std::vector<Set> sets;
  {
    NativeQueue queue(8, held.generate());
    for (int i = 0; i < 3; ++i) {
      sets.push_back(tables(fresh()));
      queue.add(sets.back());
    }
    held.begun.wait();
    held.go.count_down();
  }
  for (const Set& set : sets) {
    const Tier now = set->tier();
    EXPECT_EQ(set->wait_for_native(kLong), now) << "no thread is left that could change it";
  }
  EXPECT_EQ(sets[0]->tier(), Tier::kMachineCode) << "it was in work";
}

TEST(NativeQueue, DecisionsGoOnWhileCodeIsPutInForce) {
  constexpr int kSets = 30;
  for (int i = 0; i < kSets; ++i) {
    const std::size_t leaves = fresh();
    const Set set = tables(leaves);
    std::atomic<bool> stop{false};
    std::atomic<std::uint64_t> wrong{0};
    std::vector<std::thread> readers;
    for (int t = 0; t < 2; ++t) {
      readers.emplace_back([&] {
        const auto many = static_cast<std::int64_t>(leaves) * 10;
        while (!stop) {
          wrong += decide(*set, 0, many) == Outcome::kBlock ? 0 : 1;
          wrong += decide(*set, 0, 5) == Outcome::kAllow ? 0 : 1;
        }
      });
    }
    NativeQueue::instance().add(set);
    EXPECT_EQ(set->wait_for_native(kLong), Tier::kMachineCode);
    stop = true;
    for (std::thread& reader : readers) {
      reader.join();
    }
    EXPECT_EQ(wrong, 0U);
  }
}

TEST(NativeQueueDeathTest, AProcessMayEndWithSetsInTheQueue) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        static std::vector<Set> sets;
        for (int i = 0; i < 50; ++i) {
          sets.push_back(tables(fresh()));
          NativeQueue::instance().add(sets.back());
        }
        std::exit(7);  // NOLINT(concurrency-mt-unsafe): what is tested
      },
      testing::ExitedWithCode(7), "");
}

TEST(NativeQueueDeathTest, AChildOfForkKeepsItsTablesAndEnds) {
  GTEST_FLAG_SET(death_test_style, "fast");  // forks, with the thread of the queue behind
  const Set first = tables(fresh());
  NativeQueue::instance().add(first);
  ASSERT_EQ(first->wait_for_native(kLong), Tier::kMachineCode);
  EXPECT_EXIT(
      {
        const Set set = tables(fresh());
        NativeQueue::instance().add(set);
        // NOLINTNEXTLINE(concurrency-mt-unsafe): what is tested
        std::exit(set->wait_for_native(kLong) == Tier::kTables ? 7 : 1);
      },
      testing::ExitedWithCode(7), "");
}

}  // namespace
}  // namespace gate::lower
