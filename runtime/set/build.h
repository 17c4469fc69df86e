#pragma once

#include <gate/policy_set.hpp>
#include <gate/result.hpp>
#include <memory>

#include "runtime/abi/kernel.h"
#include "runtime/ir/program.h"

namespace gate {

namespace internal {
struct PolicySetState;
}

/// Machine code for one policy set, as the compiler hands it over. Freed with the set.
class CompiledCode {
 public:
  CompiledCode() = default;
  CompiledCode(const CompiledCode&) = delete;
  CompiledCode& operator=(const CompiledCode&) = delete;
  virtual ~CompiledCode() = default;
  /// Valid as long as this object lives.
  [[nodiscard]] virtual abi::Entries entries() const noexcept = 0;
};

/// Verifies the program and builds its tables; the set decides from then on. With
/// Backend::kInterpreter no tables are built and the interpreter decides. An invalid program is
/// Error{kCorrupt}. Cost: linear in the program.
[[nodiscard]] Result<std::unique_ptr<PolicySet>> build_policy_set(
    ir::Program program, Backend backend = Backend::kNative);

/// Claims a set: its code is on the way, and PolicySet::wait_for_native() waits for it. False if it
/// is on the way already, or there. A caller that gets true calls attach_code() or give_up_code().
[[nodiscard]] bool expect_code(const PolicySet& set);
/// Lets `code`, made for this very set, decide from now on; others may be deciding meanwhile. At
/// most once for a set; GATE_CHECK on the second time and on a set without tables. False: code was
/// withdrawn from the set before, and `code` is freed.
bool attach_code(const PolicySet& set, std::unique_ptr<CompiledCode> code);
/// There will be no code after all: no thread waits any more, and the set may be claimed again.
void give_up_code(const PolicySet& set);
/// The tables decide from now on and for good: code that is on the way is not attached, and the set
/// cannot be claimed again. A decision that is under way ends by the code, which is freed with the
/// set. Returns whether code did decide.
bool withdraw_code(internal::PolicySetState& set);

}  // namespace gate
