#include "runtime/set/visible.h"

namespace gate {

Visibility visibility_of(std::string_view name) noexcept {
  if (!name.starts_with("device.")) {
    return Visibility::kAlways;
  }
  return name.starts_with("device.extension_attribute") ? Visibility::kManaged
                                                        : Visibility::kRegistered;
}

bool is_visible(const DeviceFacts& device, Visibility visibility) noexcept {
  switch (visibility) {
    case Visibility::kAlways:
      return true;
    case Visibility::kRegistered:
      return device.registered;
    case Visibility::kManaged:
      return device.registered &&
             (device.managed == Tristate::kTrue || device.compliant == Tristate::kTrue ||
              device.trust == DeviceTrust::kServerAd);
  }
  return false;
}

}  // namespace gate
