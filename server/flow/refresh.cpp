#include "server/flow/refresh.h"

#include "server/flow/model/authenticate.h"
#include "server/flow/model/circumstances.h"
#include "server/flow/model/methods.h"
#include "server/flow/model/record.h"
#include "server/flow/runner.h"
#include "server/flow/step_up/start.h"
#include "server/session/sessions.h"
#include "server/token/scope.h"

namespace gate::server {
namespace {

Reply refused(RefusalReason reason) {
  return {Refused{reason}, std::nullopt};
}

/// What one snapshot found. `user` and what follows only for a usable token.
struct Looked {
  OpenedRefresh opened;
  std::optional<User> user;
  bool stands = false;  ///< user and device of the session are what they were (T6)
  std::string email;
  ScopeGrant grant;
  std::optional<RefusalReason> scope_fault;
};

/// What is asked for must be within the scope of the sign-in (RFC 6749 6) and still be granted now
/// (S10). The new token is for the resource that this request names.
Result<void> look_at_scope(TenantReads& reads, const Caller& caller, std::string_view asked,
                           Looked& looked) {
  const std::string& signed_in = looked.opened.record.session.scope;
  if (asked.find_first_not_of(' ') == std::string_view::npos) {
    GATE_TRY(looked.grant, still_granted(reads, caller.client, signed_in));
    return {};
  }
  if (!is_within_scope(asked, signed_in)) {
    looked.scope_fault = RefusalReason::kScopeTooWide;
    return {};
  }
  GATE_TRY(auto granted, grant_scope(reads, caller.client, asked));
  if (const auto* fault = std::get_if<ScopeFault>(&granted)) {
    looked.scope_fault = refusal_of(*fault);
    return {};
  }
  looked.grant = std::get<ScopeGrant>(std::move(granted));
  return {};
}

Result<void> read_session(StoreReads& reads, const Caller& caller, const RefreshTokens& command,
                          Looked& looked) {
  GATE_TRY(looked.opened, open_refresh(reads, caller.tenant.id, caller.client.client_id,
                                       command.token, caller.now));
  if (looked.opened.verdict != RefreshVerdict::kUsable) {
    return {};
  }
  const std::string& user_id = looked.opened.record.session.user_id;
  GATE_TRY(looked.user, reads.find_user(caller.tenant.id, user_id));
  GATE_TRY(looked.stands,
           reads.family_stands(caller.tenant.id, looked.opened.record.family_id, caller.now));
  GATE_TRY_VOID(look_at_scope(reads, caller, command.scope, looked));
  if (looked.user && is_within_scope("email", looked.grant.scope)) {
    GATE_TRY(const std::vector<Channel> channels, reads.channels_of(caller.tenant.id, user_id));
    looked.email = verified_email(channels, looked.user->username);
  }
  return {};
}

Result<Looked> look_up(const FlowServices& services, const Caller& caller,
                       const RefreshTokens& command) {
  Looked looked;
  GATE_TRY_VOID(services.store.read(
      [&](StoreReads& reads) { return read_session(reads, caller, command, looked); }));
  return looked;
}

Result<Reply> end_family(const FlowServices& services, const Caller& caller,
                         const OpenedRefresh& opened) {
  GATE_TRY_VOID(services.store.write([&](UnitOfWork& work) {
    return work.revoke_family(caller.tenant.id, opened.record.family_id);
  }));
  return refused(RefusalReason::kBadRefreshToken);
}

/// Ends the family of a token that was used before, and writes one audit row about it (E3).
Result<Reply> end_reused(const FlowServices& services, const Caller& caller,
                         std::string_view token) {
  const auto end = [&](UnitOfWork& work) -> Result<void> {
    // Looked up again: of many uses at once the first ends the family, and it alone is recorded. So
    // a stolen token cannot fill the audit log.
    GATE_TRY(const OpenedRefresh opened,
             open_refresh(work, caller.tenant.id, caller.client.client_id, token, caller.now));
    if (opened.verdict != RefreshVerdict::kReused) {
      return {};
    }
    const SessionRecord& session = opened.record.session;
    GATE_TRY_VOID(services.audit.append(work, audit_record({.at = caller.now,
                                                            .type = "refresh_reuse",
                                                            .tenant_id = caller.tenant.id,
                                                            .user_id = session.user_id,
                                                            .client_id = session.client_id,
                                                            .flow_id = session.sid,
                                                            .outcome = "block",
                                                            .reasons = "refresh_token_reused"})));
    return work.revoke_family(caller.tenant.id, opened.record.family_id);
  };
  GATE_TRY_VOID(services.store.write(end));
  return refused(RefusalReason::kBadRefreshToken);
}

PolicyVerdict decide(const FlowServices& services, const Caller& caller, const Looked& looked,
                     const Circumstances& around, const std::string& auth_context) {
  const SessionRecord& session = looked.opened.record.session;
  const SignInFacts facts = gather_facts({.user = *looked.user,
                                          .client = caller.client,
                                          .resource = looked.grant.resource,
                                          .hints = caller.hints,
                                          .country = around.place.country,
                                          .sign_in_risk = around.risk.level,
                                          .flow = Flow::kRefresh,
                                          .completed = session.completed,
                                          .session_began_at = session.auth_time,
                                          .now = caller.now});
  PolicyVerdict verdict =
      decide_for_app_and_context(services.decider, caller.tenant.id, facts, auth_context);
  verdict.reasons.insert(verdict.reasons.end(), around.risk.reasons.begin(),
                         around.risk.reasons.end());
  return verdict;
}

/// One decision to be committed.
class Renewal {
 public:
  Renewal(const FlowServices& services, const Caller& caller, const Looked& looked,
          const Circumstances& around, const std::string& auth_context)
      : services_(services),
        caller_(caller),
        session_(looked.opened.record.session),
        verdict_(decide(services, caller, looked, around, auth_context)),
        row_(decision_record(caller, *looked.user, "refresh", session_.sid, verdict_)) {}

  [[nodiscard]] const PolicyVerdict& verdict() const { return verdict_; }

  /// Writes the audit row of the decision and its consequences, in one unit of work.
  Result<void> write(const std::function<Result<void>(UnitOfWork&)>& then) const {
    return services_.store.write([&](UnitOfWork& work) -> Result<void> {
      if (verdict_.policy_digest != services_.decider.digest(caller_.tenant.id)) {
        return Error{ErrorCode::kConflict, "the policy set was replaced during a refresh"};
      }
      GATE_TRY_VOID(services_.audit.append(work, row_));
      return then(work);
    });
  }

  /// Refuses, and begins the flow that leads on.
  Result<Reply> offer(const StepUp& step_up) const {
    GATE_TRY_VOID(write([&](UnitOfWork& work) { return work.create_flow(step_up.flow); }));
    return Reply{NeedsStepUp{step_up.missing}, FlowPlace{step_up.flow.flow_id, 0}};
  }

  Result<Reply> refuse() const {
    const bool blocks = verdict_.outcome == Outcome::kBlock;
    GATE_TRY_VOID(write([&](UnitOfWork& work) {
      return revokes_all(verdict_) ? work.raise_epoch(caller_.tenant.id, session_.user_id)
                                   : Result<void>();
    }));
    if (!blocks) {
      return refused(RefusalReason::kInteractionRequired);
    }
    // A client is told apart what ended for good, so that it drops its refresh token, and what may
    // be allowed again at another time or place (S12).
    return revokes_all(verdict_) ? refused(RefusalReason::kBadRefreshToken)
                                 : Reply{Refused{.reason = RefusalReason::kPolicyBlocksRenewal,
                                                 .policy_error = verdict_.error_code},
                                         std::nullopt};
  }

 private:
  const FlowServices& services_;
  const Caller& caller_;
  const SessionRecord& session_;
  PolicyVerdict verdict_;
  AuditRecord row_;
};

/// The flow with which a client that can go on gets what a session lacks. Only prompts can help,
/// so a block has none.
Result<std::optional<StepUp>> step_up_of(const FlowServices& services, const Caller& caller,
                                         const Looked& looked, const RefreshTokens& command,
                                         const PolicyVerdict& verdict) {
  if (verdict.outcome != Outcome::kChallenge || (command.capabilities & kCapabilityMfa) == 0) {
    return std::optional<StepUp>();
  }
  return plan_step_up(services, caller,
                      {.command = command,
                       .refresh = looked.opened.record,
                       .user = *looked.user,
                       .scope = looked.grant.scope,
                       .resource = looked.grant.resource});
}

Result<Reply> renew(const FlowServices& services, const Caller& caller, const Looked& looked,
                    const RefreshTokens& command) {
  GATE_TRY(const Circumstances around,
           find_circumstances(services, caller,
                              {.user_id = looked.user->user_id, .flow = Flow::kRefresh}));
  const Renewal renewal(services, caller, looked, around, command.auth_context);
  if (renewal.verdict().outcome != Outcome::kAllow) {
    GATE_TRY(const auto step_up, step_up_of(services, caller, looked, command, renewal.verdict()));
    return step_up ? renewal.offer(*step_up) : renewal.refuse();
  }
  const SessionRecord& session = looked.opened.record.session;
  GATE_TRY(RefreshStep step, next_refresh(services.random, looked.opened, command.token));
  const WipeAtEnd wiped(step.next);
  GATE_TRY_VOID(renewal.write([&](UnitOfWork& work) {
    return write_refresh(work, caller.tenant.id, step, looked.user->methods_gen, caller.now);
  }));
  Reply reply;
  GATE_TRY(reply.outcome, authenticate(services.keys, services.random, services.settings,
                                       {.tenant = caller.tenant,
                                        .client = caller.client,
                                        .resource = looked.grant.resource,
                                        .user = *looked.user,
                                        .session = session,
                                        .scope = looked.grant.scope,
                                        .auth_context = command.auth_context,
                                        .email = looked.email,
                                        .refresh_token = step.next},
                                       caller.now));
  return reply;
}

Result<Reply> refresh_once(const FlowServices& services, const Caller& caller,
                           const RefreshTokens& command) {
  if (!command.auth_context.empty() &&
      !services.decider.protects_context(caller.tenant.id, command.auth_context)) {
    return refused(RefusalReason::kUnknownContext);
  }
  GATE_TRY(const Looked looked, look_up(services, caller, command));
  switch (looked.opened.verdict) {
    case RefreshVerdict::kUsable:
      break;
    case RefreshVerdict::kReused:
      // Two parties hold the token, and the server cannot tell which one is the client. So the
      // family ends for both (E3).
      return end_reused(services, caller, command.token);
    case RefreshVerdict::kUnknown:
    case RefreshVerdict::kEnded:
      return refused(RefusalReason::kBadRefreshToken);
  }
  if (looked.scope_fault) {
    return refused(*looked.scope_fault);
  }
  if (!command.auth_context.empty() && !looked.grant.resource.uses_context(command.auth_context)) {
    return refused(RefusalReason::kUnknownContext);
  }
  if (!looked.user || !looked.stands) {
    return end_family(services, caller, looked.opened);
  }
  return renew(services, caller, looked, command);
}

}  // namespace

Reply refresh_tokens(const FlowServices& services, const Caller& caller,
                     const RefreshTokens& command) {
  return attempt_twice(services, [&] { return refresh_once(services, caller, command); });
}

}  // namespace gate::server
