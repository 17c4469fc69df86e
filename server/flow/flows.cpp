#include "server/flow/flows.h"

#include <gate/export.hpp>
#include <type_traits>

#include "server/flow/completion/plan.h"
#include "server/flow/enrolment/plan.h"
#include "server/flow/password_reset/plan.h"
#include "server/flow/password_reset/table.h"
#include "server/flow/refresh.h"
#include "server/flow/runner.h"
#include "server/flow/sign_in/plan.h"
#include "server/flow/sign_in/table.h"
#include "server/flow/sign_up/plan.h"
#include "server/flow/sign_up/table.h"
#include "server/flow/step_up/table.h"
#include "server/flow/trial.h"

namespace gate::server {
namespace {

/// The event that a command requests; absent when the run was stopped or answered.
class Plan {
 public:
  explicit Plan(FlowRun& run) : run_(run) {}
  std::optional<FlowEvent> operator()(const RequestChallenge& command) const {
    return plan_challenge(run_, command);
  }
  std::optional<FlowEvent> operator()(const ListMethods& command) const {
    return command.for_enrolment ? plan_enrolment_list(run_) : plan_method_list(run_);
  }
  std::optional<FlowEvent> operator()(const RequestEnrolment& command) const {
    return plan_enrolment(run_, command);
  }
  std::optional<FlowEvent> operator()(const RedeemFlow& command) const {
    return plan_redemption(run_, command);
  }
  Result<std::optional<FlowEvent>> operator()(const RequestSetupChallenge& command) const {
    if (!is_of(command.kind)) {
      return std::optional<FlowEvent>();
    }
    return command.kind == FlowKind::kSignUp ? plan_sign_up_challenge(run_)
                                             : plan_reset_challenge(run_);
  }
  Result<std::optional<FlowEvent>> operator()(const ChoosePassword& command) const {
    if (!is_of(command.kind)) {
      return std::optional<FlowEvent>();
    }
    return command.kind == FlowKind::kSignUp ? plan_first_password(run_, command)
                                             : plan_changed_password(run_, command);
  }
  std::optional<FlowEvent> operator()(const GiveAttributes& command) const {
    return is_of(FlowKind::kSignUp) ? plan_attributes(run_, command) : std::nullopt;
  }
  std::optional<FlowEvent> operator()(const PollReset&) const {
    if (is_of(FlowKind::kPasswordReset)) {
      answer_poll(run_);
    }
    return std::nullopt;
  }

 private:
  /// A command of another kind of flow is refused.
  [[nodiscard]] bool is_of(FlowKind kind) const {
    if (run_.flow.kind != kind) {
      run_.stop(Refused{RefusalReason::kWrongStep});
    }
    return run_.flow.kind == kind;
  }

  FlowRun& run_;
};

/// The tokens that a command asks for; null: none.
const TokenWish* wish_of(const FlowCommand& command) {
  if (const auto* code = std::get_if<SubmitCode>(&command)) {
    const bool last = code->step == CodeStep::kFirstFactor || code->step == CodeStep::kSecondFactor;
    return last ? &code->wish : nullptr;
  }
  const auto* redeem = std::get_if<RedeemFlow>(&command);
  return redeem == nullptr ? nullptr : &redeem->wish;
}

Result<Reply> carry_out_command(FlowRun& run, const FlowCommand& command) {
  return std::visit(
      [&run]([[maybe_unused]] const auto& one) -> Result<Reply> {
        using Command = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<Command, SubmitCode>) {
          return try_code(run, one);
        } else if constexpr (std::is_same_v<Command, SubmitPassword>) {
          GATE_CHECK(false, "a password is tried before its flow is loaded");
        } else {
          // A command without a plan does not compile.
          GATE_TRY(const std::optional<FlowEvent> event,
                   Result<std::optional<FlowEvent>>(Plan(run)(one)));
          return event ? carry_out(run, *event) : Result<Reply>(conclude(run));
        }
      },
      command);
}

}  // namespace

const FlowMachines& flow_machines() noexcept {
  static const FlowMachines kMachines{sign_in_machine(), sign_up_machine(),
                                      password_reset_machine(), step_up_machine()};
  return kMachines;
}

Reply Flows::start(const Caller& caller, const StartSignIn& command) const {
  return attempt_twice(services_, [&] { return start_sign_in(services_, caller, command); });
}

Reply Flows::start(const Caller& caller, const StartSignUp& command) const {
  return attempt_twice(services_, [&] { return start_sign_up(services_, caller, command); });
}

Reply Flows::start(const Caller& caller, const StartReset& command) const {
  return attempt_twice(services_, [&] { return start_reset(services_, caller, command); });
}

Reply Flows::run(const Caller& caller, const FlowPlace& place, const FlowCommand& command) const {
  if (const auto* password = std::get_if<SubmitPassword>(&command)) {
    return try_password(services_, caller, machines_, place, *password);
  }
  return attempt_twice(services_, [&]() -> Result<Reply> {
    FlowRun run(services_, caller, machines_);
    GATE_TRY_VOID(load_flow(run, place, wish_of(command)));
    return run.stopped() ? conclude(run) : carry_out_command(run, command);
  });
}

Reply Flows::refresh(const Caller& caller, const RefreshTokens& command) const {
  return refresh_tokens(services_, caller, command);
}

}  // namespace gate::server
