#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <gate/policy_file.hpp>
#include <gate/policy_host.hpp>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "runtime/ir/builder.h"
#include "runtime/ir/memory.h"
#include "runtime/ir/sample_program.h"
#include "runtime/set/build.h"

namespace gate {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kLong{20'000};

/// A set with one policy of this name; `filler` makes it larger.
std::string file_of(const std::string& policy, std::size_t filler = 0) {
  ir::ProgramBuilder b;
  ir::Policy p;
  p.id = p.name = policy;
  p.description.assign(filler, 'x');
  p.include.all_users = true;
  p.include_targets.all = true;
  p.condition = b.constant(true);
  ir::Effect block;
  block.block = true;
  p.effect = b.effect(block);
  b.policy(p);
  auto set = build_policy_set(b.finish());
  GATE_CHECK(set, "the set must build");
  return *save_policy_set(**set);
}
std::string policy_of(const Result<std::shared_ptr<const PolicySet>>& set) {
  return set ? std::string((*set)->policy(0).name) : std::string(error_code_name(set.error().code));
}

/// Builds that wait until they are let through, and say in which order they came.
class Gatekeeper {
 public:
  PolicyHost::Build build() {
    return [this](std::string_view file) -> Result<std::shared_ptr<const PolicySet>> {
      auto set = load_policy_set(file);
      std::unique_lock lock(mutex_);
      order_.emplace_back(set ? (*set)->policy(0).name : "broken");
      changed_.notify_all();
      changed_.wait(lock, [this] { return passes_ > 0; });
      --passes_;
      return set;
    };
  }
  void let(std::size_t n) {
    const std::lock_guard lock(mutex_);
    passes_ += n;
    changed_.notify_all();
  }
  void wait_for(std::size_t builds) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return order_.size() >= builds; });
  }
  std::vector<std::string> order() {
    const std::lock_guard lock(mutex_);
    return order_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t passes_ = 0;
  std::vector<std::string> order_;
};

TEST(PolicyHost, BuildsOnFirstUseAndOnce) {
  std::atomic<int> builds{0};
  PolicyHost host({}, [&builds](std::string_view file) {
    ++builds;
    return load_policy_set(file);
  });
  ASSERT_TRUE(host.put("a", file_of("A")));
  ASSERT_TRUE(host.put("b", file_of("B")));
  EXPECT_EQ(host.counts().warm, 0U);
  EXPECT_EQ(builds, 0);
  std::vector<std::thread> callers;
  std::atomic<int> good{0};
  for (int i = 0; i < 16; ++i) {
    callers.emplace_back([&] { good += policy_of(host.get("a", kLong)) == "A" ? 1 : 0; });
  }
  for (std::thread& caller : callers) {
    caller.join();
  }
  EXPECT_EQ(good, 16);
  EXPECT_EQ(builds, 1);
  EXPECT_EQ(host.counts().warm, 1U);
  EXPECT_EQ(policy_of(host.get("nobody", kLong)), "not_found");
}

TEST(PolicyHost, KeepsWhatWasUsedLastWithinItsBytes) {
  PolicyHost::Limits limits;
  ASSERT_TRUE(PolicyHost(limits).put("x", file_of("X", 100'000)));
  std::size_t one = 0;
  {
    PolicyHost host(limits);
    ASSERT_TRUE(host.put("x", file_of("X", 100'000)));
    ASSERT_EQ(policy_of(host.get("x", kLong)), "X");
    one = host.counts().warm_bytes;
  }
  EXPECT_GT(one, 100'000U);
  limits.warm_bytes_max = 3 * one + one / 2;
  PolicyHost host(limits);
  for (const char* name : {"A", "B", "C", "D"}) {
    ASSERT_TRUE(host.put(name, file_of(name, 100'000)));
  }
  for (const char* name : {"A", "B", "C", "A", "D"}) {  // D pushes B out: A was used since
    EXPECT_EQ(policy_of(host.get(name, kLong)), name);
  }
  EXPECT_EQ(host.counts().warm, 3U);
  EXPECT_LE(host.counts().warm_bytes, limits.warm_bytes_max);
  EXPECT_EQ(host.counts().evictions, 1U);
  const std::uint64_t hits = host.counts().hits;
  EXPECT_EQ(policy_of(host.get("A", kLong)), "A");
  EXPECT_EQ(host.counts().hits, hits + 1) << "A is still warm";
  EXPECT_EQ(policy_of(host.get("B", kLong)), "B") << "and B comes back";
  EXPECT_EQ(host.counts().builds, 5U);
}

TEST(PolicyHost, ASetInUseOutlivesItsEviction) {
  PolicyHost host({});
  ASSERT_TRUE(host.put("a", file_of("A")));
  const auto held = host.get("a", kLong);
  EXPECT_TRUE(host.remove("a"));
  EXPECT_FALSE(host.remove("a"));
  EXPECT_EQ(policy_of(held), "A");
  EXPECT_EQ(host.counts().warm_bytes, 0U);
  EXPECT_EQ(host.counts().cold_bytes, 0U);
  EXPECT_EQ(host.counts().tenants, 0U);
}

TEST(PolicyHost, ANewSetComesInForceBehindTheOldOneAndABrokenOneNever) {
  PolicyHost host({});
  ASSERT_TRUE(host.put("a", file_of("old")));
  ASSERT_EQ(policy_of(host.get("a", kLong)), "old");
  ASSERT_TRUE(host.put("a", file_of("new")));
  while (policy_of(host.get("a", kLong)) != "new") {
    std::this_thread::yield();  // the old one until then, never nothing
  }
  ASSERT_TRUE(host.put("a", "broken"));
  while (host.counts().failures == 0) {
    EXPECT_EQ(policy_of(host.get("a", kLong)), "new");
  }
  EXPECT_EQ(policy_of(host.get("a", kLong)), "new");
  EXPECT_EQ(host.counts().cold_bytes, file_of("new").size()) << "the broken file is not kept";
}

TEST(PolicyHost, ABrokenFirstFileIsAnErrorUntilAnotherIsPut) {
  PolicyHost host({});
  ASSERT_TRUE(host.put("a", "broken"));
  EXPECT_EQ(policy_of(host.get("a", kLong)), "invalid_argument");
  EXPECT_EQ(policy_of(host.get("a", kLong)), "invalid_argument");
  EXPECT_EQ(host.counts().failures, 1U) << "not tried again and again";
  ASSERT_TRUE(host.put("a", file_of("mended")));
  EXPECT_EQ(policy_of(host.get("a", kLong)), "mended");
}

TEST(PolicyHost, TheOlderSetComesBackFromColdWhenTheNewerOneIsBroken) {
  PolicyHost::Limits limits;
  limits.warm_bytes_max = 150'000;
  PolicyHost host(limits);
  ASSERT_TRUE(host.put("a", file_of("old", 100'000)));
  ASSERT_TRUE(host.put("b", file_of("B", 100'000)));
  ASSERT_EQ(policy_of(host.get("a", kLong)), "old");
  ASSERT_EQ(policy_of(host.get("b", kLong)), "B");
  ASSERT_EQ(host.counts().evictions, 1U) << "a is cold";
  ASSERT_TRUE(host.put("a", "broken"));
  EXPECT_EQ(policy_of(host.get("a", kLong)), "old");
  EXPECT_EQ(host.counts().failures, 1U);
  EXPECT_EQ(host.counts().builds, 3U);
}

TEST(PolicyHost, ATenantHasOnePlaceInTheQueueWhateverItDoes) {
  Gatekeeper keeper;
  PolicyHost host({}, keeper.build());
  ASSERT_TRUE(host.put("first", file_of("first")));
  EXPECT_EQ(policy_of(host.get("first", milliseconds(1))), "unavailable");
  keeper.wait_for(1);  // the only builder is busy: the others queue
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(host.put("greedy", file_of("greedy")));
    EXPECT_EQ(policy_of(host.get("greedy", milliseconds(0))), "unavailable");
  }
  ASSERT_TRUE(host.put("modest", file_of("modest")));
  EXPECT_EQ(policy_of(host.get("modest", milliseconds(0))), "unavailable");
  EXPECT_EQ(host.counts().queued, 2U);
  keeper.let(1000);
  EXPECT_EQ(policy_of(host.get("modest", kLong)), "modest");
  const auto order = keeper.order();
  ASSERT_GE(order.size(), 3U);
  EXPECT_EQ(order[0], "first");
  EXPECT_EQ(order[1], "greedy");
  EXPECT_EQ(order[2], "modest") << "a hundred puts did not push it back";
}

TEST(PolicyHost, EveryLimitIsAnError) {
  PolicyHost::Limits limits;
  limits.file_bytes_max = 1000;
  limits.tenants_max = 2;
  PolicyHost small(limits);
  EXPECT_EQ(small.put("a", std::string(1001, 'x')).error().code, ErrorCode::kLimitExceeded);
  ASSERT_TRUE(small.put("a", "x"));
  ASSERT_TRUE(small.put("b", "x"));
  EXPECT_EQ(small.put("c", "x").error().code, ErrorCode::kLimitExceeded);

  limits = {};
  limits.set_bytes_max = 50'000;
  PolicyHost capped(limits);
  ASSERT_TRUE(capped.put("a", file_of("A", 100'000)));
  EXPECT_EQ(policy_of(capped.get("a", kLong)), "limit_exceeded");

  limits = {};
  limits.queue_max = 1;
  Gatekeeper keeper;
  PolicyHost queued(limits, keeper.build());
  for (const char* name : {"A", "B", "C"}) {
    ASSERT_TRUE(queued.put(name, file_of(name)));
  }
  EXPECT_EQ(policy_of(queued.get("A", milliseconds(0))), "unavailable");
  keeper.wait_for(1);
  EXPECT_EQ(policy_of(queued.get("B", milliseconds(0))), "unavailable");
  EXPECT_EQ(queued.get("C", kLong).error().message, "too many wait for policy sets to be built");
  keeper.let(1000);
  EXPECT_EQ(policy_of(queued.get("B", kLong)), "B");
}

TEST(PolicyHost, ManyThreadsPutGetAndRemove) {
  PolicyHost::Limits limits;
  limits.warm_bytes_max = 40'000;
  limits.builder_threads = 3;
  PolicyHost host(limits);
  std::vector<std::string> files;
  for (int i = 0; i < 8; ++i) {
    files.push_back(file_of("T" + std::to_string(i)));
  }
  std::vector<std::thread> threads;
  std::atomic<int> decided{0};
  for (unsigned n = 0; n < 4; ++n) {
    threads.emplace_back([&, n] {
      for (unsigned i = 0; i < 400; ++i) {
        const unsigned tenant = (i * 7 + n) % 8;
        const std::string name = std::to_string(tenant);
        if (i % 5 == 0) {
          GATE_CHECK(host.put(name, files[tenant]), "within the limits");
        }
        if (i % 97 == 0) {
          host.remove(name);
        }
        const auto set = host.get(name, kLong);
        if (set) {
          GATE_CHECK((*set)->policy(0).name == "T" + name, "never another tenant's set");
          GATE_CHECK((*set)->evaluate(SignInRequest{}).outcome == Outcome::kBlock,
                     "and it decides");
          ++decided;
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_GT(decided, 400);
  EXPECT_LE(host.counts().warm_bytes, limits.warm_bytes_max);
  for (int i = 0; i < 8; ++i) {
    host.remove(std::to_string(i));
  }
  EXPECT_EQ(host.counts().warm_bytes, 0U);
  EXPECT_EQ(host.counts().cold_bytes, 0U);
}

TEST(Memory, CountsVectorsAndLongStrings) {
  ir::Program p;
  EXPECT_EQ(ir::memory_bytes(p), 0U);
  p.names.reserve(4);
  p.names.emplace_back("short");
  p.names.push_back(std::string(100, 'x'));
  EXPECT_GE(ir::memory_bytes(p), 4 * sizeof(std::string) + 101);
  EXPECT_LE(ir::memory_bytes(p), 4 * sizeof(std::string) + 250);
  EXPECT_GT(ir::memory_bytes(ir::sample_program()), 2000U);
}

}  // namespace
}  // namespace gate
