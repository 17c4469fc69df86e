#pragma once

#include <atomic>
#include <cstdint>
#include <gate/decision.hpp>
#include <gate/policy_set.hpp>
#include <memory>
#include <vector>

#include "runtime/abi/kernel.h"
#include "runtime/index/binding.h"
#include "runtime/index/conditions.h"
#include "runtime/index/effect_rows.h"
#include "runtime/index/postings.h"
#include "runtime/index/rows.h"
#include "runtime/ir/program.h"
#include "runtime/rules/decide.h"

namespace gate::index {

/// A Decision as it is made. Defined elsewhere, so that compilers copy it in wide words: to make
/// one they clear memory by an instruction that takes longer to start than all the rest takes to
/// do.
extern const Decision kBlank;

/// How policies are laid out. kBySize takes rows where they suit; the others are for tests.
enum class Layout : std::uint8_t { kBySize, kRows, kPostings };

/// Which of the ways to one and the same decision an index takes. The defaults serve; the others
/// are there for tests, which hold each way against the interpreter.
struct Options {
  Layout layout = Layout::kBySize;
  /// The row kernel of C++ in 256-bit registers, where the machine has them.
  bool wide = true;
  /// Nothing is looked for beyond what the answer takes: no policy beyond a block in a Verdict, no
  /// reason beyond those that are kept. False: every policy that applies is asked, one by one.
  bool early_stop = true;
};

/// A policy set as data: decides at once, and faster with code attached. Refers to the program and
/// the decision tables, which must stay where they are; the policies of the program are read by the
/// constructor alone and may go. Immutable but for attach() and withdraw().
class Index {
 public:
  /// kRows with more than Rows::kPoliciesMax policies is kPostings.
  Index(const ir::Program& program, const DecisionTables& decisions, Options options = {});

  /// Decides; allocates nothing, takes no lock. `out`: a Decision, or a Verdict, as it is made.
  /// Request: a SignInRequest, or an InternedRequest whose numbers are those of this program.
  template <typename Request, typename Answer>
  void decide(const Request& request, const BoundPrincipal* who, Plan plan,
              Answer& out) const noexcept;
  [[nodiscard]] Decision decide(const SignInRequest& request, Plan plan) const noexcept;
  /// The two halves of it. A bound request is good for this index only, and for as long as `who`
  /// (null: bound here) stays.
  template <typename Request>
  [[nodiscard]] RequestFault bind(const Request& request, const BoundPrincipal* who, Plan plan,
                                  Bound& out) const noexcept;
  template <typename Answer>
  void decide(const Bound& bound, Answer& out) const noexcept;
  /// Binds the principals of a request, which validate_principal() accepts.
  void bind_principal(const SignInRequest& request, PrincipalRoom& out) const noexcept;
  /// The policies that apply to a bound request, in the order of the program: adds one entry for
  /// each, of which `policy`, `unknown` and `fact` are filled in.
  void applied(const Bound& bound, std::vector<AppliedPolicy>& out) const;
  /// Asks the policies of another plan than the request was bound for.
  static void set_plan(Bound& bound, Plan plan) noexcept {
    bound.request.context &= ~(abi::kEnforcedPlan | abi::kReportPlan);
    bound.request.context |= plan == Plan::kEnforced ? abi::kEnforcedPlan : abi::kReportPlan;
  }

  /// Puts generated code in force, at any time, also while others decide: both executors give the
  /// same answers. The caller keeps the code alive as long as the index, and attaches it once.
  void attach(const abi::Entries& entries) noexcept;
  /// Decides from the tables again, at any time; the code stays until the index is gone, for
  /// decisions that are under way, and no other is attached.
  void withdraw() noexcept { code_.store(nullptr, std::memory_order_release); }
  [[nodiscard]] bool has_code() const noexcept {
    return code_.load(std::memory_order_relaxed) != nullptr;
  }

  [[nodiscard]] const Binding& binding() const { return binding_; }
  [[nodiscard]] const Conditions& conditions() const { return conditions_; }
  /// Null for sets that are decided by postings.
  [[nodiscard]] const Rows* rows() const { return rows_.get(); }
  /// Bytes of all tables, the program not counted.
  [[nodiscard]] std::size_t bytes() const;

 private:
  template <std::size_t kPolicies, typename Each>
  void applied_by_postings(const Bound& bound, const abi::Entries& entries, Each each) const;
  template <typename Answer>
  struct ByRows;
  template <typename Answer>
  using DecideByRows = void (*)(const Index& index, const Bound& bound, const abi::Entries& entries,
                                Answer& out) noexcept;
  template <std::size_t kPolicies, typename Answer>
  void decide_by_postings(const Bound& bound, const abi::Entries& entries,
                          Answer& out) const noexcept;
  template <std::size_t kWords, typename Source, typename Answer>
  void combine(const Bound& bound, Source source, Answer& out) const noexcept;
  /// Policy by policy, as the interpreter does it.
  template <typename Source, typename Answer>
  void combine_each(const Bound& bound, const Source& source, Answer& out) const noexcept;
  /// The absent fact because of which the policy applies.
  [[nodiscard]] std::uint16_t unknown_fact(const Bound& bound, std::uint32_t policy) const noexcept;

  const ir::Program& program_;
  const DecisionTables& decisions_;
  /// Words of a ClauseSet where one is not enough.
  static constexpr std::size_t kWide = kClausesMax / 64;
  bool narrow_;       ///< one is enough
  bool each_policy_;  ///< Options::early_stop is off
  Binding binding_;
  Conditions conditions_;
  std::vector<ir::ExprId> condition_of_;  ///< by policy: names the fact that is missing
  std::unique_ptr<Rows> rows_;
  std::unique_ptr<EffectRows> effect_rows_;  ///< where there are rows, as the next two
  DecideByRows<Decision> decide_by_rows_ = nullptr;
  DecideByRows<Verdict> outcome_by_rows_ = nullptr;
  std::unique_ptr<Postings> postings_;
  abi::Entries attached_;
  std::atomic<const abi::Entries*> code_{nullptr};
};

}  // namespace gate::index
