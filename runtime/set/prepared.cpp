#include <gate/policy_set.hpp>
#include <string>
#include <type_traits>

#include "runtime/request/validate.h"
#include "runtime/set/state.h"

namespace gate {

struct PreparedRequest::Impl {
  std::shared_ptr<const PolicySet> set;
  SignInRequest request;  ///< for the interpreter
  RequestFault fault = RequestFault::kNone;
  index::Bound bound;
};

PreparedRequest::PreparedRequest(std::shared_ptr<const PolicySet> set, const SignInRequest& request)
    : impl_(new Impl) {
  impl_->set = std::move(set);
  impl_->request = request;
  if (const auto& index = internal::state_of(*impl_->set).index) {
    impl_->fault = index->bind(request, nullptr, Plan::kEnforced, impl_->bound);
  }
}
PreparedRequest::~PreparedRequest() = default;
PreparedRequest::PreparedRequest(PreparedRequest&&) noexcept = default;
PreparedRequest& PreparedRequest::operator=(PreparedRequest&&) noexcept = default;

Decision PreparedRequest::evaluate() const noexcept {
  Decision decision = index::kBlank;
  if (const index::Index* index = internal::state_of(*impl_->set).index.get(); index == nullptr) {
    decision = impl_->set->evaluate(impl_->request);
  } else if (impl_->fault == RequestFault::kNone) {
    index->decide(impl_->bound, decision);
  } else {
    decision = rejected(impl_->fault);
  }
  return decision;
}

Verdict PreparedRequest::outcome() const noexcept {
  Verdict verdict;
  if (const index::Index* index = internal::state_of(*impl_->set).index.get(); index == nullptr) {
    verdict = impl_->set->outcome(impl_->request);
  } else if (impl_->fault == RequestFault::kNone) {
    index->decide(impl_->bound, verdict);
  } else {
    verdict = verdict_of(rejected(impl_->fault));
  }
  return verdict;
}

struct PreparedPrincipal::Impl {
  std::uint64_t numbers = 0;  ///< PolicySet::numbers() of the set; 0: refused everywhere
  std::uint64_t directory_version = 0;
  RequestFault fault = RequestFault::kNone;
  UserKind kind = UserKind::kMember;
  std::string user;
  std::string tenant;
  NameNumber user_number = kUnnamed;
  NameNumber tenant_number = kUnnamed;
  index::KeptPrincipal kept;

  [[nodiscard]] bool is(const SignInRequest& r) const {
    return r.user_kind == kind && r.user == user && r.external_tenant == tenant;
  }
  [[nodiscard]] bool is(const InternedRequest& r) const {
    return r.user_kind == kind && r.user == user_number && r.external_tenant == tenant_number;
  }
  /// Why the set of these numbers does not take it for this request, or kNone.
  template <typename Request>
  [[nodiscard]] RequestFault refusal(std::uint64_t of_set, const Request& request) const {
    if (fault != RequestFault::kNone) {
      return fault;
    }
    return numbers == of_set && is(request) ? RequestFault::kNone : RequestFault::kForeignNumbers;
  }
};

PreparedPrincipal::PreparedPrincipal(const PolicySet& set, const SignInRequest& request,
                                     std::uint64_t directory_version)
    : impl_(std::make_unique<Impl>()) {
  impl_->directory_version = directory_version;
  const index::Index* index = internal::state_of(set).index.get();
  impl_->fault = index == nullptr ? RequestFault::kForeignNumbers : validate_principal(request);
  if (impl_->fault != RequestFault::kNone) {
    return;
  }
  impl_->numbers = set.numbers();
  impl_->kind = request.user_kind;
  impl_->user = request.user;
  impl_->tenant = request.external_tenant;
  impl_->user_number =
      set.number(request.user_kind == UserKind::kServicePrincipal ? NameKind::kServicePrincipal
                                                                  : NameKind::kUser,
                 request.user);
  impl_->tenant_number = set.number(NameKind::kTenant, request.external_tenant);
  index::PrincipalRoom room;
  index->bind_principal(request, room);
  impl_->kept = index::KeptPrincipal(room.bound);
}
PreparedPrincipal::~PreparedPrincipal() = default;
PreparedPrincipal::PreparedPrincipal(PreparedPrincipal&&) noexcept = default;
PreparedPrincipal& PreparedPrincipal::operator=(PreparedPrincipal&&) noexcept = default;

RequestFault PreparedPrincipal::fault() const noexcept {
  return impl_->fault;
}
bool PreparedPrincipal::is_for(const PolicySet& set,
                               std::uint64_t directory_version) const noexcept {
  return impl_->numbers != 0 && impl_->numbers == set.numbers() &&
         impl_->directory_version == directory_version;
}
std::size_t PreparedPrincipal::bytes() const noexcept {
  return sizeof(Impl) + impl_->user.capacity() + impl_->tenant.capacity() + impl_->kept.bytes();
}

namespace {

Decision answer_of(RequestFault fault, const Decision& /*kind*/) noexcept {
  return rejected(fault);
}
Verdict answer_of(RequestFault fault, const Verdict& /*kind*/) noexcept {
  return verdict_of(rejected(fault));
}

/// By numbers, or with a bound principal: `fault` says why not.
template <typename Answer, typename Request>
void decide(const internal::PolicySetState& state, const index::KeptPrincipal* who,
            const Request& request, RequestFault fault, Answer& out) noexcept {
  if (fault == RequestFault::kNone && state.index == nullptr) {
    fault = RequestFault::kForeignNumbers;
  }
  if constexpr (std::is_same_v<Request, InternedRequest>) {
    if (request.numbers == 0 || request.numbers != state.numbers) {
      fault = RequestFault::kForeignNumbers;
    }
  }
  if (fault == RequestFault::kNone) {
    const index::BoundPrincipal bound = who == nullptr ? index::BoundPrincipal{} : who->bound();
    state.index->decide(request, who == nullptr ? nullptr : &bound, Plan::kEnforced, out);
  } else {
    out = answer_of(fault, out);
  }
}

}  // namespace

Decision PolicySet::evaluate(const InternedRequest& request) const noexcept {
  Decision out = index::kBlank;
  decide(*state_, nullptr, request, RequestFault::kNone, out);
  return out;
}
Verdict PolicySet::outcome(const InternedRequest& request) const noexcept {
  Verdict out;
  decide(*state_, nullptr, request, RequestFault::kNone, out);
  return out;
}
Decision PolicySet::evaluate(const PreparedPrincipal& who,
                             const InternedRequest& request) const noexcept {
  Decision out = index::kBlank;
  decide(*state_, &who.impl_->kept, request, who.impl_->refusal(state_->numbers, request), out);
  return out;
}
Decision PolicySet::evaluate(const PreparedPrincipal& who,
                             const SignInRequest& request) const noexcept {
  Decision out = index::kBlank;
  decide(*state_, &who.impl_->kept, request, who.impl_->refusal(state_->numbers, request), out);
  return out;
}
Verdict PolicySet::outcome(const PreparedPrincipal& who,
                           const InternedRequest& request) const noexcept {
  Verdict out;
  decide(*state_, &who.impl_->kept, request, who.impl_->refusal(state_->numbers, request), out);
  return out;
}
Verdict PolicySet::outcome(const PreparedPrincipal& who,
                           const SignInRequest& request) const noexcept {
  Verdict out;
  decide(*state_, &who.impl_->kept, request, who.impl_->refusal(state_->numbers, request), out);
  return out;
}

}  // namespace gate
