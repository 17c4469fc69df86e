#include "runtime/ir/standard.h"

#include <algorithm>

namespace gate::ir {

Strength built_in_mfa() {
  using enum Method;
  const auto set = [](auto... m) { return (MethodSet::of(m) | ...); };
  Strength mfa{"mfa",
               {set(kWindowsHello),
                set(kFido2),
                set(kX509MultiFactor),
                set(kDeviceBasedPush),
                set(kTapOneTime),
                set(kTapMultiUse),
                set(kPassword, kAuthenticatorPush),
                set(kPassword, kSoftwareOath),
                set(kPassword, kHardwareOath),
                set(kPassword, kX509SingleFactor),
                set(kPassword, kX509MultiFactor),
                set(kPassword, kSmsOtp),
                set(kPassword, kVoice),
                set(kFederatedMultiFactor),
                set(kFederatedSingleFactor, kAuthenticatorPush),
                set(kFederatedSingleFactor, kSoftwareOath),
                set(kFederatedSingleFactor, kHardwareOath),
                set(kFederatedSingleFactor, kSmsOtp),
                set(kFederatedSingleFactor, kVoice),
                set(kPassword, kEmailOtp),
                set(kEmailOtp, kSmsOtp),
                set(kFederatedSingleFactor, kEmailOtp)}};
  keep_minimal(mfa.combinations);
  return mfa;
}

Strength workforce_mfa() {
  Strength mfa = built_in_mfa();
  std::erase_if(mfa.combinations, [](MethodSet c) { return c.contains(Method::kEmailOtp); });
  return mfa;
}

void keep_minimal(std::vector<MethodSet>& combinations) {
  const std::vector<MethodSet> all = combinations;
  std::erase_if(combinations, [&all](MethodSet c) {
    return std::any_of(all.begin(), all.end(),
                       [c](MethodSet other) { return other != c && c.contains_all(other); });
  });
  const auto less = [](MethodSet a, MethodSet b) { return a.bits() < b.bits(); };
  std::sort(combinations.begin(), combinations.end(), less);
  combinations.erase(std::unique(combinations.begin(), combinations.end()), combinations.end());
}

}  // namespace gate::ir
