#include <gate/interned.hpp>

#include "runtime/c/border.h"
#include "runtime/c/interned_request.h"
#include "runtime/c/request.h"
#include "runtime/rules/decide.h"

using namespace gate::c;

namespace {

void block(gate::RequestFault fault, gate::Decision& out) noexcept {
  out = gate::rejected(fault);
}
void block(gate::RequestFault fault, gate::Verdict& out) noexcept {
  out = gate::verdict_of(gate::rejected(fault));
}

/// Reads a request, has it answered and gives the answer back. `handles`: none of them is NULL.
template <typename View, typename Answer, typename From, typename To, typename Decide>
gate_status answer(bool handles, const From* request, To* to, Decide decide) noexcept {
  View view;
  const Reading reading = view.read(request);
  Answer out;
  block(view.fault(), out);
  if (handles && reading == Reading::kFine) {
    out = decide(view.request());
  }
  const bool written = give(out, to);
  return written && handles && reading != Reading::kNonsense ? GATE_OK : GATE_INVALID_ARGUMENT;
}

static_assert(GATE_UNNAMED == gate::kUnnamed);
static_assert(GATE_NAME_USER == static_cast<int>(gate::NameKind::kUser));
static_assert(GATE_NAME_GROUP == static_cast<int>(gate::NameKind::kGroup));
static_assert(GATE_NAME_ROLE == static_cast<int>(gate::NameKind::kRole));
static_assert(GATE_NAME_TENANT == static_cast<int>(gate::NameKind::kTenant));
static_assert(GATE_NAME_SERVICE_PRINCIPAL == static_cast<int>(gate::NameKind::kServicePrincipal));
static_assert(GATE_NAME_APP == static_cast<int>(gate::NameKind::kApp));
static_assert(GATE_NAME_APP_GROUP == static_cast<int>(gate::NameKind::kAppGroup));
static_assert(GATE_NAME_USER_ACTION == static_cast<int>(gate::NameKind::kUserAction));
static_assert(GATE_NAME_AUTH_CONTEXT == static_cast<int>(gate::NameKind::kAuthContext));
static_assert(GATE_NAME_CONTROL == static_cast<int>(gate::NameKind::kControl));
static_assert(GATE_NAME_SIGNAL == static_cast<int>(gate::NameKind::kSignal));
static_assert(GATE_NAME_STRING == static_cast<int>(gate::NameKind::kAttribute));
static_assert(GATE_NAME_LIST == static_cast<int>(gate::NameKind::kList));

}  // namespace

extern "C" {

gate_status gate_policy_set_outcome(const gate_policy_set* set, const gate_request* request,
                                    gate_verdict* verdict) {
  return answer<RequestView, gate::Verdict>(
      set != nullptr, request, verdict,
      [set](const gate::SignInRequest& r) { return set->set->outcome(r); });
}
gate_status gate_bound_outcome(const gate_bound* bound, gate_verdict* verdict) {
  const gate::Verdict out = bound == nullptr
                                ? gate::verdict_of(gate::rejected(gate::RequestFault::kNone))
                                : bound->prepared->outcome();
  return give(out, verdict) && bound != nullptr ? GATE_OK : GATE_INVALID_ARGUMENT;
}

uint64_t gate_policy_set_numbers(const gate_policy_set* set) {
  return set == nullptr ? 0 : set->set->numbers();
}
gate_status gate_policy_set_number(const gate_policy_set* set, uint32_t kind, gate_str name,
                                   uint32_t* number) {
  if (number == nullptr) {
    return GATE_INVALID_ARGUMENT;
  }
  *number = GATE_UNNAMED;
  if (set == nullptr || kind > GATE_NAME_LIST || !is_text(name)) {
    return GATE_INVALID_ARGUMENT;
  }
  *number = set->set->number(static_cast<gate::NameKind>(kind), to_view(name));
  return GATE_OK;
}
gate_status gate_policy_set_place(const gate_policy_set* set, gate_str ip, gate_str country,
                                  gate_place* place) {
  if (place == nullptr) {
    return GATE_INVALID_ARGUMENT;
  }
  *place = {GATE_UNNAMED, GATE_UNNAMED};
  if (set == nullptr || !is_text(ip) || !is_text(country)) {
    return GATE_INVALID_ARGUMENT;
  }
  const auto found = set->set->place(to_view(ip), to_view(country));
  if (!found) {
    return GATE_INVALID_ARGUMENT;
  }
  *place = {found->range, found->country};
  return GATE_OK;
}

gate_status gate_policy_set_evaluate_interned(const gate_policy_set* set,
                                              const gate_interned_request* request,
                                              gate_decision* decision) {
  return answer<InternedView, gate::Decision>(
      set != nullptr, request, decision,
      [set](const gate::InternedRequest& r) { return set->set->evaluate(r); });
}
gate_status gate_policy_set_outcome_interned(const gate_policy_set* set,
                                             const gate_interned_request* request,
                                             gate_verdict* verdict) {
  return answer<InternedView, gate::Verdict>(
      set != nullptr, request, verdict,
      [set](const gate::InternedRequest& r) { return set->set->outcome(r); });
}

gate_status gate_principal_new(const gate_policy_set* set, const gate_request* request,
                               uint64_t directory_version, gate_principal** principal,
                               gate_error** error) {
  return guarded(error, [&] {
    if (principal != nullptr) {
      *principal = nullptr;
    }
    RequestView view;
    if (set == nullptr || principal == nullptr || view.read(request) == Reading::kNonsense) {
      return fail(error, GATE_INVALID_ARGUMENT,
                  "gate_principal_new: NULL, or a request that makes no sense");
    }
    gate::RequestFault fault = view.fault();
    if (fault == gate::RequestFault::kNone) {
      auto made = std::make_unique<gate_principal>(
          gate::PreparedPrincipal(*set->set, view.request(), directory_version));
      fault = made->principal.fault();
      if (fault == gate::RequestFault::kNone) {
        *principal = made.release();
        return gate_status{GATE_OK};
      }
    }
    const bool is_limit = fault == gate::RequestFault::kTooManyPrincipals ||
                          fault == gate::RequestFault::kTooManyFacts ||
                          fault == gate::RequestFault::kStringTooLong;
    return fail(error, is_limit ? GATE_LIMIT_EXCEEDED : GATE_INVALID_ARGUMENT,
                "gate_principal_new: the principal is refused: " + std::string(gate::name(fault)));
  });
}
void gate_principal_free(gate_principal* principal) {
  delete principal;
}
uint32_t gate_principal_is_for(const gate_principal* principal, const gate_policy_set* set,
                               uint64_t directory_version) {
  return principal != nullptr && set != nullptr &&
                 principal->principal.is_for(*set->set, directory_version)
             ? 1
             : 0;
}
size_t gate_principal_bytes(const gate_principal* principal) {
  return principal == nullptr ? 0 : principal->principal.bytes();
}

gate_status gate_principal_evaluate(const gate_principal* principal, const gate_policy_set* set,
                                    const gate_request* request, gate_decision* decision) {
  return answer<RequestView, gate::Decision>(
      principal != nullptr && set != nullptr, request, decision,
      [=](const gate::SignInRequest& r) { return set->set->evaluate(principal->principal, r); });
}
gate_status gate_principal_outcome(const gate_principal* principal, const gate_policy_set* set,
                                   const gate_request* request, gate_verdict* verdict) {
  return answer<RequestView, gate::Verdict>(
      principal != nullptr && set != nullptr, request, verdict,
      [=](const gate::SignInRequest& r) { return set->set->outcome(principal->principal, r); });
}
gate_status gate_principal_evaluate_interned(const gate_principal* principal,
                                             const gate_policy_set* set,
                                             const gate_interned_request* request,
                                             gate_decision* decision) {
  return answer<InternedView, gate::Decision>(
      principal != nullptr && set != nullptr, request, decision,
      [=](const gate::InternedRequest& r) { return set->set->evaluate(principal->principal, r); });
}
gate_status gate_principal_outcome_interned(const gate_principal* principal,
                                            const gate_policy_set* set,
                                            const gate_interned_request* request,
                                            gate_verdict* verdict) {
  return answer<InternedView, gate::Verdict>(
      principal != nullptr && set != nullptr, request, verdict,
      [=](const gate::InternedRequest& r) { return set->set->outcome(principal->principal, r); });
}
}
