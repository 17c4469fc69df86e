#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/domain/client_hints.h"
#include "server/domain/device.h"
#include "server/domain/flow_record.h"
#include "server/domain/session.h"
#include "server/domain/stored_answer.h"
#include "server/domain/user.h"
#include "server/flow/model/circumstances.h"
#include "server/flow/model/command.h"
#include "server/flow/model/outcome.h"
#include "server/flow/model/services.h"
#include "server/flow/model/vocabulary.h"
#include "server/token/scope.h"

namespace gate::server {

/// The destination of a code.
struct CodeDestination {
  ChannelKind kind = ChannelKind::kEmail;
  std::string channel_id;
  std::string address;
  /// False for an unknown name: the message is written but never sent. Everything else is done in
  /// the same way, so that neither answers nor limits reveal which names exist (C6).
  bool deliver = true;
  std::string label;   ///< the address that the answer shows masked; empty: `address`
  bool masked = true;  ///< false: the client typed the address itself
};

/// The account that has the user name of a sign-up.
struct NameHolder {
  SubjectGuard guard;
  /// False if the mailbox was entered there as unverified and never proven: then the name goes to
  /// the person who proves the mailbox. A disabled account keeps its name.
  bool owns_name = true;
};

/// What one request read from the store, in one snapshot.
struct Snapshot {
  FlowRecord flow;
  /// The user of the flow. For an unknown name it is a placeholder without rights, so that a
  /// decision takes the same work (C6); its result is never used.
  User user;
  bool user_is_real = false;
  std::vector<Channel> channels;          ///< of the real user
  std::optional<KnownDevice> device;      ///< the known device that sent the request
  std::optional<NameHolder> name_holder;  ///< of a sign-up
};

/// The input that a command provides for the effects of its transitions. An effect that lacks its
/// input is a programmer error, not an error of the client.
struct Material {
  std::optional<CodeDestination> destination;  ///< of StartChallenge; absent: the password
  std::optional<CompletedFactor> factor;       ///< of CompleteFactor
  std::string rehashed_password;               ///< of CompleteFactor; empty: no change
  /// Of Evaluate: tries of this request that are counted as failures until the commit says that
  /// they were right.
  std::int64_t right_tries = 0;
  std::optional<Channel> new_channel;                        ///< of BindMethod
  ScopeGrant grant;                                          ///< of IssueTokens
  std::vector<MethodOption> methods;                         ///< of ListMethods
  std::string new_password;                                  ///< of ChangePassword: its hash
  AttributeSchema missing;                                   ///< of AskAttributes
  FlowOutcome refusal = Refused{RefusalReason::kWrongStep};  ///< of AnswerRefusal
};

/// A decision to be committed.
struct Decided {
  std::string policy_digest;
  AuditRecord record;
};

/// What the effects prepare outside of the unit of work and write inside of it.
struct Prepared {
  ChallengeRecord challenge;
  OutboxMessage message;
  std::vector<Decided> decisions;  ///< in the order in which they were made
  std::size_t decisions_written = 0;
  bool revoke_all = false;               ///< a policy ends all sessions of the user
  std::optional<SessionRecord> session;  ///< of IssueTokens
  std::optional<NewFamily> family;
  std::string granted_context;  ///< the context that the last decision allowed; empty: none
  std::string refresh_token;
  std::optional<KnownDevice> device_to_remember;
  User new_user;                     ///< of CreateAccount
  std::string password_of_new_user;  ///< its hash; empty: none
  Channel new_mailbox;
  std::vector<OutboxMessage> notices;
  std::optional<Circumstances> circumstances;  ///< of Evaluate
  std::optional<SignInEntry> sign_in;          ///< of IssueTokens
  std::optional<StoredAnswer> answer;          ///< of `FlowRun::reply`
};

/// The run of one request through one flow. The runner takes the steps; effects work on it.
struct FlowRun {
  FlowRun(const FlowServices& s, const Caller& c, const FlowMachines& m)
      : services(s), caller(c), machines(m) {}
  FlowRun(const FlowRun&) = delete;
  FlowRun& operator=(const FlowRun&) = delete;
  /// Wipes codes and tokens.
  ~FlowRun();

  const FlowServices& services;
  const Caller& caller;
  const FlowMachines& machines;

  Snapshot found;
  FlowRecord flow;  ///< the flow as it will be written
  Material material;
  Prepared prepared;
  std::vector<FlowEffects> taken;       ///< the effects of the transitions, in order
  std::optional<FlowEvent> next_event;  ///< set by `lead_to`
  std::optional<SendCap> reached_cap;   ///< the cap that refused a message
  Reply reply;                          ///< set by `answer`
  bool is_answered = false;
  bool has_message = false;  ///< a message was queued
  bool is_sealed = false;    ///< `reply` is complete and may be committed
  /// The try of this very request was counted before, and its answer is not known (T4).
  bool is_counted = false;
  /// Set when the run ends early: nothing more is done, and the flow stays unchanged.
  std::optional<Reply> ended;

  /// The answer of an effect. kInternal if another effect of this run has answered: the table is
  /// wrong.
  [[nodiscard]] Result<void> answer(FlowOutcome outcome);
  /// The event that an effect leads to. kInternal if another effect of the transition leads on.
  [[nodiscard]] Result<void> lead_to(FlowEvent event);
  void stop(FlowOutcome outcome) { ended = Reply{std::move(outcome), std::nullopt}; }
  /// The machine of the loaded flow.
  [[nodiscard]] const FlowMachine& machine() const { return machines.of(flow.kind); }
  [[nodiscard]] bool stopped() const { return ended.has_value(); }
  [[nodiscard]] bool rolls_token() const;
  /// The guard of statements that issue, enrol or advance; absent for an unknown name.
  [[nodiscard]] std::optional<SubjectGuard> guard() const;
};

/// The user that a sign-up creates.
[[nodiscard]] User new_user(const FlowRecord& flow);

/// True if a policy blocks and ends all sessions of the user. A block that the server itself adds
/// to a verdict does not count: the flag then belongs to policies that would have admitted the
/// request.
[[nodiscard]] bool revokes_all(const PolicyVerdict& verdict);

[[nodiscard]] RefusalReason refusal_of(ScopeFault fault);

/// Grants what a request asks for, or stops the run: a token never contains text that came from the
/// client alone (S10). An authentication context must be used by the resource and by a policy in
/// force.
[[nodiscard]] Result<void> grant_tokens(FlowRun& run, TenantReads& reads, const TokenWish& asked);

/// Takes what was granted into the loaded flow. The authentication context is requested once and
/// kept there: MSAL omits `claims` in the request that submits the second factor. It is dropped
/// when the tokens are now for a resource that does not use it. The run is stopped if a step-up
/// asks for more than the renewal did that it came from (RFC 6749 6).
void take_grant(FlowRun& run, const TokenWish& asked);

/// Success if the flow is still as it was found. kConflict: an equal request, or another one,
/// advanced it; what was read since the snapshot is of a later state, and the request is run again.
/// A refusal that follows from such a read asks for this first (T4).
[[nodiscard]] Result<void> must_be_as_found(const FlowRun& run);

/// The answer to a verdict that blocks.
[[nodiscard]] FlowOutcome blocked_by(const PolicyVerdict& verdict);

/// The place of the next continuation token, after `flow` was written.
[[nodiscard]] FlowPlace next_place(const FlowRun& run);

}  // namespace gate::server
