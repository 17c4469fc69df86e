#pragma once

#include <chrono>
#include <cstdint>
#include <gate/decision.hpp>
#include <gate/interned.hpp>
#include <gate/request.hpp>
#include <gate/result.hpp>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gate {

namespace internal {
struct PolicySetState;
}

enum class PolicyState : std::uint8_t { kOn, kReportOnly, kOff };
[[nodiscard]] std::string_view name(PolicyState value) noexcept;

/// What a policy set was built for: kInterpreter, the slow and readable meaning, or kNative,
/// tables and machine code. Both give equal decisions.
enum class Backend : std::uint8_t { kInterpreter, kNative };
[[nodiscard]] std::string_view name(Backend value) noexcept;

/// What decides at this moment. A kNative set decides from its tables until machine code for it is
/// there, for good if there never is any, and again if it turns out to be wrong. The change is one
/// atomic store: no decision waits for it or sees half of it.
enum class Tier : std::uint8_t { kInterpreter, kTables, kMachineCode };
[[nodiscard]] std::string_view name(Tier value) noexcept;

/// Kleene's three values; kUnknown counts as true where a policy's condition ends up.
enum class Truth : std::uint8_t { kFalse = 0, kTrue = 1, kUnknown = 2 };
[[nodiscard]] std::string_view name(Truth value) noexcept;

/// A view into the set that lives as long as the set.
struct PolicyInfo {
  std::string_view id;
  std::string_view name;
  std::string_view description;
  PolicyState state = PolicyState::kOn;
  bool blocks = false;
  std::string_view source_file;
  std::uint32_t source_line = 0;  ///< 1-based
};

/// One line of an explanation: a section or one leaf of the `when` expression.
struct Criterion {
  std::string section;  ///< "state", "users", "target", "when"
  std::string text;     ///< as the author would read it: "sign_in_risk >= medium"
  Truth truth = Truth::kFalse;
  std::string detail;  ///< what the request said: "sign_in_risk = low", "signal amount is absent"
};

struct PolicyTrace {
  std::uint32_t policy = 0;
  bool applies = false;             ///< every criterion holds or is unknown (state aside)
  std::vector<Criterion> criteria;  ///< all of them, hits and misses
  std::vector<std::string>
      requires_text;       ///< "strength NativeMfa", "any of (mfa, compliant_device)", "block"
  bool satisfied = false;  ///< what it asks for is met
  /// What it would decide on its own if it were on; kAllow when it does not apply. Of a report-only
  /// policy this is its result: failure, interrupted or success (conditional-access 2.6).
  Outcome outcome = Outcome::kAllow;
};

/// A policy that applies to a sign-in, in numbers.
struct AppliedPolicy {
  std::uint32_t policy = 0;              ///< PolicySet::policy(i)
  PolicyState state = PolicyState::kOn;  ///< or kReportOnly
  bool satisfied = false;                ///< it does not block, and what it asks for is met
  /// What it would decide on its own if it were on; of a report-only policy, its result.
  Outcome outcome = Outcome::kBlock;
  bool unknown = false;  ///< it applies because a fact is absent; which one: PolicySet::fact(fact)
  std::uint16_t fact = 0;  ///< where `unknown`
  ClauseSet required;      ///< PolicySet::clause(i)
  ClauseSet unmet;
  friend bool operator==(const AppliedPolicy&, const AppliedPolicy&) = default;
};

/// How much explain() tells.
enum class ExplainScope : std::uint8_t {
  /// The policies that apply, in numbers: by what decides, at about twice the cost of a decision.
  kApplied,
  /// And every condition of these in words.
  kAppliedInWords,
  /// And every policy that does not apply, with the conditions that keep it away: linear in the
  /// set, by the interpreter.
  kEvery,
};

/// Why a decision came out as it did.
struct Explanation {
  Decision decision;                   ///< policies that are `on`
  Decision report_only;                ///< the outcome if the report-only policies were on as well
  std::vector<AppliedPolicy> applied;  ///< in source order; empty when the request was rejected
  /// kAppliedInWords: those of `applied`. kEvery: every policy of the set, `off` included.
  std::vector<PolicyTrace> policies;
};

/// A compiled, immutable policy set. Shared by any number of threads; its code and tables are freed
/// when the last shared_ptr goes. Identified by a digest of its meaning: equal digests decide
/// alike.
class PolicySet {
 public:
  ~PolicySet();
  PolicySet(const PolicySet&) = delete;
  PolicySet& operator=(const PolicySet&) = delete;

  /// SHA-256 of the canonical Decision IR, 64 lower-case hex digits.
  [[nodiscard]] std::string_view digest() const noexcept;
  /// What the set was built for. Whether machine code decides, says tier().
  [[nodiscard]] Backend backend() const noexcept;
  /// kTables on a kNative set: no code yet, it failed to be generated, or it was wrong.
  [[nodiscard]] Tier tier() const noexcept;
  /// Waits, `wait` at most, until machine code that is on its way decides, or is known not to come;
  /// returns tier(). For tools and measurements: a server has no reason to wait, the tables give
  /// the same answers. Takes a lock; never call it on the way to a decision.
  Tier wait_for_native(std::chrono::milliseconds wait) const;

  [[nodiscard]] std::size_t policy_count() const noexcept;
  [[nodiscard]] PolicyInfo policy(std::size_t index) const;
  [[nodiscard]] std::size_t clause_count() const noexcept;
  /// What clause `index` asks for: "mfa", "strength NativeMfa", "any of (mfa, compliant_device)".
  [[nodiscard]] std::string_view clause(std::size_t index) const;
  /// The unmet clauses of a decision of this set, in the order in which a user is prompted for them
  /// (conditional-access 2.2): MFA, device states, apps, password change, terms of use, custom.
  [[nodiscard]] std::vector<std::size_t> prompt_order(const Decision& decision) const;
  /// True if a policy that is on names this authentication context ("c1") among its targets, byte
  /// for byte. A context without such a policy asks for nothing, so being granted it means nothing.
  [[nodiscard]] bool protects_context(std::string_view auth_context) const noexcept;
  /// The fact behind `detail` of a kUnknownSignal reason: "amount", "now"; empty if there is none.
  [[nodiscard]] std::string_view fact(std::uint16_t detail) const noexcept;

  /// Decides one sign-in. Never allocates, throws, locks or reads a clock. A malformed request
  /// blocks with kRequestRejected. Cost: binding the strings, then the kernel.
  [[nodiscard]] Decision evaluate(const SignInRequest& request) const noexcept;
  /// The same over the report-only policies together with those that are on. Changes nothing.
  [[nodiscard]] Decision evaluate_report_only(const SignInRequest& request) const noexcept;

  /// Outcome, unmet clauses and error code of evaluate(), for callers that need no more. A block is
  /// final: nothing is looked for beyond it. Otherwise as evaluate().
  [[nodiscard]] Verdict outcome(const SignInRequest& request) const noexcept;

  /// The same from numbers of names (interned.hpp). Refused with kForeignNumbers unless the numbers
  /// are those of this set.
  [[nodiscard]] Decision evaluate(const InternedRequest& request) const noexcept;
  [[nodiscard]] Verdict outcome(const InternedRequest& request) const noexcept;
  /// The same for a principal that was bound before. Refused with kForeignNumbers if it was bound
  /// to a set of another digest, or if user, user_kind or external_tenant of the request are not
  /// those that were bound; groups and roles of the request are not looked at.
  [[nodiscard]] Decision evaluate(const PreparedPrincipal& who,
                                  const InternedRequest& request) const noexcept;
  [[nodiscard]] Decision evaluate(const PreparedPrincipal& who,
                                  const SignInRequest& request) const noexcept;
  [[nodiscard]] Verdict outcome(const PreparedPrincipal& who,
                                const InternedRequest& request) const noexcept;
  [[nodiscard]] Verdict outcome(const PreparedPrincipal& who,
                                const SignInRequest& request) const noexcept;

  /// What InternedRequest::numbers must be: taken from the digest, so sets with one digest have one
  /// numbering. 0: a set for the interpreter, which gives no numbers and refuses every one.
  [[nodiscard]] std::uint64_t numbers() const noexcept;
  /// The number of a name, kUnnamed if no policy depends on it.
  [[nodiscard]] NameNumber number(NameKind kind, std::string_view name) const noexcept;
  /// The number of a place; empty for a malformed address or country. Empty texts: unknown.
  [[nodiscard]] std::optional<PlaceNumber> place(std::string_view ip,
                                                 std::string_view country) const noexcept;

  /// Decides every request into the decision of the same number; equal to evaluate() on each.
  /// Never allocates. As many decisions as requests: GATE_CHECK.
  void evaluate_batch(std::span<const SignInRequest> requests,
                      std::span<Decision> decisions) const noexcept;
  /// The decision, and which policies apply; how much of it, says the scope. Allocates.
  [[nodiscard]] Explanation explain(const SignInRequest& request,
                                    ExplainScope scope = ExplainScope::kApplied) const;
  /// One policy with every condition in words, hit or miss. The request must not be a malformed
  /// one: then no condition holds.
  [[nodiscard]] PolicyTrace trace(const SignInRequest& request, std::size_t policy) const;

 private:
  friend struct internal::PolicySetState;
  explicit PolicySet(std::unique_ptr<internal::PolicySetState> state);
  std::unique_ptr<internal::PolicySetState> state_;
};

/// A request bound to one policy set: strings interned, addresses and memberships looked up. For
/// callers that decide several times over the same facts. Keeps the set alive; the strings of the
/// request must stay where they are while it lives. May be moved, and used by one thread at a time.
class PreparedRequest {
 public:
  PreparedRequest(std::shared_ptr<const PolicySet> set, const SignInRequest& request);
  ~PreparedRequest();
  PreparedRequest(PreparedRequest&&) noexcept;
  PreparedRequest& operator=(PreparedRequest&&) noexcept;

  /// As PolicySet::evaluate and outcome, without the binding.
  [[nodiscard]] Decision evaluate() const noexcept;
  [[nodiscard]] Verdict outcome() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Who signs in, bound once for all that this user does until the directory or the policies change:
/// user, user_kind, external_tenant, groups and roles. A sign-in is decided after the first factor,
/// again at issue, again at every refresh; what the policies say of the person is the same each
/// time. Keep one per (user, version of the directory, digest): is_for() says whether it still
/// holds. Immutable, shared by any number of threads; keeps neither the set nor any string alive,
/// so a set that was replaced is not held by what was bound to it. Making one allocates, and takes
/// a few microseconds; how much it holds grows with the policies that name the user's groups.
class PreparedPrincipal {
 public:
  /// Of `request` only the members above are read. `directory_version`: whatever the caller counts.
  PreparedPrincipal(const PolicySet& set, const SignInRequest& request,
                    std::uint64_t directory_version = 0);
  ~PreparedPrincipal();
  PreparedPrincipal(PreparedPrincipal&&) noexcept;
  PreparedPrincipal& operator=(PreparedPrincipal&&) noexcept;

  /// Not kNone: the principal is malformed, or the set is one for the interpreter
  /// (kForeignNumbers); every decision with it is a block for that reason.
  [[nodiscard]] RequestFault fault() const noexcept;
  /// Whether it was bound to a set of this digest and to this version of the directory. The set
  /// itself refuses a principal that was bound to another one; it knows nothing of directories.
  [[nodiscard]] bool is_for(const PolicySet& set, std::uint64_t directory_version) const noexcept;
  [[nodiscard]] std::size_t bytes() const noexcept;

 private:
  friend class PolicySet;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gate
