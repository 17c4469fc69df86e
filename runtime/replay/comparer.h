#pragma once

#include <cstdint>
#include <gate/decision.hpp>
#include <gate/policy_set.hpp>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/facts/log_record.h"
#include "runtime/replay/names.h"

namespace gate::replay {

/// What a change does to one sign-in.
enum class Change : std::uint8_t {
  kNone,
  kNewlyBlocked,
  kNewlyChallenged,  ///< was allowed
  kReleased,         ///< less is asked: a block became a challenge, either became allowed
  kOtherwise,        ///< the same outcome by other policies, controls or session controls
};
inline constexpr std::size_t kChangeCount = 5;
[[nodiscard]] std::string_view name(Change change) noexcept;

/// What was decided once, as a log tells it.
struct Recorded {
  Outcome outcome = Outcome::kBlock;
  bool knows_policies = false;
  std::vector<std::uint32_t> policies;  ///< numbers of Comparer::policies(), ascending
};

/// One sign-in held against the other side.
struct Comparison {
  Change change = Change::kNone;
  Outcome from = Outcome::kBlock;
  Outcome to = Outcome::kBlock;
  bool held_against_something = true;  ///< false: the log says no outcome
  /// The policies that make the difference, ascending.
  std::vector<std::uint32_t> policies;
  std::vector<std::uint32_t> newly_asked;      ///< controls, ascending
  std::vector<std::uint32_t> no_longer_asked;  ///< controls, ascending
};

/// Holds decisions of one set against those of another, or against a log. Any number of threads.
class Comparer {
 public:
  /// `old`: null to hold `now` against what was recorded.
  Comparer(std::shared_ptr<const PolicySet> now, std::shared_ptr<const PolicySet> old);

  /// Requests of one sign-in.
  static constexpr std::size_t kRequestsMax = facts::LogReader::kRequestsMax;
  /// A sign-in: one request, or several of which the strictest answer holds. `recorded` counts only
  /// without an old set; null: the log does not say.
  [[nodiscard]] Comparison compare(std::span<const SignInRequest> requests,
                                   const Recorded* recorded) const;

  [[nodiscard]] Names& policies() { return policies_; }
  [[nodiscard]] const Names& controls() const { return controls_; }
  /// The number of a policy that a log names. Beyond so many that the sets do not have, all share
  /// one, so that no log can make memory grow.
  static constexpr std::size_t kRecordedPoliciesMax = 65'536;
  [[nodiscard]] std::uint32_t recorded_policy(std::string_view id, std::string_view name);
  /// Whether any of the sets asks when a sign-in was.
  [[nodiscard]] bool asks_for_time() const { return asks_for_time_; }
  [[nodiscard]] bool has_old_set() const { return old_.set != nullptr; }

 private:
  struct Side {
    std::shared_ptr<const PolicySet> set;
    std::vector<std::uint32_t> policies;  ///< number of each policy of the set
    std::vector<std::uint32_t> controls;  ///< number of each clause
  };
  /// What one side says of an item, in numbers that both sides share.
  struct View;
  void number(Side& side);
  [[nodiscard]] View view(const Side& side, std::span<const SignInRequest> requests,
                          std::span<const Decision> decisions) const;
  [[nodiscard]] bool same(std::span<const Decision> now, std::span<const Decision> old) const;
  void against_record(std::span<const SignInRequest> requests, std::span<const Decision> now,
                      const Recorded& recorded, Comparison& out) const;
  void against_old(std::span<const SignInRequest> requests, std::span<const Decision> now,
                   std::span<const Decision> old, Comparison& out) const;

  Names policies_;
  Names controls_;
  Side now_;
  Side old_;
  std::size_t own_policies_ = 0;
  bool asks_for_time_ = false;
};

}  // namespace gate::replay
