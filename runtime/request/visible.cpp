#include "runtime/request/visible.h"

namespace gate {

Visibility visibility_of(std::string_view name) noexcept {
  if (!name.starts_with("device.")) {
    return Visibility::kAlways;
  }
  return name.starts_with("device.extension_attribute") ? Visibility::kManaged
                                                        : Visibility::kRegistered;
}

}  // namespace gate
