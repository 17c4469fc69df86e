#pragma once

#include <gate/result.hpp>
#include <optional>
#include <string>

#include "server/domain/client_hints.h"
#include "server/domain/stored_answer.h"
#include "server/flow/model/outcome.h"
#include "server/flow/model/services.h"

/// Lost answers (T4). The answer to the newest request that changed a flow is stored in the unit of
/// work that changes it. Who sends the same bytes again within `kAnswerLife` gets it once more, and
/// nothing else happens: no step, no message, no count. The key that seals the answer follows from
/// the request, continuation token included, and is not stored.
namespace gate::server {

/// True if `stored` is the answer to the request of `caller`, which presented the token of `gen`,
/// and is not too old.
[[nodiscard]] bool is_same_request(const Caller& caller, std::int64_t gen,
                                   const StoredAnswer& stored);

/// The answer as it is stored; nothing for a wire that does not mark its requests. `flow`: as the
/// request found it.
[[nodiscard]] Result<std::optional<StoredAnswer>> seal_answer(const FlowServices& services,
                                                              const Caller& caller,
                                                              const FlowRecord& flow,
                                                              const Reply& reply);

/// The mark of a request whose try is counted and not evaluated yet.
[[nodiscard]] std::optional<StoredAnswer> claim_answer(const Caller& caller,
                                                       const FlowRecord& flow);

/// The text of an answer for which `is_same_request` holds.
[[nodiscard]] Result<std::string> open_answer(const Caller& caller, const StoredAnswer& stored);

}  // namespace gate::server
