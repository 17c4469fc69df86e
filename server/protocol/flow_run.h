#pragma once

#include <optional>
#include <string>

#include "server/protocol/context.h"

namespace gate::server {

/// One request's way through one flow, inside one transaction: opens the flow that the continuation
/// token names, takes steps of the table, and writes the outcome back by compare-and-set on the
/// generation and phase it was opened with (T3). Nothing is written unless `commit` is called.
class FlowRun {
 public:
  explicit FlowRun(const RequestContext& context) : context_(context) {}

  /// The refusal to answer with, or nothing when the flow is open and its user still is who it was
  /// when the flow began (T6). A flow whose user was revoked is ended here and now.
  [[nodiscard]] Result<std::optional<Answer>> open(Transaction& transaction);

  /// Takes a step; the refusal to answer with if the table or a deadline forbids it.
  [[nodiscard]] std::optional<Answer> take(FlowEvent event);

  /// Writes the flow back. kConflict when another request was first; the transaction is undone.
  [[nodiscard]] Result<void> commit(Transaction& transaction);

  /// The continuation token that goes with the flow as `commit` writes it.
  [[nodiscard]] std::string next_token() const;

  [[nodiscard]] FlowRecord& flow() { return flow_; }
  [[nodiscard]] const FlowRecord& flow() const { return flow_; }
  [[nodiscard]] bool has_user() const { return user_.has_value(); }
  /// The user; nobody behind an unknown name.
  [[nodiscard]] const User& user() const { return *user_; }
  [[nodiscard]] const RequestContext& context() const { return context_; }

 private:
  const RequestContext& context_;
  FlowRecord flow_;
  std::optional<User> user_;
  std::int64_t opened_gen_ = 0;
  FlowPhase opened_phase_ = FlowPhase::kExpired;
};

}  // namespace gate::server
