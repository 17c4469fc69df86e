// Code lives as long as the last set that uses it, and not longer.
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <gate/evaluator.hpp>
#include <string>
#include <thread>
#include <vector>

#include "compiler/lower/attach_native.h"
#include "compiler/lower/code_cache.h"
#include "runtime/set/build.h"
#include "tests/executor/tier.h"
#include "tests/property/random_program.h"
#include "tests/property/random_sign_in.h"
#include "tests/property/rounds.h"
#include "tests/sanitized.h"

namespace gate::property {
namespace {

std::shared_ptr<const PolicySet> native_set(Dice& dice, std::size_t policies) {
  auto set = build_policy_set(random_program(dice, policies));
  GATE_CHECK(set, "a random program builds");
  const auto attached = lower::attach_native(**set);
  EXPECT_TRUE(attached) << attached.error().message;
  EXPECT_TRUE(executor::machine_code_answers(**set));
  return std::shared_ptr<const PolicySet>(std::move(*set));
}

std::size_t resident_kb() {
  std::ifstream in("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  in >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) / 1024;
}
std::size_t mappings(const char* permissions) {
  std::ifstream in("/proc/self/maps");
  std::size_t found = 0;
  for (std::string line; std::getline(in, line);) {
    found += line.find(permissions) != std::string::npos ? 1 : 0;
  }
  return found;
}

/// Sanitizers keep freed memory for a while, to catch those who use it.
constexpr bool kFreedMemoryIsKept = kSanitized;

TEST(Lifetime, CompilingAndFreeingSetsLeavesMemoryFlat) {
  constexpr int kCycles = 500;
  constexpr int kWarmUp = 100;
  std::size_t after_warm_up = 0;
  std::size_t code_after_warm_up = 0;
  std::size_t allowed = 0;
  const auto before = lower::native_counts();
  for (int i = 0; i < kCycles; ++i) {
    // Shapes again and again, and more of them than the process keeps without a set.
    Dice dice(static_cast<std::uint64_t>(i) % (2 * lower::CodeCache::kKept));
    const auto set = native_set(dice, 6);
    const SignInFacts facts = random_sign_in(dice);
    allowed += set->evaluate(SignInView(facts).request()).outcome == Outcome::kAllow ? 1 : 0;
    if (i == kWarmUp) {
      after_warm_up = resident_kb();
      code_after_warm_up = mappings(" r-xp ");
    }
  }
  if (!kFreedMemoryIsKept) {
    EXPECT_LT(resident_kb(), after_warm_up + 4096) << "500 sets left memory behind";
  }
  // The system shows neighbours as one mapping or as several; a leak would be hundreds.
  EXPECT_LE(mappings(" r-xp "), code_after_warm_up + lower::CodeCache::kKept);
  EXPECT_EQ(mappings(" rwxp "), 0U) << "memory is written or executed, never both";
  EXPECT_GE(lower::native_counts().compiled - before.compiled,
            static_cast<std::uint64_t>(kCycles * 9 / 10));
  EXPECT_LE(allowed, static_cast<std::size_t>(kCycles));
}

TEST(Lifetime, SetsOfOnePlanShareTheirCode) {
  Dice first_dice(5);
  const auto first = native_set(first_dice, 30);
  const auto before = lower::native_counts();
  for (int i = 0; i < 10; ++i) {
    Dice dice(5);
    const auto set = native_set(dice, 30);
    EXPECT_EQ(set->tier(), Tier::kMachineCode);
  }
  EXPECT_EQ(lower::native_counts().compiled, before.compiled);
  EXPECT_EQ(lower::native_counts().shared, before.shared + 10);
}

/// Readers hold every answer against what the set of its generation says.
TEST(Lifetime, AReloadUnderLoadNeverMixesGenerations) {
  constexpr std::size_t kSets = 6;
  constexpr std::size_t kReplacements = 3000;
  std::vector<std::shared_ptr<const PolicySet>> sets;
  std::vector<Decision> expected;
  Dice dice(11);
  const SignInFacts facts = random_sign_in(dice);
  const SignInView view(facts);
  for (std::size_t i = 0; i < kSets; ++i) {
    sets.push_back(native_set(dice, 40));
    expected.push_back(sets.back()->evaluate(view.request()));
  }
  Evaluator evaluator(sets[0]);  // generation 1 is sets[0], generation g is sets[(g - 1) % kSets]
  std::atomic<bool> stop{false};
  std::atomic<std::size_t> decided{0};
  std::atomic<std::size_t> wrong{0};
  std::vector<std::thread> readers;
  for (int t = 0; t < 2; ++t) {
    readers.emplace_back([&] {
      std::uint64_t last = 0;
      while (!stop) {
        Decision d = evaluator.evaluate(view.request());
        const std::uint64_t generation = std::exchange(d.generation, 0);
        const bool right = d == expected[(generation - 1) % kSets] && generation >= last;
        wrong += right ? 0 : 1;
        last = generation;
        ++decided;
      }
    });
  }
  for (std::size_t i = 1; i <= kReplacements || decided < 1000; ++i) {
    evaluator.replace(sets[i % kSets]);
  }
  stop = true;
  for (std::thread& reader : readers) {
    reader.join();
  }
  EXPECT_EQ(wrong, 0U);
  EXPECT_GE(decided, 1000U);
}

}  // namespace
}  // namespace gate::property
