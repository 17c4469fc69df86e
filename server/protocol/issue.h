#pragma once

#include "server/protocol/flow_run.h"

namespace gate::server {

/// The channels that may serve as second factor: verified, not blocked, of a method in `methods`,
/// and not the mailbox or number that the first factor went to (C4).
[[nodiscard]] std::vector<Channel> eligible_channels(const std::vector<Channel>& channels,
                                                     MethodSet methods, const FlowRecord& flow);

/// Asks the policy set in force, writes the audit row, and does what the verdict demands: tokens,
/// mfa_required, registration_required, redirect or a plain refusal (C1, C2, T6). The run stands in
/// kDeciding or kDecidingFinally. Everything happens in `transaction`, the issue of tokens
/// included.
[[nodiscard]] Result<Answer> decide_and_answer(FlowRun& run, Transaction& transaction);

/// Which of `wanted` the user may enrol in this flow, and the verdict that says so.
struct Enrolment {
  PolicyVerdict verdict;
  MethodSet methods;
};

/// Asks the policies on the user action `register_security_info`, which those on all apps are too,
/// and writes the audit row. A user with another method than the first factor of this flow, a
/// blocked one included, may enrol none: a thief with the password must not add a method of their
/// own, and this flow has no second prompt (S16). Otherwise, on allow, every method that is wanted;
/// on a challenge those that, once done, leave nothing to ask for (conditional-access 2.7: sent to
/// registration). A block is a no.
[[nodiscard]] Result<Enrolment> decide_registration(const FlowRun& run, Transaction& transaction,
                                                    MethodSet wanted);

/// The answer to a verdict that blocks.
[[nodiscard]] Answer blocked_answer(const PolicyVerdict& verdict);

/// Writes the decision into the audit chain.
[[nodiscard]] Result<void> record_decision(const RequestContext& context, Transaction& transaction,
                                           const User& user, std::string_view type,
                                           std::string_view flow_id, const PolicyVerdict& verdict);

/// The body of a successful token answer; without a refresh token where `refresh_token` is empty.
[[nodiscard]] Result<Answer> token_answer(const RequestContext& context, const User& user,
                                          const SessionRecord& session,
                                          const std::string& refresh_token,
                                          std::string_view auth_context);

/// The scopes to grant for what was asked: the standard ones, and `<audience>/<name>` for the names
/// that the client is registered for. Nothing when any other is among them: a token says nothing
/// that came from the client alone (S10).
[[nodiscard]] std::optional<std::string> granted_scope(const RequestContext& context);

/// True if every word of `asked` is a word of `granted` (RFC 6749 6: a refresh never widens).
[[nodiscard]] bool is_within_scope(std::string_view asked, std::string_view granted);

/// The authentication context that the `claims` parameter asks for (`access_token.acrs`), empty if
/// none. Nothing when the parameter is not JSON.
[[nodiscard]] std::optional<std::string> requested_context(std::string_view claims);

}  // namespace gate::server
