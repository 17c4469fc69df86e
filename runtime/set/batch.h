#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <gate/decision.hpp>
#include <gate/policy_set.hpp>
#include <gate/request.hpp>
#include <string_view>

#include "runtime/index/binding.h"

namespace gate {

/// Requests that are decided at a time: 6 KB of stack for their order.
inline constexpr std::size_t kGroupedMost = 1024;

/// The requests of one user after one another, so that who signs in is bound once for all of them.
/// The order of the users is that of their first requests: neighbours in memory stay neighbours.
/// `count` is kGroupedMost at most; `user(i)` is cheap and gives a text that stays where it is.
/// Calls `decide(i, several)`; several: the request before or after it is of the same user.
template <typename User, typename Decide>
void for_each_by_user(std::size_t count, User user, Decide decide) {
  static constexpr std::uint16_t kNone = 0xFFFF;
  std::array<std::uint16_t, kGroupedMost> first;   // of a bucket
  std::array<std::uint16_t, kGroupedMost> next;    // in the bucket of a request
  std::array<std::uint16_t, kGroupedMost> bucket;  // of a request
  first.fill(kNone);
  for (std::size_t i = count; i-- > 0;) {
    const std::size_t hash = std::hash<std::string_view>()(user(i));
    bucket[i] = static_cast<std::uint16_t>(hash % kGroupedMost);
    next[i] = first[bucket[i]];
    first[bucket[i]] = static_cast<std::uint16_t>(i);
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (first[bucket[i]] != i) {
      continue;
    }
    bool goes_on = false;
    for (std::size_t each = i; each != kNone; each = next[each]) {
      const bool went_on = goes_on;
      goes_on = next[each] != kNone && user(next[each]) == user(each);
      decide(each, went_on || goes_on);
    }
  }
}

/// Decides one request of a batch after the other and keeps who signs in, once bound, for those
/// that follow. Some 26 KB of stack; allocates nothing.
class BatchDecider {
 public:
  /// Of the principal of a request.
  enum class Who : std::uint8_t {
    kAlone,   ///< not worth keeping
    kNew,     ///< others of the same user may follow
    kAsKept,  ///< equal to the one that was kept last: has_kept(); groups and roles are not read
  };

  /// `set` must outlive it.
  explicit BatchDecider(const PolicySet& set) noexcept : set_(set) {}
  BatchDecider(const BatchDecider&) = delete;
  BatchDecider& operator=(const BatchDecider&) = delete;

  /// False after a malformed principal as well: then what is wrong with a request is said as ever.
  [[nodiscard]] bool has_kept() const noexcept { return has_kept_; }
  /// As PolicySet::evaluate().
  void decide(const SignInRequest& request, Who who, Decision& out) noexcept;

 private:
  void keep(const SignInRequest& request) noexcept;

  const PolicySet& set_;
  bool has_kept_ = false;
  index::PrincipalRoom room_;
  index::Bound bound_;
};

}  // namespace gate
