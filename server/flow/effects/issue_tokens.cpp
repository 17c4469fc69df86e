#include <algorithm>

#include "server/crypto/openssl_random.h"
#include "server/crypto/secret.h"
#include "server/flow/effects/effects.h"
#include "server/flow/model/authenticate.h"
#include "server/flow/model/methods.h"
#include "server/session/sessions.h"
#include "server/token/scope.h"
#include "server/token/token_issuer.h"

namespace gate::server {
namespace {

/// Takes as long as signing the tokens of a user, and makes tokens of nothing: without issuer,
/// subject and audience, and of no duration.
Result<void> sign_nothing(const FlowRun& run) {
  GATE_TRY([[maybe_unused]] const SignedTokens tokens,
           sign_tokens(run.services.keys, run.services.random, "",
                       {User(), Client(), Resource(), SessionRecord(), "", "", ""}, {0, 0},
                       run.caller.now));
  return {};
}

Result<FlowOutcome> sign(const FlowRun& run, const SessionRecord& session) {
  const std::string email = verified_email(run.found.channels, run.found.user.username);
  return authenticate(run.services.keys, run.services.random, run.services.settings,
                      {.tenant = run.caller.tenant,
                       .client = run.caller.client,
                       .resource = run.material.grant.resource,
                       .user = run.found.user,
                       .session = session,
                       .scope = session.scope,
                       .auth_context = run.prepared.granted_context,
                       .email = email,
                       .refresh_token = run.prepared.refresh_token},
                      run.caller.now);
}

/// What a step-up keeps of its session: the device, with which both end, and the absolute end (E4).
/// A step-up is no sign-in: it makes no device known, and later risk rules do not look at it.
void continue_session(const StepUpOrigin& origin, SessionRecord& session) {
  session.ends_at = std::min(session.ends_at, origin.ends_at);
  if (!origin.device_id.empty()) {
    session.device_id = origin.device_id;
    session.device_epoch = origin.device_epoch;
  }
}

/// Signs before the commit, so that the answer can be stored with the session (T4). No token leaves
/// the server unless the session is on disk.
Result<void> prepare(FlowRun& run) {
  if (!run.flow.subject || !run.found.user_is_real) {
    GATE_TRY_VOID(sign_nothing(run));
    run.stop(Refused{RefusalReason::kWrongStep});  // an unknown name never gets tokens (C6)
    return {};
  }
  const Micros now = run.caller.now;
  SessionRecord session;
  session.tenant_id = run.flow.tenant_id;
  session.user_id = run.flow.subject->user_id;
  session.client_id = run.flow.client_id;
  session.user_epoch = run.flow.subject->epoch;
  const std::optional<StepUpOrigin>& origin = run.flow.origin;
  if (!origin) {
    GATE_TRY(
        run.prepared.device_to_remember,
        device_to_remember(run.services.random, run.services.device_rules(), run.caller, run.flow));
  }
  // Where the device becomes known by this very sign-in, its session ends with it as well.
  const std::optional<KnownDevice>& device =
      run.found.device ? run.found.device : run.prepared.device_to_remember;
  if (device) {
    session.device_id = device->device_id;
    session.device_epoch = device->epoch;
  }
  if (run.services.settings.built_in_risk && run.prepared.circumstances && !origin) {
    run.prepared.sign_in =
        sign_in_entry(run.prepared.circumstances->place, device.has_value(), now);
  }
  session.auth_time = now;
  session.ends_at = now + lifetimes_in(run.services.settings, run.caller.tenant).session;
  if (origin) {
    continue_session(*origin, session);
  }
  session.completed = run.flow.completed;
  session.scope = run.material.grant.scope;
  GATE_TRY(session.sid, random_guid(run.services.random));
  // Only clients that request `offline_access` get a refresh token (OpenID Connect Core 11).
  if (is_within_scope("offline_access", session.scope)) {
    GATE_TRY(FreshFamily fresh, make_family(run.services.random, session.ends_at));
    run.prepared.family = std::move(fresh.family);
    run.prepared.refresh_token = std::move(fresh.token);
  }
  GATE_TRY(FlowOutcome issued, sign(run, session));
  GATE_TRY_VOID(run.answer(std::move(issued)));
  run.prepared.session = std::move(session);
  return run.lead_to(FlowEvent::kTokensMade);
}

/// True if a method beside the channel that reset the password has confirmed the user. From now on
/// the channel is an ordinary second factor again (D4).
bool confirms_reset(const FlowRun& run) {
  const auto carried = std::find_if(run.found.channels.begin(), run.found.channels.end(),
                                    [](const Channel& channel) { return channel.carried_reset; });
  return carried != run.found.channels.end() &&
         std::any_of(run.flow.completed.begin(), run.flow.completed.end(),
                     [&](const CompletedFactor& factor) {
                       return !factor.channel_id.empty() &&
                              factor.channel_id != carried->channel_id;
                     });
}

Result<void> perform(FlowRun& run, UnitOfWork& work) {
  const ServiceSettings& settings = run.services.settings;
  GATE_TRY_VOID(
      work.create_session(*run.prepared.session, run.prepared.family, run.guard().value()));
  if (run.flow.origin && run.prepared.family) {
    // The new refresh token takes the place of the old one (F1).
    GATE_TRY_VOID(work.revoke_family(run.flow.tenant_id, run.flow.origin->family_id));
  }
  if (confirms_reset(run)) {
    GATE_TRY_VOID(
        work.mark_reset_channel(run.flow.tenant_id, run.flow.subject->user_id, std::string_view()));
  }
  if (run.prepared.sign_in) {
    GATE_TRY_VOID(
        work.record_sign_in(run.flow.tenant_id, run.flow.subject->user_id, *run.prepared.sign_in));
  }
  if (!run.prepared.device_to_remember) {
    return {};
  }
  return work.remember_device(*run.prepared.device_to_remember,
                              run.caller.now - settings.known_device_life, settings.known_devices);
}

}  // namespace

EffectSteps issue_tokens() {
  return {.prepare = prepare, .perform = perform};
}

}  // namespace gate::server
