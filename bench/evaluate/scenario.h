#pragma once

#include <gate/compile.hpp>
#include <gate/policy_set.hpp>
#include <memory>
#include <string>
#include <vector>

#include "bench/baselines/bitset.h"
#include "bench/baselines/plain_loop.h"
#include "bench/evaluate/agreement.h"
#include "bench/workload/generate.h"

namespace gate::bench {

/// Everything that one process measures: one workload, in every form that an evaluator takes, with
/// every answer held against the oracle's. Immutable once made.
class Scenario {
 public:
  /// Generates, writes the policy files into `folder`, compiles and checks. Exits the process with
  /// 3 and a sentence when anything disagrees: a number about a wrong answer is worth nothing.
  Scenario(const WorkloadOptions& options, std::string folder, std::size_t per_file);

  WorkloadOptions options;
  std::string folder;    ///< with the policy files, as an author would keep them
  std::size_t per_file;  ///< policies in each of them
  Workload workload;
  std::vector<SourceFile> files;
  std::shared_ptr<const PolicySet> interpreted;
  std::shared_ptr<const PolicySet> native;  ///< what compile() gives; how far it got says tier()
  std::shared_ptr<const PolicySet> tables;  ///< the same program on its tables, without code
  std::vector<std::unique_ptr<SignInView>> views;
  std::vector<std::string> json;
  std::vector<BoundSignIn> bound;
  std::unique_ptr<Binder> binder;
  std::unique_ptr<PlainLoop> loop;
  std::unique_ptr<BitsetEvaluator> bitset;

  // What was seen on the way.
  double cold_ms = 0;             ///< policy folder to first decision, first thing in the process
  double cold_cpu_ms = 0;         ///< CPU time of that, of all threads
  double code_ms = 0;             ///< then until machine code decides; 0 if it never does
  std::size_t set_bytes = 0;      ///< heap held by one compiled set, program and names included
  std::size_t table_bytes = 0;    ///< the part of it that decisions read
  std::size_t peak_resident = 0;  ///< until the first decision, the workload itself in it
  std::size_t text_bytes = 0;
  double mean_applied = 0;
  std::size_t outcomes[3] = {};  ///< sign-ins by Outcome

  [[nodiscard]] const SignInRequest& request(std::size_t i) const { return views[i]->request(); }
  [[nodiscard]] std::size_t size() const { return views.size(); }
  /// The files with one policy in the middle changed so that its meaning differs.
  [[nodiscard]] std::vector<SourceFile> edited(std::size_t turn) const;
  /// The one of `files` that edited() changes.
  [[nodiscard]] std::size_t edited_file() const;
  /// Writes one file of `folder`. Exits the process when it cannot.
  void write(const SourceFile& file) const;

 private:
  void write_folder() const;
  void compile_all();
  void make_requests();
  void check() const;
};

/// Waits until machine code decides, for 10 s at most. False: it does not, the tables do.
bool wait_for_code(const PolicySet& set);

/// Compiles or exits with 3 and the diagnostics.
[[nodiscard]] std::shared_ptr<const PolicySet> compile_or_exit(std::vector<SourceFile> files,
                                                               Backend backend);

}  // namespace gate::bench
