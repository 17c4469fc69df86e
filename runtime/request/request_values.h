#pragma once

#include <gate/request.hpp>

namespace gate {

/// Copies what is no name, place or list of a sign-in. SignInRequest, InternedRequest and
/// SignInFacts have it under the same names.
template <typename From, typename To>
void copy_values(const From& from, To& to) {
#define GATE_ENUMERATOR(type, member, c_member) to.member = from.member;
#include "runtime/request/request_enumerators.def"
#undef GATE_ENUMERATOR
  to.device.registered = from.device.registered;
  to.device.reported_lost = from.device.reported_lost;
  to.device.first_seen_s = from.device.first_seen_s;
  to.session_age_s = from.session_age_s;
  to.now_unix_s = from.now_unix_s;
}

}  // namespace gate
