#pragma once

#include <string>

#include "server/protocol/flow_run.h"

namespace gate::server {

/// Where a code goes. `deliver` false: nowhere, behind a name that nobody has; everything else is
/// done alike, so that neither answer nor limits tell the difference (C6).
struct CodeDestination {
  ChannelKind kind = ChannelKind::kEmail;
  std::string channel_id;
  std::string address;
  bool deliver = true;
  std::string label{};  ///< the address that the answer shows masked; empty: `address` itself
};

/// Takes `event`, makes a code, kills the earlier one, queues the message and writes the flow back,
/// all in `transaction` (A7, T5). The answer tells the client what to ask its user for, with the
/// address under `target_key` (masked for sign-in, as given for registration); refusals by limits
/// (B5) or by the table are answers as well.
[[nodiscard]] Result<Answer> start_code_challenge(FlowRun& run, Transaction& transaction,
                                                  FlowEvent event,
                                                  const CodeDestination& destination);

/// What came of a code that the client submitted.
enum class CodeOutcome : std::uint8_t { kAccepted, kRefused };
struct SubmittedCode {
  CodeOutcome outcome = CodeOutcome::kRefused;
  Answer refusal;  ///< when kRefused; the tries are counted in `transaction`, which has to commit
};

/// Evaluates `oob` against the live challenge of the flow: limits (B1, B2, B3), one decisive
/// statement (T1), counters that no resend resets (B4). The caller has taken no step yet; it takes
/// the step of success when the code is accepted.
[[nodiscard]] Result<SubmittedCode> submit_code(FlowRun& run, Transaction& transaction,
                                                std::string_view code);

}  // namespace gate::server
