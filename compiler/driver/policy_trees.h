#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/parse/parser.h"

namespace gate::compiler {

/// A policy that is to be parsed.
struct PolicyJob {
  std::uint32_t file = 0;
  const PolicyPlace* place = nullptr;
};

/// Parses policies one after the other, where there are many on a second thread that runs some
/// hundreds ahead, so that only so many trees exist at a time. For one thread.
class PolicyTrees {
 public:
  /// The readers are borrowed, one for each thread, and so is what the jobs point to.
  PolicyTrees(FileReader& here, FileReader& there, std::vector<PolicyJob> jobs);
  ~PolicyTrees();
  PolicyTrees(const PolicyTrees&) = delete;
  PolicyTrees& operator=(const PolicyTrees&) = delete;

  struct Parsed {
    std::optional<ast::Declaration> tree;  ///< empty: FileReader::damaged_policy() says why
    DiagnosticCollector diagnostics;       ///< of the tree
  };
  /// What became of the next job.
  [[nodiscard]] Parsed next();

 private:
  static constexpr std::size_t kBlockJobs = 64;
  static constexpr std::size_t kBlocksAhead = 8;
  enum class State : std::uint8_t { kFree, kTaken, kDone };
  struct Block {
    State state = State::kFree;
    std::vector<Parsed> parsed;
  };

  void run_ahead();
  [[nodiscard]] std::vector<Parsed> parse(FileReader& reader, std::size_t block) const;
  /// A block that no thread has taken, among those that may be parsed now; the count of blocks when
  /// there is none. With the lock.
  [[nodiscard]] std::size_t free_block() const;
  void get(std::size_t block);

  FileReader* here_;
  FileReader* there_;
  std::vector<PolicyJob> jobs_;
  std::size_t next_ = 0;
  std::vector<Block> blocks_;
  std::size_t reached_ = 0;  // the block that is being read
  bool stopped_ = false;
  std::mutex mutex_;  // of blocks_, reached_ and stopped_
  std::condition_variable changed_;
  std::thread other_;
};

}  // namespace gate::compiler
