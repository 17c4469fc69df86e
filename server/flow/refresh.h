#pragma once

#include "server/flow/model/command.h"
#include "server/flow/model/outcome.h"
#include "server/flow/model/services.h"

namespace gate::server {

/// Renews the tokens of a session: the token is looked at and the policies of now are asked outside
/// of any transaction, the step to the successor is one guarded statement (E3, T6).
[[nodiscard]] Reply refresh_tokens(const FlowServices& services, const Caller& caller,
                                   const RefreshTokens& command);

}  // namespace gate::server
