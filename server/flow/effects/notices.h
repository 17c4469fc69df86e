#pragma once

#include <gate/result.hpp>
#include <string>

#include "server/flow/model/run.h"
#include "server/message/message_kind.h"

namespace gate::server {

/// Prepares a notice to every channel of the user that can be told, but for `except` (F6, D4). It
/// is in the language of the user's entry or of the tenant, never in one that the request asks for:
/// an attacker must not choose one that the user cannot read.
[[nodiscard]] Result<void> write_notices(FlowRun& run, MessageKind kind, const std::string& except);

/// Queues what was prepared. A notice costs what a code costs, so it counts as one. If a limit
/// refuses it, it is dropped and the flow goes on: an attacker who uses up the limit must not
/// prevent the change.
[[nodiscard]] Result<void> queue_notices(FlowRun& run, UnitOfWork& work);

}  // namespace gate::server
