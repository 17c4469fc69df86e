#pragma once

#include <gate/result.hpp>
#include <optional>

#include "server/flow/model/run.h"
#include "server/limits/send_limits.h"

namespace gate::server {

/// Counts a message against the limits on sending (B5). A refusal by a cap is recorded in the audit
/// log, the first one until the cap has room again, and reported to the operator after the commit.
[[nodiscard]] Result<std::optional<SendRefusal>> admit_message(FlowRun& run, UnitOfWork& work,
                                                               const SendRequest& request);

}  // namespace gate::server
