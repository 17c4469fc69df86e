#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/facts/log_record.h"
#include "runtime/replay/comparer.h"
#include "runtime/replay/fact_key.h"
#include "runtime/replay/tally.h"

namespace gate::replay {

/// Records of one log, cut out but not read.
struct Block {
  struct Record {
    std::size_t begin = 0;
    std::size_t size = 0;
    std::uint64_t line = 0;
    const char* problem = nullptr;
  };
  std::uint32_t file = 0;
  std::string bytes;
  std::vector<Record> records;
};

/// Reads records, finds those that were decided already, decides the others, and counts. Used by
/// one thread.
class Worker {
 public:
  Worker(Comparer& comparer, std::size_t remembered)
      : comparer_(comparer), remembered_(remembered) {
    by_key_.reserve(remembered);
  }

  void work(const Block& block);
  [[nodiscard]] const Tally& tally() const { return tally_; }
  [[nodiscard]] Tally& tally() { return tally_; }

 private:
  /// Facts that were met, and what came of them.
  struct Known {
    std::string key;
    Comparison comparison;
  };
  struct Met {
    std::uint32_t known = 0;
    std::uint64_t line = 0;
  };
  void read(std::string_view json, Place place);
  std::uint32_t known(const facts::LogRecord& record);
  void decide();
  void count(const Block& block);

  Comparer& comparer_;
  std::size_t remembered_;
  facts::LogReader reader_;
  Tally tally_;
  std::deque<Known> known_;
  std::unordered_map<std::string_view, std::uint32_t> by_key_;
  std::string key_;
  std::vector<Met> met_;
  // What is to be decided: one item for each, and its requests.
  std::vector<std::uint32_t> open_;
  std::vector<Comparer::Item> items_;
  std::vector<std::unique_ptr<KeyedRequest>> views_;  ///< grows, is used again
  std::vector<SignInRequest> requests_;
  std::deque<Recorded> recorded_;
  std::vector<Comparison> comparisons_;
  Comparer::Scratch scratch_;
};

}  // namespace gate::replay
