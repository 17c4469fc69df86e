#include "server/flow/flows.h"

#include "server/flow/enrolment/plan.h"
#include "server/flow/refresh.h"
#include "server/flow/runner.h"
#include "server/flow/sign_in/plan.h"
#include "server/flow/trial.h"

namespace gate::server {
namespace {

/// The event that a command requests; absent when the run was stopped.
struct Plan {
  FlowRun& run;
  std::optional<FlowEvent> operator()(const RequestChallenge& command) const {
    return plan_challenge(run, command);
  }
  std::optional<FlowEvent> operator()(const ListMethods& command) const {
    return command.for_enrolment ? plan_enrolment_list(run) : plan_method_list(run);
  }
  std::optional<FlowEvent> operator()(const RequestEnrolment& command) const {
    return plan_enrolment(run, command);
  }
  std::optional<FlowEvent> operator()(const RedeemEnrolment& command) const {
    return plan_redemption(run, command);
  }
};

Result<Reply> carry_out_command(FlowRun& run, const FlowCommand& command) {
  if (const auto* code = std::get_if<SubmitCode>(&command)) {
    return try_code(run, *code);
  }
  const std::optional<FlowEvent> event = std::visit(
      [&run](const auto& one) -> std::optional<FlowEvent> {
        if constexpr (std::is_invocable_v<Plan, decltype(one)>) {
          return Plan{run}(one);
        } else {
          run.stop(Refused{RefusalReason::kWrongStep});
          return std::nullopt;
        }
      },
      command);
  if (!event) {
    return conclude(run);
  }
  return carry_out(run, *event);
}

}  // namespace

Reply Flows::start(const Caller& caller, const StartSignIn& command) const {
  return attempt_twice(services_, [&] { return start_sign_in(services_, caller, command); });
}

Reply Flows::run(const Caller& caller, const FlowPlace& place, const FlowCommand& command) const {
  if (const auto* password = std::get_if<SubmitPassword>(&command)) {
    return try_password(services_, caller, machine_, place, *password);
  }
  return attempt_twice(services_, [&]() -> Result<Reply> {
    FlowRun run(services_, caller, machine_);
    GATE_TRY_VOID(load_flow(run, place));
    return run.stopped() ? conclude(run) : carry_out_command(run, command);
  });
}

Reply Flows::refresh(const Caller& caller, const RefreshTokens& command) const {
  return refresh_tokens(services_, caller, command);
}

}  // namespace gate::server
