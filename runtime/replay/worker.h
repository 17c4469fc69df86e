#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/facts/log_record.h"
#include "runtime/facts/record_outline.h"
#include "runtime/replay/comparer.h"
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
  static constexpr std::size_t kPadding = facts::RecordOutline::kPadding;
  std::uint32_t file = 0;
  std::string bytes;  ///< with kPadding at the end
  std::vector<Record> records;
};

/// Finds the records that were met before, by their outlines; reads and decides the others; counts
/// all. Used by one thread.
class Worker {
 public:
  /// Remembers so many outlines; then it begins anew.
  Worker(Comparer& comparer, std::size_t remembered, facts::LogReader::Suites suites = {});

  void work(const Block& block);
  [[nodiscard]] const Tally& tally() const { return tally_; }
  [[nodiscard]] Tally& tally() { return tally_; }

 private:
  /// Of an outline: 128 bits with a seed of its own for each worker. Among 2^32 outlines, two are
  /// taken for one with a probability of 2^-65.
  struct Fingerprint {
    std::uint64_t low = 0;
    std::uint64_t high = 0;  ///< both 0: there is no outline
    bool operator==(const Fingerprint&) const = default;
  };
  struct FingerprintHash {
    using is_avalanching = void;  ///< the map need not mix it again
    std::size_t operator()(const Fingerprint& print) const { return print.low; }
  };
  /// What a record came to.
  struct Met {
    std::uint32_t verdict = 0;  ///< in verdicts_
    std::uint32_t absent = 0;   ///< bits of AbsentFact
    std::string_view left_out;  ///< why nothing was decided
  };
  struct Verdict {
    Comparison comparison;
    std::string user;  ///< as the report shows it
    std::uint64_t user_hash = 0;
  };

  static constexpr std::size_t kTogether = 16;
  void meet(const Block& block, std::span<const Block::Record> records);
  void meet(const Fingerprint& print, std::string_view json, Place place);
  Fingerprint fingerprint(std::string_view json);
  std::optional<Met> read(std::string_view json, Place place);
  std::uint32_t decide(const facts::LogRecord& record);
  void count(const Met& met, Place place, bool again);
  void forget();

  Comparer& comparer_;
  std::size_t remembered_;
  std::uint64_t seed_;
  facts::LogReader reader_;
  facts::RecordOutline outline_;
  boost::unordered_flat_map<Fingerprint, Met, FingerprintHash> met_;
  std::deque<Verdict> verdicts_;
  /// The verdicts that change nothing and name no user, by outcomes; 0: not there.
  std::array<std::uint32_t, 16> unchanged_{};
  Recorded recorded_;
  Tally tally_;
};

}  // namespace gate::replay
