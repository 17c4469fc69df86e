#pragma once

#include <gate/request.hpp>
#include <string_view>

namespace gate {

/// What must be so before policies may see an attribute (conditional-access 3).
enum class Visibility : std::uint8_t {
  kAlways,
  kRegistered,  ///< of a device that is not registered nothing is known
  kManaged,     ///< managed, compliant or hybrid joined: extension attributes of devices
};
[[nodiscard]] Visibility visibility_of(std::string_view name) noexcept;
[[nodiscard]] inline bool is_visible(const DeviceFacts& device, Visibility visibility) noexcept {
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

/// Whether a policy may see the attribute `name` of this request. What is not visible counts as
/// absent. Every executor asks here. Pure; allocates nothing.
[[nodiscard]] inline bool is_visible(const SignInRequest& request, std::string_view name) noexcept {
  return is_visible(request.device, visibility_of(name));
}

}  // namespace gate
