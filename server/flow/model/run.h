#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/domain/client_hints.h"
#include "server/domain/device.h"
#include "server/domain/flow_record.h"
#include "server/domain/session.h"
#include "server/domain/user.h"
#include "server/flow/model/command.h"
#include "server/flow/model/outcome.h"
#include "server/flow/model/services.h"
#include "server/flow/model/vocabulary.h"

namespace gate::server {

/// Where a code goes.
struct CodeDestination {
  ChannelKind kind = ChannelKind::kEmail;
  std::string channel_id;
  std::string address;
  /// False: nowhere, behind an unknown name; everything else is done alike, so that neither answer
  /// nor limits tell the difference (C6).
  bool deliver = true;
  std::string label;   ///< what the answer shows masked; empty: `address` itself
  bool masked = true;  ///< false: the client typed the address itself
};

/// What one request found in the store, in one snapshot.
struct Snapshot {
  FlowRecord flow;
  /// The user of the flow. Behind an unknown name a user without rights stands in, so that a
  /// decision takes the same work (C6); what comes of it is never used.
  User user;
  bool user_is_real = false;
  std::vector<Channel> channels;      ///< of the real user
  std::optional<KnownDevice> device;  ///< the recognised device that asks
};

/// What a command brings along for the effects of its transitions. An effect that finds less than
/// it needs is an error of the program, not of the client.
struct Material {
  std::optional<CodeDestination> destination;  ///< of StartChallenge; absent: the password
  std::optional<CompletedFactor> factor;       ///< of CompleteFactor
  std::string rehashed_password;               ///< of CompleteFactor; empty: as it is
  std::optional<Channel> new_channel;          ///< of BindMethod
  TokenWish wish;                              ///< of IssueTokens
  std::vector<MethodOption> methods;           ///< of ListMethods
  FlowOutcome refusal = Refused{RefusalReason::kWrongStep};  ///< of AnswerRefusal
};

/// A decision, as the commit needs it.
struct Decided {
  std::string policy_digest;
  AuditRecord record;
};

/// What the effects prepared outside of the transaction, and write inside of it.
struct Prepared {
  ChallengeRecord challenge;
  OutboxMessage message;
  std::vector<Decided> decisions;  ///< in the order in which they were made
  std::size_t decisions_written = 0;
  bool revoke_all = false;               ///< a policy ends everything that the user holds
  std::optional<SessionRecord> session;  ///< of IssueTokens
  std::optional<NewFamily> family;
  std::string refresh_token;
  std::optional<KnownDevice> device_to_remember;
};

/// One request's way through one flow. The runner takes the steps; effects work on it.
struct FlowRun {
  FlowRun(const FlowServices& s, const Caller& c, const FlowMachine& m)
      : services(s), caller(c), machine(m) {}
  FlowRun(const FlowRun&) = delete;
  FlowRun& operator=(const FlowRun&) = delete;
  /// Wipes codes and tokens.
  ~FlowRun();

  const FlowServices& services;
  const Caller& caller;
  const FlowMachine& machine;

  Snapshot found;
  FlowRecord flow;  ///< as it will be written
  Material material;
  Prepared prepared;
  std::vector<FlowEffects> taken;       ///< of the transitions, in order
  std::optional<FlowEvent> next_event;  ///< set by an effect whose outcome is an event
  std::optional<SendCap> reached_cap;   ///< that kept a message from being sent
  Reply reply;                          ///< what the effects say
  /// Set by what ends the run early: nothing more is done, and the flow stays as it was.
  std::optional<Reply> ended;

  void stop(FlowOutcome outcome) { ended = Reply{std::move(outcome), std::nullopt}; }
  [[nodiscard]] bool stopped() const { return ended.has_value(); }
  [[nodiscard]] bool rolls_token() const;
  /// What statements rest on that issue, enrol or advance; absent behind an unknown name.
  [[nodiscard]] std::optional<SubjectGuard> guard() const;
};

/// The answer to a verdict that blocks.
[[nodiscard]] FlowOutcome blocked_by(const PolicyVerdict& verdict);

/// Where the flow stands after `flow` was written, for the next continuation token.
[[nodiscard]] FlowPlace next_place(const FlowRun& run);

}  // namespace gate::server
