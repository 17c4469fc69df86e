#pragma once

#include <chrono>
#include <cstdint>
#include <gate/compile.hpp>
#include <gate/evaluator.hpp>
#include <gate/result.hpp>
#include <mutex>
#include <string>

namespace gate::server {

class Logger;
struct Config;

/// How the configuration has policies compiled: `gated run` and `gated check-config` refuse the
/// same sets. `until` is held against today.
[[nodiscard]] CompileOptions compile_options(const Config& config);

/// Keeps the policy set of a folder in force: loads it, loads it again on demand or when a file
/// changed, and leaves the set in force where it is when the new one has an error. Diagnostics go
/// to the log. Members may be called from any thread; loading is done by one at a time.
class PolicyKeeper {
 public:
  /// `log` must outlive the keeper. `today` and the cache of `options` are the keeper's own.
  PolicyKeeper(std::string folder, CompileOptions options, Logger& log);

  /// Compiles the folder and puts the set in force. kInvalidArgument when it has an error; the old
  /// set then stays in force.
  Result<void> load();

  /// Looks at the files and loads when they changed and then stood still for one call. Takes one
  /// stat() a file, and never more than a hundredth of one processor: where a look takes long, the
  /// calls that follow do nothing for a hundred times as long.
  void look();

  [[nodiscard]] const Evaluator& evaluator() const { return evaluator_; }

  /// What `/readyz` tells about policies.
  struct Status {
    std::uint64_t generation = 0;
    std::string digest;
    std::uint64_t failed_loads = 0;  ///< since the start
    bool newest_refused = false;     ///< the files on disk are not what is in force
    std::uint64_t wrong_code = 0;    ///< NativeCodeCounts::wrong: not 0 is a fault to report
  };
  [[nodiscard]] Status status() const;

 private:
  /// Stands for the paths, sizes, times and inodes of all files; equal while nothing changed. One
  /// stat() a file, nothing is kept.
  struct Signature {
    std::uint64_t sum = 0;  ///< the order in which a folder lists its files does not matter
    std::uint64_t files = 0;
    friend bool operator==(const Signature&, const Signature&) = default;
  };
  [[nodiscard]] Signature signature() const;
  /// Machine code may turn out to be wrong while a set is loaded, and in the background. Needs
  /// `load_mutex_`.
  void tell_of_wrong_code();

  std::string folder_;
  CompileOptions options_;
  Logger& log_;
  Evaluator evaluator_;
  CompileCache cache_;  ///< a reload parses what changed
  std::mutex load_mutex_;
  Signature loaded_signature_;
  Signature seen_signature_;
  std::chrono::steady_clock::time_point next_look_;
  std::uint64_t wrong_code_told_ = 0;
  mutable std::mutex status_mutex_;
  Status status_;
};

}  // namespace gate::server
