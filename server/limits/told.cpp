#include "server/limits/told.h"

#include <span>
#include <string>

namespace gate::server {

Result<bool> is_first_until(LimitWrites& limits, const Caller& caller, std::string_view key,
                            Micros until) {
  ThrottleRule once;
  once.spacing = until - caller.now;
  const ThrottleClaim claim{std::string("told:").append(key), once};
  GATE_TRY(const ThrottleSetVerdict first,
           limits.take(caller.tenant.id, std::span(&claim, 1), caller.now));
  return first.admitted;
}

}  // namespace gate::server
