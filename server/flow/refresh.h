#pragma once

#include "server/flow/model/command.h"
#include "server/flow/model/outcome.h"
#include "server/flow/model/services.h"

namespace gate::server {

/// Renews the tokens of a session. The token is looked up and the policies in force are evaluated
/// outside of the unit of work. The step to the successor is one guarded statement (E3, T6).
[[nodiscard]] Reply refresh_tokens(const FlowServices& services, const Caller& caller,
                                   const RefreshTokens& command);

}  // namespace gate::server
