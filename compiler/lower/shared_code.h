#pragma once

#include <memory>
#include <mutex>
#include <unordered_set>
#include <utility>

#include "runtime/abi/kernel.h"
#include "runtime/jit/linked_code.h"
#include "runtime/set/build.h"

namespace gate::lower {

/// One piece of machine code and the sets that decide by it, so that all of them can be told when
/// it turns out to be wrong. Decisions never come here: they follow the pointer in their set. Every
/// member may be called from any thread.
class SharedCode : public std::enable_shared_from_this<SharedCode> {
 public:
  /// The kernels in the order row, residual; null where there is none.
  explicit SharedCode(std::shared_ptr<const jit::LinkedCode> linked) : linked_(std::move(linked)) {}
  SharedCode(const SharedCode&) = delete;
  SharedCode& operator=(const SharedCode&) = delete;

  [[nodiscard]] abi::Entries entries() const noexcept;

  /// Lets a set that expects code (expect_code()) decide by this one. False when the code has been
  /// withdrawn, or the set gave up all code: then no thread waits for it any more, and the tables
  /// decide.
  bool attach_to(const PolicySet& set);
  /// The code alone, for who calls it himself: withdraw() does not reach it.
  [[nodiscard]] std::unique_ptr<CompiledCode> on_its_own();

  /// The tables decide in all sets that use the code, and no set is given it any more. A decision
  /// that is under way ends as it began, and the code stays where it is until the last set is gone.
  void withdraw();

 private:
  class Use;

  const std::shared_ptr<const jit::LinkedCode> linked_;
  std::mutex mutex_;
  bool withdrawn_ = false;
  /// Each owns a Use, which takes it out of here before it goes.
  std::unordered_set<internal::PolicySetState*> users_;
};

}  // namespace gate::lower
