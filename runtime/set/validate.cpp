#include "runtime/set/validate.h"

#include <algorithm>

#include "runtime/ir/program.h"
#include "runtime/ir/utf8.h"

namespace gate {
namespace {

template <typename E>
bool in_range(E value, std::size_t count) {
  return static_cast<std::size_t>(value) < count;
}

template <typename Request>
bool enums_in_range(const Request& r) {
  return in_range(r.flow, kFlowCount) && in_range(r.user_kind, kUserKindCount) &&
         in_range(r.target_kind, 3) && in_range(r.client, kClientAppCount) &&
         in_range(r.platform, kPlatformCount) && in_range(r.sign_in_risk, kRiskCount) &&
         in_range(r.user_risk, kRiskCount) && in_range(r.service_principal_risk, kRiskCount) &&
         in_range(r.insider_risk, kInsiderRiskCount) &&
         in_range(r.transfer_method, kTransferMethodCount) &&
         in_range(r.device.compliant, kTristateCount) &&
         in_range(r.device.managed, kTristateCount) &&
         in_range(r.device.trust, kDeviceTrustCount) &&
         in_range(r.device.ownership, kDeviceOwnershipCount) &&
         std::all_of(r.completed.begin(), r.completed.end(),
                     [](const CompletedMethod& c) { return in_range(c.method, kMethodCount); }) &&
         std::all_of(r.satisfied.begin(), r.satisfied.end(),
                     [](const auto& s) { return in_range(s.kind, kControlKindCount); });
}

bool fits(std::string_view s) {
  return s.size() <= kFactBytesMax;
}

/// True when `ok` holds for every text of the request.
template <typename F>
bool all_texts(const SignInRequest& r, F ok) {
  const auto all = [ok](std::span<const std::string_view> texts) {
    return std::all_of(texts.begin(), texts.end(), ok);
  };
  return ok(r.user) && ok(r.external_tenant) && ok(r.target) && all(r.groups) && all(r.roles) &&
         all(r.app_groups) &&
         std::all_of(r.satisfied.begin(), r.satisfied.end(),
                     [ok](const SatisfiedControl& s) { return ok(s.name); }) &&
         std::all_of(r.strings.begin(), r.strings.end(),
                     [ok](const StringFact& f) { return ok(f.name) && ok(f.value); }) &&
         std::all_of(r.lists.begin(), r.lists.end(),
                     [ok, all](const ListFact& f) { return ok(f.name) && all(f.values); }) &&
         std::all_of(r.signals.begin(), r.signals.end(), [ok](const SignalFact& f) {
           const auto* text = std::get_if<std::string_view>(&f.value);
           return ok(f.name) && (text == nullptr || ok(*text));
         });
}

/// The same; its names are numbers.
template <typename F>
bool all_texts(const InternedRequest& r, F ok) {
  return std::all_of(r.strings.begin(), r.strings.end(),
                     [ok](const InternedString& f) { return ok(f.value); }) &&
         std::all_of(r.lists.begin(), r.lists.end(),
                     [ok](const InternedList& f) {
                       return std::all_of(f.values.begin(), f.values.end(), ok);
                     }) &&
         std::all_of(r.signals.begin(), r.signals.end(), [ok](const InternedSignal& f) {
           const auto* text = std::get_if<std::string_view>(&f.value);
           return text == nullptr || ok(*text);
         });
}

bool is_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}
bool is_country(std::string_view country) {
  return country.empty() || (country.size() == 2 && is_letter(country[0]) && is_letter(country[1]));
}

template <typename Request>
bool too_many_principals(const Request& r) {
  return r.groups.size() > ir::kPrincipalsMax || r.roles.size() > ir::kPrincipalsMax ||
         r.groups.size() + r.roles.size() > ir::kPrincipalsMax;
}

template <typename Request>
RequestFault fault_of(const Request& r) {
  if (!enums_in_range(r)) {
    return RequestFault::kEnumOutOfRange;
  }
  if (too_many_principals(r)) {
    return RequestFault::kTooManyPrincipals;
  }
  if (std::max({r.app_groups.size(), r.completed.size(), r.satisfied.size(), r.strings.size(),
                r.lists.size(), r.signals.size()}) > kFactsMax) {
    return RequestFault::kTooManyFacts;
  }
  std::size_t values = 0;
  for (const auto& list : r.lists) {
    values += std::min(list.values.size(), kListValuesMax + 1);
  }
  if (values > kListValuesMax) {
    return RequestFault::kTooManyFacts;
  }
  if (!all_texts(r, fits)) {
    return RequestFault::kStringTooLong;
  }
  if (!all_texts(r, is_utf8)) {
    return RequestFault::kMalformedText;
  }
  if constexpr (requires { r.country; }) {
    if (!is_country(r.country)) {
      return RequestFault::kMalformedCountry;
    }
  }
  if ((r.now_unix_s && (*r.now_unix_s < kNowMin || *r.now_unix_s > kNowMax)) ||
      (r.session_age_s && *r.session_age_s < 0) ||
      (r.device.first_seen_s && *r.device.first_seen_s < 0)) {
    return RequestFault::kNumberOutOfRange;
  }
  return RequestFault::kNone;
}

}  // namespace

RequestFault validate(const SignInRequest& request) noexcept {
  return fault_of(request);
}
RequestFault validate(const InternedRequest& request) noexcept {
  return fault_of(request);
}

RequestFault validate_principal(const SignInRequest& request) noexcept {
  SignInRequest who;
  who.user = request.user;
  who.user_kind = request.user_kind;
  who.external_tenant = request.external_tenant;
  who.groups = request.groups;
  who.roles = request.roles;
  return fault_of(who);
}

}  // namespace gate
