#pragma once

#include "server/domain/user.h"

/// A SubjectGuard as a condition, the same in every statement that it stands in: on the row `u` of
/// the table user, with the statement's first six parameters, which are the guard's members in
/// their order. A text, because a statement is one literal.
#define GATE_SUBJECT_GUARD                                                  \
  "u.tenant_id = ?1 AND u.user_id = ?2 AND u.enabled = 1 AND u.epoch = ?3 " \
  "AND u.methods_gen = ?4 AND NOT EXISTS (SELECT 1 FROM known_device d "    \
  "WHERE d.tenant_id = ?1 AND d.user_id = ?2 AND d.device_id = ?5 AND d.epoch <> ?6)"

/// The same for what a session issues: the epochs that its own row holds, against those of today.
/// On the rows `s` of the table session and `u` of the table user.
#define GATE_SESSION_GUARD                                                    \
  "u.enabled = 1 AND u.epoch = s.user_epoch AND NOT EXISTS (SELECT 1 FROM "   \
  "known_device d WHERE d.tenant_id = s.tenant_id AND d.user_id = s.user_id " \
  "AND d.device_id = s.device_id AND d.epoch <> s.device_epoch)"

namespace gate::server {

inline constexpr const char* kSubjectChanged =
    "the user, its methods or its device are not what they were";

template <typename Query, typename... More>
void bind_guard(Query& query, const SubjectGuard& guard, const More&... more) {
  query.bind(guard.tenant_id, guard.user_id, guard.epoch, guard.methods_gen, guard.device_id,
             guard.device_epoch, more...);
}

}  // namespace gate::server
