#pragma once

#include <chrono>
#include <cstdint>
#include <gate/compile.hpp>
#include <gate/evaluator.hpp>
#include <gate/result.hpp>
#include <mutex>
#include <set>
#include <string>

#include "server/decision/supplied_facts.h"

namespace gate::server {

class Logger;
struct Config;

/// What the configuration gives for facts.
[[nodiscard]] FactSupplySources fact_sources(const Config& config);

/// The compile options of a configuration. `gated run` and `gated check-config` use the same, so
/// they refuse the same sets. `until` dates are compared with today.
[[nodiscard]] CompileOptions compile_options(const Config& config);

/// Keeps the policy set of a folder in force. It loads the set at the start, on request, and when a
/// file of the folder, or of a folder that it imports, changes. When the new set has an error, the
/// set in force stays. Diagnostics go to the log. Members may be called from any thread; one load
/// runs at a time.
class PolicyKeeper {
 public:
  /// `log` must outlive the keeper. The keeper sets `today` and the cache of `options` itself.
  /// `tenant`: whose policies these are, for the log.
  PolicyKeeper(std::string folder, CompileOptions options, Logger& log, std::string tenant = "all");

  /// Compiles the folder and puts the set in force. kInvalidArgument when it has an error,
  /// kConflict when its files changed while they were read; the old set then stays in force.
  Result<void> load();

  /// Scans the files and loads the set when a file changed and did not change again until the next
  /// call. A scan takes one stat() for each file. Scanning takes at most a hundredth of one
  /// processor: after a long scan, calls return at once for a hundred times its duration.
  /// `keepers`: how many share that hundredth.
  void look(int keepers = 1);

  /// The folder of the next load. The set in force stays until then; look() notices the change.
  void move_to(std::string folder);

  [[nodiscard]] const Evaluator& evaluator() const { return evaluator_; }

  /// The state of the policies, for `/readyz`.
  struct Status {
    std::uint64_t generation = 0;
    std::string digest;
    std::uint64_t failed_loads = 0;  ///< since the start
    bool newest_refused = false;     ///< the files on disk were refused and are not in force
    std::uint64_t wrong_code = 0;    ///< NativeCodeCounts::wrong: not 0 is a fault to report
  };
  [[nodiscard]] Status status() const;

 private:
  /// A fingerprint of the paths, sizes, times and inodes of all files: equal while nothing changed.
  /// It takes one stat() for each file.
  struct Signature {
    std::uint64_t sum = 0;  ///< the order in which a folder lists its files does not matter
    std::uint64_t files = 0;
    friend bool operator==(const Signature&, const Signature&) = default;
  };
  [[nodiscard]] Signature signature() const;
  /// Compiles, again where the set imports other folders than before, so that a change of an
  /// imported file is never missed. `before`: the signature from before the last compilation.
  [[nodiscard]] CompileOutput compile_all(Signature& before);
  /// Logs newly found wrong machine code, which may be found during a load or in the background.
  /// The caller holds `load_mutex_`.
  void report_wrong_code();

  std::string folder_;  ///< under `load_mutex_`
  CompileOptions options_;
  Logger& log_;
  const std::string tenant_;
  Evaluator evaluator_;
  CompileCache cache_;  ///< a reload parses only changed files
  std::mutex load_mutex_;
  std::set<std::string> imported_;  ///< folders that the set imports from outside of its own
  bool tried_ = false;              ///< load() was called
  Signature loaded_signature_;
  Signature seen_signature_;
  std::chrono::steady_clock::time_point next_look_;
  mutable std::mutex status_mutex_;
  Status status_;
};

}  // namespace gate::server
