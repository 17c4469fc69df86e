#include <algorithm>
#include <array>
#include <functional>
#include <gate/policy_set.hpp>

#include "runtime/set/decide.h"
#include "runtime/set/state.h"
#include "runtime/set/validate.h"

namespace gate {
namespace {

bool are_same(std::span<const std::string_view> a, std::span<const std::string_view> b) noexcept {
  return a.size() == b.size() &&
         (a.data() == b.data() || std::equal(a.begin(), a.end(), b.begin()));
}
bool are_same_principal(const SignInRequest& a, const SignInRequest& b) noexcept {
  return a.user_kind == b.user_kind && a.user == b.user && a.external_tenant == b.external_tenant &&
         are_same(a.groups, b.groups) && are_same(a.roles, b.roles);
}

/// The requests of one user after one another, so that who signs in is bound once for all of them.
/// The order of the users is that of their first requests: neighbours in memory stay neighbours.
class ByUser {
 public:
  static constexpr std::size_t kMost = 1024;  ///< requests at a time: 6 KB of stack

  explicit ByUser(std::span<const SignInRequest> requests) noexcept : requests_(requests) {
    first_.fill(kNone);
    for (std::size_t i = requests.size(); i-- > 0;) {
      const std::size_t hash = std::hash<std::string_view>()(requests[i].user);
      bucket_[i] = static_cast<std::uint16_t>(hash % kMost);
      next_[i] = first_[bucket_[i]];
      first_[bucket_[i]] = static_cast<std::uint16_t>(i);
    }
  }
  /// f(number of the request, whether the one before or after it is of the same user).
  template <typename F>
  void for_each(F f) noexcept {
    for (std::size_t i = 0; i < requests_.size(); ++i) {
      if (first_[bucket_[i]] != i) {
        continue;
      }
      bool goes_on = false;
      for (std::size_t each = i; each != kNone; each = next_[each]) {
        const bool went_on = goes_on;
        goes_on = next_[each] != kNone && requests_[next_[each]].user == requests_[each].user;
        f(each, went_on || goes_on);
      }
    }
  }

 private:
  static constexpr std::uint16_t kNone = 0xFFFF;
  std::span<const SignInRequest> requests_;
  std::array<std::uint16_t, kMost> first_;   ///< of a bucket
  std::array<std::uint16_t, kMost> next_;    ///< in the bucket of a request
  std::array<std::uint16_t, kMost> bucket_;  ///< of a request
};

/// Decides one request after the other; binds a principal anew only when it is another one.
class Decider {
 public:
  explicit Decider(const index::Index& by) noexcept : by_(by) {}

  void decide(const SignInRequest& request, bool is_worth_keeping, Decision& out) noexcept {
    const bool kept = is_worth_keeping && keep(request);
    const RequestFault fault =
        by_.bind(request, kept ? &room_.bound : nullptr, Plan::kEnforced, bound_);
    if (fault == RequestFault::kNone) {
      out = index::kBlank;
      by_.decide(bound_, out);
    } else {
      out = rejected(fault);
    }
  }

 private:
  /// False for a malformed principal: then what is wrong with the request is said as ever.
  bool keep(const SignInRequest& request) noexcept {
    if (who_ != nullptr && are_same_principal(*who_, request)) {
      return true;
    }
    who_ = nullptr;
    if (validate_principal(request) != RequestFault::kNone) {
      return false;
    }
    by_.bind_principal(request, room_);
    who_ = &request;
    return true;
  }

  const index::Index& by_;
  const SignInRequest* who_ = nullptr;  ///< whose principal `room_` holds
  index::PrincipalRoom room_;
  index::Bound bound_;
};

}  // namespace

void PolicySet::evaluate_batch(std::span<const SignInRequest> requests,
                               std::span<Decision> decisions) const noexcept {
  GATE_CHECK(requests.size() == decisions.size(), "a batch has one decision for each request");
  if (state_->index == nullptr) {
    for (std::size_t i = 0; i < requests.size(); ++i) {
      decisions[i] = evaluate(requests[i]);
    }
    return;
  }
  Decider decider(*state_->index);
  for (std::size_t begin = 0; begin < requests.size(); begin += ByUser::kMost) {
    const auto some = requests.subspan(begin, std::min(ByUser::kMost, requests.size() - begin));
    ByUser(some).for_each([&](std::size_t i, bool several) {
      decider.decide(some[i], several, decisions[begin + i]);
    });
  }
}

}  // namespace gate
