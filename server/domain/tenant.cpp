#include "server/domain/tenant.h"

#include <gate/export.hpp>

namespace gate::server {

std::string_view name(SignUpMode mode) {
  switch (mode) {
    case SignUpMode::kClosed:
      return "closed";
    case SignUpMode::kCode:
      return "code";
    case SignUpMode::kPassword:
      return "password";
  }
  GATE_CHECK(false, "a sign-up of no mode");
}

}  // namespace gate::server
