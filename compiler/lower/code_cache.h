#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "runtime/jit/linked_code.h"

namespace gate::lower {

/// What is linked in this process, by signature (index::KernelPlan::signature()). Code lives as
/// long as a set uses it; the kKept pieces that were asked for last live on without one, so that a
/// set that is given up before its successor is compiled, or that cools in a PolicyHost and is
/// asked for again, costs no second compilation. Every member may be called from any thread.
class CodeCache {
 public:
  /// Some 12 KB and three mappings each.
  static constexpr std::size_t kKept = 16;

  /// Never destroyed, so that no set has to be freed before it.
  static CodeCache& instance();

  /// Null when there is none.
  [[nodiscard]] std::shared_ptr<const jit::LinkedCode> find(const std::string& signature);
  /// Two threads may have made the same code at once: the first one's is what both get.
  [[nodiscard]] std::shared_ptr<const jit::LinkedCode> put(
      const std::string& signature, std::shared_ptr<const jit::LinkedCode> code);

 private:
  using Code = std::shared_ptr<const jit::LinkedCode>;
  /// Makes it the newest; what falls out is returned, to be freed without the lock.
  [[nodiscard]] Code keep(Code code);

  std::mutex mutex_;
  std::unordered_map<std::string, std::weak_ptr<const jit::LinkedCode>> code_;
  std::deque<Code> kept_;  ///< newest first
};

}  // namespace gate::lower
