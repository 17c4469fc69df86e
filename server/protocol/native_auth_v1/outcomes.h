#pragma once

#include "server/flow/model/outcome.h"
#include "server/protocol/native_auth_v1/answer.h"

namespace gate::server::native_auth_v1 {

/// The answer for an outcome, without headers (native-auth-api 3 to 5). `next_token`: the next
/// continuation token; empty: none.
[[nodiscard]] Answer answer_of(const FlowOutcome& outcome, std::string_view next_token);

}  // namespace gate::server::native_auth_v1
