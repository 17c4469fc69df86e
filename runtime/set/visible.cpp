#include "runtime/set/visible.h"

namespace gate {

bool is_visible(const SignInRequest& request, std::string_view name) noexcept {
  if (!name.starts_with("device.")) {
    return true;
  }
  const DeviceFacts& device = request.device;
  if (!name.starts_with("device.extension_attribute")) {
    return device.registered;
  }
  return device.registered &&
         (device.managed == Tristate::kTrue || device.compliant == Tristate::kTrue ||
          device.trust == DeviceTrust::kServerAd);
}

}  // namespace gate
