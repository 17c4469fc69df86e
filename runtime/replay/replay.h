#pragma once

#include <cstdint>
#include <functional>
#include <gate/policy_set.hpp>
#include <gate/result.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/replay/comparer.h"
#include "runtime/replay/tally.h"

namespace gate::replay {

struct ReplayOptions {
  std::vector<std::string> logs;  ///< paths; "-" is standard input
  bool strict = false;            ///< the first malformed record ends it
  unsigned threads = 2;           ///< that parse and decide, beside the one that reads
  /// Records that differ in nothing that is read are decided once as long as they are remembered;
  /// this many are, for each thread. 50 bytes each, 300 and more if the change concerns them.
  std::size_t remembered = 131'072;
  /// Apps of suites beside those that are known: facts::LogReader::add_suites().
  std::vector<std::pair<std::string, std::string>> suites;
  /// Called by the thread of replay(): bytes read, of how many (0: not known).
  std::function<void(std::uint64_t done, std::uint64_t of)> progress;
};

/// Reads logs and decides every sign-in again. Memory does not grow with the logs: blocks of
/// records are read and given up, and everything that is kept has a bound. The Error names the log.
/// `strict`: an Error{kCorrupt} for the first malformed record that was met.
[[nodiscard]] Result<Tally> replay(Comparer& comparer, const ReplayOptions& options);

}  // namespace gate::replay
