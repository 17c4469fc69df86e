#pragma once

#include <gate/policy_set.hpp>
#include <memory>
#include <string>
#include <vector>

#include "runtime/index/index.h"
#include "runtime/ir/memory.h"
#include "runtime/ir/packed_policies.h"
#include "runtime/ir/program.h"
#include "runtime/rules/decide.h"
#include "runtime/set/build.h"

namespace gate::internal {

/// What a PolicySet holds. Immutable once the set is shared, but for code that arrives later.
struct PolicySetState {
  PolicySetState(ir::Program p, Backend which)
      : common(ir::shrunk(std::move(p))), decisions(common), backend(which) {
    if (backend == Backend::kNative) {
      index = std::make_unique<index::Index>(common, decisions);
      packed = ir::PackedPolicies(common.policies);
      std::vector<ir::Policy>().swap(common.policies);
    }
  }

  [[nodiscard]] static const PolicySetState& of(const PolicySet& set) noexcept {
    return *set.state_;
  }
  [[nodiscard]] static PolicySetState& for_code_of(const PolicySet& set) noexcept {
    return *set.state_;
  }
  [[nodiscard]] static std::unique_ptr<PolicySet> as_set(std::unique_ptr<PolicySetState> state) {
    return std::unique_ptr<PolicySet>(new PolicySet(std::move(state)));
  }

  [[nodiscard]] std::size_t policy_count() const {
    return index != nullptr ? packed.size() : common.policies.size();
  }
  /// One policy, unpacked. Allocates.
  [[nodiscard]] ir::Policy policy(std::size_t i) const {
    return index != nullptr ? packed.policy(i) : common.policies[i];
  }
  [[nodiscard]] PolicyState policy_state(std::size_t i) const {
    return index != nullptr ? packed.state(i) : common.policies[i].state;
  }
  /// The whole program as it was given: what saving and testing need. Linear in time and memory.
  [[nodiscard]] ir::Program program() const;
  /// Bytes that it holds, itself included; what the allocator adds is not known.
  [[nodiscard]] std::size_t bytes() const;

  /// The tables that policies share: names, conditions, effects. The policies too where the
  /// interpreter decides, which reads them every time; elsewhere they are in `packed`.
  ir::Program common;
  ir::PackedPolicies packed;
  DecisionTables decisions;
  Backend backend;
  std::string digest;
  std::uint64_t numbers = 0;  ///< PolicySet::numbers()
  std::vector<std::string> clause_texts;
  std::vector<std::string> protected_contexts;  ///< sorted; PolicySet::protects_context()
  std::unique_ptr<index::Index> index;          ///< null: the interpreter decides
  /// Changed under the lock of native_code.cpp, which waits for it.
  enum class CodeProgress : std::uint8_t { kNone, kExpected, kAttached, kWithdrawn };
  CodeProgress code_progress = CodeProgress::kNone;
  std::size_t cross_check = 0;  ///< CompileOptions::cross_check, for code that comes later
  /// Last, so that it goes first: until then withdraw_code() may be called for what is above.
  std::unique_ptr<CompiledCode> code;
};

/// What is behind a set that users see.
[[nodiscard]] inline const PolicySetState& state_of(const PolicySet& set) noexcept {
  return PolicySetState::of(set);
}
/// For code alone, which may arrive, and be withdrawn, while the set is in use.
[[nodiscard]] inline PolicySetState& state_for_code(const PolicySet& set) noexcept {
  return PolicySetState::for_code_of(set);
}

}  // namespace gate::internal
