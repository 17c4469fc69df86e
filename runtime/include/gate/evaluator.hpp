#pragma once

#include <atomic>
#include <cstdint>
#include <gate/policy_set.hpp>
#include <memory>

namespace gate {

/// The policy decision point: one policy set in force, replaced atomically.
/// Every member may be called from any thread at any time.
class Evaluator {
 public:
  /// Without a policy set every decision blocks with kNoPolicySet.
  Evaluator() = default;
  explicit Evaluator(std::shared_ptr<const PolicySet> policies);

  /// Decides one sign-in under the set in force at the call. Never allocates, never throws.
  [[nodiscard]] Decision evaluate(const SignInRequest& request) const noexcept;

  /// The set in force with its generation. Use one snapshot from the facts to the audit row, so
  /// that a decision and its explanation speak of the same set.
  struct Snapshot {
    std::shared_ptr<const PolicySet> policies;  ///< null: nothing loaded
    std::uint64_t generation = 0;
    [[nodiscard]] Decision evaluate(const SignInRequest& request) const noexcept;
  };
  [[nodiscard]] Snapshot snapshot() const noexcept;

  /// Puts `next` in force and returns its generation (1, 2, 3 ...). Running evaluations finish on
  /// the old set, whose code is freed when the last of them is done. A null `next` is refused:
  /// GATE_CHECK.
  std::uint64_t replace(std::shared_ptr<const PolicySet> next);

 private:
  std::atomic<std::shared_ptr<const Snapshot>> current_;
  std::atomic<std::uint64_t> generation_{0};
};

}  // namespace gate
