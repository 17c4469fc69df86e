#include "runtime/set/validate.h"

#include <algorithm>

#include "runtime/ir/program.h"

namespace gate {
namespace {

template <typename E>
bool in_range(E value, std::size_t count) {
  return static_cast<std::size_t>(value) < count;
}

bool enums_in_range(const SignInRequest& r) {
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
                     [](const SatisfiedControl& s) { return in_range(s.kind, kControlKindCount); });
}

bool fits(std::string_view s) {
  return s.size() <= kFactBytesMax;
}
bool all_fit(std::span<const std::string_view> strings) {
  return std::all_of(strings.begin(), strings.end(), fits);
}

bool strings_fit(const SignInRequest& r) {
  return fits(r.user) && fits(r.external_tenant) && fits(r.target) && all_fit(r.groups) &&
         all_fit(r.roles) && all_fit(r.app_groups) &&
         std::all_of(r.satisfied.begin(), r.satisfied.end(),
                     [](const SatisfiedControl& s) { return fits(s.name); }) &&
         std::all_of(r.strings.begin(), r.strings.end(),
                     [](const StringFact& f) { return fits(f.name) && fits(f.value); }) &&
         std::all_of(r.lists.begin(), r.lists.end(),
                     [](const ListFact& f) { return fits(f.name) && all_fit(f.values); }) &&
         std::all_of(r.signals.begin(), r.signals.end(), [](const SignalFact& f) {
           const auto* text = std::get_if<std::string_view>(&f.value);
           return fits(f.name) && (text == nullptr || fits(*text));
         });
}

bool is_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

}  // namespace

RequestFault validate(const SignInRequest& r) noexcept {
  if (!enums_in_range(r)) {
    return RequestFault::kEnumOutOfRange;
  }
  if (r.groups.size() > ir::kPrincipalsMax || r.roles.size() > ir::kPrincipalsMax ||
      r.groups.size() + r.roles.size() > ir::kPrincipalsMax) {
    return RequestFault::kTooManyPrincipals;
  }
  if (std::max({r.app_groups.size(), r.completed.size(), r.satisfied.size(), r.strings.size(),
                r.lists.size(), r.signals.size()}) > kFactsMax) {
    return RequestFault::kTooManyFacts;
  }
  std::size_t values = 0;
  for (const ListFact& list : r.lists) {
    values += std::min(list.values.size(), kListValuesMax + 1);
  }
  if (values > kListValuesMax) {
    return RequestFault::kTooManyFacts;
  }
  if (!strings_fit(r)) {
    return RequestFault::kStringTooLong;
  }
  if (!r.country.empty() &&
      (r.country.size() != 2 || !is_letter(r.country[0]) || !is_letter(r.country[1]))) {
    return RequestFault::kMalformedCountry;
  }
  if ((r.now_unix_s && (*r.now_unix_s < kNowMin || *r.now_unix_s > kNowMax)) ||
      (r.session_age_s && *r.session_age_s < 0)) {
    return RequestFault::kNumberOutOfRange;
  }
  return RequestFault::kNone;
}

}  // namespace gate
