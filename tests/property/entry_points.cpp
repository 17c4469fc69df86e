#include "tests/property/entry_points.h"

#include <array>
#include <gate/interned.hpp>

#include "runtime/ir/program.h"
#include "runtime/rules/decide.h"

namespace gate::property {
namespace {

using Set = std::shared_ptr<const PolicySet>;

/// What nothing says.
Decision contradiction() {
  Decision out;
  out.error_code = 1;
  return out;
}
Answer refused(RequestFault fault) {
  return {rejected(fault), verdict_of(rejected(fault))};
}

std::optional<Answer> outcome_only(const Set& set, const SignInRequest& request) {
  return Answer{std::nullopt, set->outcome(request)};
}

std::optional<Answer> prepared(const Set& set, const SignInRequest& request) {
  const PreparedRequest bound(set, request);
  return Answer{bound.evaluate(), bound.outcome()};
}

std::optional<Answer> interned(const Set& set, const SignInRequest& request) {
  const InternedSignIn numbers(*set, request);
  if (numbers.fault() != RequestFault::kNone) {
    return refused(numbers.fault());
  }
  return Answer{set->evaluate(numbers.request()), set->outcome(numbers.request())};
}

/// The request without what the principal was bound from.
SignInRequest without_memberships(SignInRequest request) {
  if (request.groups.size() + request.roles.size() <= ir::kPrincipalsMax) {
    request.groups = {};
    request.roles = {};
  }
  return request;
}

std::optional<Answer> bound_principal(const Set& set, const SignInRequest& request) {
  const PreparedPrincipal who(*set, request);
  if (who.fault() != RequestFault::kNone) {
    return std::nullopt;
  }
  const SignInRequest rest = without_memberships(request);
  return Answer{set->evaluate(who, rest), set->outcome(who, rest)};
}

std::optional<Answer> bound_principal_interned(const Set& set, const SignInRequest& request) {
  const PreparedPrincipal who(*set, request);
  if (who.fault() != RequestFault::kNone) {
    return std::nullopt;
  }
  const InternedSignIn numbers(*set, without_memberships(request));
  if (numbers.fault() != RequestFault::kNone) {
    return refused(numbers.fault());
  }
  return Answer{set->evaluate(who, numbers.request()), set->outcome(who, numbers.request())};
}

/// The request four times among others, some of which are of the same principal and some nearly:
/// a batch must neither mix up requests nor take one principal for another.
std::optional<Answer> batch(const Set& set, const SignInRequest& request) {
  static constexpr std::array<std::size_t, 4> kHere = {1, 2, 9, 20};
  std::vector<SignInRequest> requests(21, request);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    SignInRequest& other = requests[i];
    switch (i % 7) {
      case 0:
        other = SignInRequest{};
        break;
      case 3:  // the same principal
        other.target = "another target";
        other.sign_in_risk = Risk::kHigh;
        break;
      case 4:
        other.groups = {};
        break;
      case 5:
        other.user_kind = UserKind::kServicePrincipal;
        break;
      case 6:
        other.roles = other.roles.empty() ? other.groups : other.roles.first(1);
        break;
      default:
        break;
    }
  }
  for (const std::size_t here : kHere) {
    requests[here] = request;
  }
  std::vector<Decision> decisions(requests.size());
  set->evaluate_batch(requests, decisions);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (decisions[i] != set->evaluate(requests[i])) {
      return Answer{contradiction(), std::nullopt};
    }
  }
  return Answer{decisions[kHere[0]], std::nullopt};
}

}  // namespace

const std::vector<EntryPoint>& entry_points() {
  static const std::vector<EntryPoint> kAll = {
      {"outcome", outcome_only},
      {"prepared", prepared},
      {"interned", interned},
      {"bound principal", bound_principal},
      {"bound principal, interned", bound_principal_interned},
      {"batch", batch},
  };
  return kAll;
}

}  // namespace gate::property
