#pragma once

#include <atomic>
#include <cstdint>
#include <gate/policy_set.hpp>
#include <memory>
#include <mutex>
#include <span>

namespace gate {

/// The policy decision point: one policy set in force, replaced atomically.
/// Every member may be called from any thread at any time.
class Evaluator {
 public:
  /// Without a policy set every decision blocks with kNoPolicySet.
  Evaluator() = default;
  explicit Evaluator(std::shared_ptr<const PolicySet> policies);
  Evaluator(const Evaluator&) = delete;
  Evaluator& operator=(const Evaluator&) = delete;
  ~Evaluator() = default;  ///< no other thread may be deciding any more

  /// Decides one sign-in under the set in force at the call. Never allocates, throws, locks or
  /// writes memory that another thread reads on its own way to a decision.
  [[nodiscard]] Decision evaluate(const SignInRequest& request) const noexcept;

  /// Decides every request into the decision of the same number, all under the one set in force at
  /// the call: every decision has the same generation. As many decisions as requests: GATE_CHECK.
  /// Otherwise as evaluate(). replace() waits for the whole batch: cut long ones into pieces.
  void evaluate_batch(std::span<const SignInRequest> requests,
                      std::span<Decision> decisions) const noexcept;

  /// The set in force with its generation. Use one snapshot from the facts to the audit row, so
  /// that a decision and its explanation speak of the same set.
  struct Snapshot {
    std::shared_ptr<const PolicySet> policies;  ///< null: nothing loaded
    std::uint64_t generation = 0;
    [[nodiscard]] Decision evaluate(const SignInRequest& request) const noexcept;
    void evaluate_batch(std::span<const SignInRequest> requests,
                        std::span<Decision> decisions) const noexcept;
  };
  [[nodiscard]] Snapshot snapshot() const noexcept;

  /// Puts `next` in force and returns its generation (1, 2, 3 ...). Running evaluations finish on
  /// the old set; this call waits for them, some microseconds, and then gives the old set up. No
  /// decision ever waits. One replacement at a time. A null `next` is refused: GATE_CHECK.
  std::uint64_t replace(std::shared_ptr<const PolicySet> next);

 private:
  class Guard;
  std::atomic<const Snapshot*> in_force_{nullptr};  ///< of `owner_`; what decisions follow
  std::mutex replacing_;
  std::shared_ptr<const Snapshot> owner_;  ///< under `replacing_`
};

}  // namespace gate
