#include "server/protocol/endpoints.h"
#include "server/protocol/issue.h"
#include "server/session/sessions.h"

namespace gate::server {
namespace {

/// What stands between a usable token and its successor: the user, and the policies of now.
Result<std::optional<Answer>> object(const RequestContext& context, Transaction& transaction,
                                     const OpenedRefresh& opened, const std::optional<User>& user,
                                     const std::string& auth_context) {
  const SessionRecord& session = opened.record.session;
  if (!user || !user->enabled || user->epoch != session.user_epoch) {
    GATE_TRY_VOID(transaction.revoke_family(context.tenant.id, opened.record.family_id));
    return std::optional(Answer::error(WireError::kBadRefreshToken));
  }
  const SignInFacts facts = gather_facts({.user = *user,
                                          .client = context.client,
                                          .request = context.request,
                                          .countries = context.parts.countries,
                                          .flow = Flow::kRefresh,
                                          .completed = session.completed,
                                          .session_began_at = session.auth_time,
                                          .now = context.now});
  const PolicyVerdict verdict =
      decide_for_app_and_context(context.parts.decider, facts, auth_context);
  GATE_TRY_VOID(record_decision(context, transaction, *user, "refresh", session.sid, verdict));
  switch (verdict.outcome) {
    case Outcome::kAllow:
      return std::optional<Answer>();
    case Outcome::kChallenge:
      return std::optional(Answer::error(WireError::kInteractionRequired));
    case Outcome::kBlock:
      break;
  }
  if ((verdict.session.flags & SessionControls::kRevokeAll) != 0) {
    GATE_TRY_VOID(transaction.raise_epoch(context.tenant.id, user->user_id));
  }
  return std::optional(Answer::error(WireError::kBlocked));
}

}  // namespace

Answer refresh(const RequestContext& context) {
  const std::string_view token = context.form.get("refresh_token");
  const std::optional<std::string> auth_context = requested_context(context.form.get("claims"));
  if (!auth_context) {
    return Answer::error(WireError::kBadClaims);
  }
  return in_transaction(context, [&](Transaction& transaction) -> Result<Answer> {
    GATE_TRY(
        const OpenedRefresh opened,
        open_refresh(transaction, context.tenant.id, context.client.client_id, token, context.now));
    switch (opened.verdict) {
      case RefreshVerdict::kUsable:
        break;
      case RefreshVerdict::kReused:
        // Somebody holds a copy: nobody knows who is who, so both lose (E3).
        GATE_TRY_VOID(transaction.revoke_family(context.tenant.id, opened.record.family_id));
        return Answer::error(WireError::kBadRefreshToken);
      case RefreshVerdict::kUnknown:
      case RefreshVerdict::kEnded:
        return Answer::error(WireError::kBadRefreshToken);
    }
    const std::string_view asked_scope = context.form.get("scope");
    if (!is_within_scope(asked_scope, opened.record.session.scope)) {
      return Answer::error(WireError::kBadScope);
    }
    GATE_TRY(const std::optional<User> user,
             transaction.find_user(context.tenant.id, opened.record.session.user_id));
    GATE_TRY(std::optional<Answer> objection,
             object(context, transaction, opened, user, *auth_context));
    if (objection) {
      return std::move(*objection);
    }
    GATE_TRY(std::string next,
             rotate_refresh(transaction, context.parts.random, opened, token, context.now));
    SessionRecord session = opened.record.session;
    if (!asked_scope.empty()) {
      session.scope = granted_scope(context).value_or(session.scope);
    }
    auto answer = token_answer(context, *user, session, next, *auth_context);
    wipe(next);
    return answer;
  });
}

}  // namespace gate::server
