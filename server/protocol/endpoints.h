#pragma once

#include "server/protocol/context.h"

namespace gate::server {

/// One function per endpoint of the Native Authentication API (native-auth-api sections 4 and 5).
/// Each is complete in itself: parameters, one durable transaction, answer. Nothing is thrown.
[[nodiscard]] Answer initiate(const RequestContext& context);
[[nodiscard]] Answer challenge(const RequestContext& context);
[[nodiscard]] Answer introspect(const RequestContext& context);
/// All grants: password, oob, mfa_oob, continuation_token, refresh_token.
[[nodiscard]] Answer token(const RequestContext& context);
[[nodiscard]] Answer refresh(const RequestContext& context);
[[nodiscard]] Answer register_introspect(const RequestContext& context);
[[nodiscard]] Answer register_challenge(const RequestContext& context);
[[nodiscard]] Answer register_continue(const RequestContext& context);

/// The words of `challenge_type`: known ones only, `redirect` among them where it is demanded.
/// Nothing when the list is not acceptable.
struct ChallengeTypes {
  bool oob = false;
  bool password = false;
};
[[nodiscard]] std::optional<ChallengeTypes> parse_challenge_types(std::string_view text);

}  // namespace gate::server
