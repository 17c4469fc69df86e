// Readers never wait; decisions during 10,000 reloads under load all equal the oracle's answer for
// the digest they report; memory stays flat; compile failures leave the old set and are counted.
// GATE_RELOADS=10000 runs it in full; without, a few hundred.
#include <gtest/gtest.h>
#include <malloc.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <gate/compile.hpp>
#include <gate/evaluator.hpp>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/reload/variants.h"
#include "tests/sanitized.h"

namespace gate::reload {
namespace {

constexpr std::size_t kVariants = 256;
constexpr std::size_t kReaders = 2;

std::size_t reloads_wanted() {
  const char* text = std::getenv("GATE_RELOADS");  // NOLINT(concurrency-mt-unsafe): one thread yet
  const std::size_t wanted = text == nullptr ? 0 : std::strtoull(text, nullptr, 10);
  return wanted == 0 ? 3 * kVariants : wanted;
}

std::size_t resident_bytes() {
  std::ifstream in("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  in >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}
std::size_t heap_bytes() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}
std::size_t mappings() {
  std::ifstream in("/proc/self/maps");
  std::size_t found = 0;
  for (std::string line; std::getline(in, line);) {
    ++found;
  }
  return found;
}

/// Sanitizers keep freed memory for a while, to catch those who use it.
constexpr bool kFreedMemoryIsKept = kSanitized;

/// Decides all the time, and holds every answer against what the oracle says of the digest.
class Reader {
 public:
  Reader(const Evaluator& evaluator, const Oracle& oracle)
      : evaluator_(evaluator), oracle_(oracle), thread_([this] { run(); }) {}
  void stop() {
    stop_ = true;
    thread_.join();
  }
  [[nodiscard]] std::uint64_t decided() const { return decided_; }
  [[nodiscard]] std::uint64_t wrong() const { return wrong_; }
  [[nodiscard]] std::size_t digests() const { return seen_.size(); }

 private:
  void run() {
    std::uint64_t last = 0;
    for (std::size_t i = 0; !stop_; i = (i + 1) % kRequests) {
      const Evaluator::Snapshot now = evaluator_.snapshot();
      Decision decision =
          with_request(i, [&now](const SignInRequest& r) { return now.evaluate(r); });
      const bool ordered = decision.generation == now.generation && now.generation >= last;
      last = now.generation;
      decision.generation = 0;
      const Answers* expected = oracle_.find(now.policies->digest());
      const bool right = ordered && expected != nullptr && decision == (*expected)[i];
      wrong_ += right ? 0 : 1;
      ++decided_;
      if (i == 0) {
        seen_.insert(std::string(now.policies->digest()));
      }
    }
  }

  const Evaluator& evaluator_;
  const Oracle& oracle_;
  std::atomic<bool> stop_{false};
  std::atomic<std::uint64_t> decided_{0};
  std::atomic<std::uint64_t> wrong_{0};
  std::set<std::string> seen_;
  std::thread thread_;  // last: it uses everything above
};

/// What a server's reload does: compile, put in force, keep the old set when that fails.
class Reloads {
 public:
  explicit Reloads(Evaluator& evaluator) : evaluator_(evaluator) {}
  void next() {
    const std::size_t version = count_++ % kVariants;
    if (count_ % 10 == 0) {
      const auto before = evaluator_.snapshot();
      EXPECT_EQ(compile(broken_files(version), options()).policies, nullptr);
      ++failures_;
      EXPECT_EQ(evaluator_.snapshot().policies, before.policies) << "the old set stays";
    }
    const auto set = compile(files(version), options()).policies;
    ASSERT_NE(set, nullptr);
    evaluator_.replace(set);
  }
  [[nodiscard]] std::uint64_t failures() const { return failures_; }

 private:
  CompileOptions options() {
    CompileOptions options;
    options.keep_test_blocks = false;
    options.cache = &cache_;
    return options;
  }
  Evaluator& evaluator_;
  CompileCache cache_;
  std::size_t count_ = 0;
  std::uint64_t failures_ = 0;
};

TEST(Reload, UnderLoadEveryAnswerIsTheOraclesAndMemoryIsFlat) {
  const std::size_t wanted = reloads_wanted();
  const Oracle oracle(kVariants);
  EXPECT_GT(oracle.distinct(), kVariants / 2);
  Evaluator evaluator;
  Reloads reloads(evaluator);
  reloads.next();
  std::vector<std::unique_ptr<Reader>> readers;
  for (std::size_t i = 0; i < kReaders; ++i) {
    readers.push_back(std::make_unique<Reader>(evaluator, oracle));
  }
  // Once through all variants: caches and pools of the allocator have their size.
  for (std::size_t i = 0; i < kVariants; ++i) {
    reloads.next();
  }
  const std::size_t resident = resident_bytes();
  const std::size_t heap = heap_bytes();
  const std::size_t maps = mappings();
  for (std::size_t i = kVariants; i < wanted; ++i) {
    reloads.next();
  }
  const NativeCodeCounts counts = native_code_counts();
  std::uint64_t decided = 0;
  for (const auto& reader : readers) {
    reader->stop();
    EXPECT_EQ(reader->wrong(), 0U) << "of " << reader->decided();
    EXPECT_GT(reader->digests(), 10U) << "the reader has seen many sets";
    decided += reader->decided();
  }
  EXPECT_GT(decided, wanted);
  EXPECT_EQ(reloads.failures(), (wanted + 1) / 10);
  EXPECT_EQ(counts.failed + counts.refused + counts.wrong, 0U);
  EXPECT_GT(counts.compiled, 0U);
  EXPECT_GT(counts.shared, 10 * counts.compiled) << "most edits change data alone";
  if (!kFreedMemoryIsKept) {
    EXPECT_LT(resident_bytes(), resident + std::size_t{16} * 1024 * 1024);
    EXPECT_LT(heap_bytes(), heap + std::size_t{2} * 1024 * 1024);
  }
  EXPECT_LT(mappings(), maps + 200) << "a process has 65,530";
  RecordProperty("reloads", std::to_string(wanted));
  RecordProperty("decisions", std::to_string(decided));
}

}  // namespace
}  // namespace gate::reload
