#pragma once

#include "server/domain/user.h"

/// The guard of a session: the epochs in its own row must be the present ones of its user and
/// device. A device that was forgotten without a raised epoch changes nothing. On the rows `s` of
/// the table session and `u` of the table users.
#define GATE_PG_SESSION_GUARD                                                 \
  "u.enabled AND u.epoch = s.user_epoch AND NOT EXISTS (SELECT 1 FROM "       \
  "known_device d WHERE d.tenant_id = s.tenant_id AND d.user_id = s.user_id " \
  "AND d.device_id = s.device_id AND d.epoch <> s.device_epoch)"

/// A SubjectGuard as an SQL condition on the row `u` of the table users. Its parameters are the
/// first seven of the statement: the members of the guard, in their order. It is a macro, because a
/// statement is one literal.
#define GATE_PG_SUBJECT_GUARD                                                          \
  "u.tenant_id = $1 AND u.user_id = $2 AND u.enabled AND u.epoch = $3 "                \
  "AND u.methods_gen = $4 AND NOT EXISTS (SELECT 1 FROM known_device d "               \
  "WHERE d.tenant_id = $1 AND d.user_id = $2 AND d.device_id = $5 AND d.epoch <> $6) " \
  "AND ($7 = '' OR EXISTS (SELECT 1 FROM rt_family f "                                 \
  "JOIN session s ON s.tenant_id = f.tenant_id AND s.sid = f.sid "                     \
  "WHERE f.tenant_id = $1 AND f.family_id = $7 AND NOT f.revoked "                     \
  "AND s.user_id = u.user_id AND " GATE_PG_SESSION_GUARD "))"

namespace gate::server::postgres {

inline constexpr const char* kSubjectChanged =
    "the user, its methods or its device are not what they were";

template <typename Query, typename... More>
void bind_guard(Query& query, const SubjectGuard& guard, const More&... more) {
  query.bind(guard.tenant_id, guard.user_id, guard.epoch, guard.methods_gen, guard.device_id,
             guard.device_epoch, guard.family_id, more...);
}

}  // namespace gate::server::postgres
