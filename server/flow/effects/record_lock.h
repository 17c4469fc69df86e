#pragma once

#include <gate/result.hpp>

#include "server/flow/model/run.h"
#include "server/limits/tries.h"

namespace gate::server {

/// Records in the audit log that a try was refused, because too many went before (S31): the first
/// refusal of a lock, and one an hour while it lasts. Of all unknown names of a tenant together one
/// an hour is recorded, without a user. So an attacker cannot fill the log.
[[nodiscard]] Result<void> record_lock(const FlowRun& run, UnitOfWork& work,
                                       const TryAdmission& admission, TriedSecret secret);

}  // namespace gate::server
