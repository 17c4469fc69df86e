#include "runtime/set/batch.h"

#include "runtime/index/index.h"
#include "runtime/request/validate.h"
#include "runtime/rules/decide.h"
#include "runtime/set/state.h"

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

}  // namespace

void BatchDecider::keep(const SignInRequest& request) noexcept {
  has_kept_ = validate_principal(request) == RequestFault::kNone;
  if (has_kept_) {
    internal::state_of(set_).index->bind_principal(request, room_);
  }
}

void BatchDecider::decide(const SignInRequest& request, Who who, Decision& out) noexcept {
  const index::Index* by = internal::state_of(set_).index.get();
  if (by == nullptr) {
    out = set_.evaluate(request);
    return;
  }
  if (who == Who::kNew) {
    keep(request);
  }
  const bool bound = who != Who::kAlone && has_kept_;
  const RequestFault fault =
      by->bind(request, bound ? &room_.bound : nullptr, Plan::kEnforced, bound_);
  if (fault == RequestFault::kNone) {
    out = index::kBlank;
    by->decide(bound_, out);
  } else {
    out = rejected(fault);
  }
}

void PolicySet::evaluate_batch(std::span<const SignInRequest> requests,
                               std::span<Decision> decisions) const noexcept {
  GATE_CHECK(requests.size() == decisions.size(), "a batch has one decision for each request");
  using Who = BatchDecider::Who;
  BatchDecider decider(*this);
  const SignInRequest* kept = nullptr;
  for (std::size_t begin = 0; begin < requests.size(); begin += kGroupedMost) {
    const auto some = requests.subspan(begin, std::min(kGroupedMost, requests.size() - begin));
    for_each_by_user(
        some.size(), [&](std::size_t i) { return some[i].user; },
        [&](std::size_t i, bool several) {
          Who who = several ? Who::kNew : Who::kAlone;
          if (several && decider.has_kept() && are_same_principal(*kept, some[i])) {
            who = Who::kAsKept;
          }
          kept = who == Who::kNew ? &some[i] : kept;
          decider.decide(some[i], who, decisions[begin + i]);
        });
  }
}

}  // namespace gate
