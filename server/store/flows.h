#pragma once

#include <gate/result.hpp>
#include <optional>
#include <string_view>

#include "server/domain/flow_record.h"
#include "server/domain/message.h"
#include "server/domain/user.h"

namespace gate::server {

class FlowReads {
 public:
  virtual ~FlowReads() = default;
  [[nodiscard]] virtual Result<std::optional<FlowRecord>> find_flow(std::string_view tenant_id,
                                                                    std::string_view flow_id) = 0;
  /// When the newest code of the flow to this channel was queued; 0: there was none.
  [[nodiscard]] virtual Result<Micros> last_code_at(std::string_view tenant_id,
                                                    std::string_view flow_id,
                                                    std::string_view channel_id) = 0;
};

class FlowWrites {
 public:
  virtual ~FlowWrites() = default;
  [[nodiscard]] virtual Result<void> create_flow(const FlowRecord& flow) = 0;
  /// Writes `next` with gen `expected_gen + 1` if the stored flow still has `expected_gen` and
  /// `expected_phase` (T3) and `guard`, if given, holds (T6); else kConflict. Tenant, kind, client,
  /// account key, origin and the flow's end never change; `wrong_total` does not change here. A
  /// flow gets its subject once; then only the epoch may change.
  [[nodiscard]] virtual Result<void> advance_flow(const FlowRecord& next, std::int64_t expected_gen,
                                                  FlowPhase expected_phase,
                                                  const std::optional<SubjectGuard>& guard) = 0;
  /// Adds one wrong try to a live flow that still has `expected_gen`. At `max` the same statement
  /// ends the flow (B2): its phase is then `over`. Returns the new total; nothing when the flow is
  /// not live or was advanced.
  [[nodiscard]] virtual Result<std::optional<std::int64_t>> count_wrong(std::string_view tenant_id,
                                                                        std::string_view flow_id,
                                                                        std::int64_t expected_gen,
                                                                        std::int64_t max,
                                                                        FlowPhase over) = 0;

  /// Makes `challenge` the only live challenge of its flow: earlier ones become invalid, and their
  /// unsent messages are dropped (A7). Queues `message`. A message that is not to be delivered
  /// takes the same writes (C6).
  [[nodiscard]] virtual Result<void> open_challenge(const ChallengeRecord& challenge,
                                                    const OutboxMessage& message, Micros now) = 0;
  /// Queues a message that carries no code, such as "your password was changed". Its
  /// `challenge_id` is an id of its own.
  [[nodiscard]] virtual Result<void> queue_notice(const OutboxMessage& notice, Micros now) = 0;
  /// Evaluates one code (T1, A4): one statement counts the try, compares, and uses up or
  /// invalidates the challenge.
  [[nodiscard]] virtual Result<CodeTrial> try_code(std::string_view tenant_id,
                                                   std::string_view challenge_id,
                                                   std::string_view flow_id, ByteSpan mac,
                                                   Micros now) = 0;
};

}  // namespace gate::server
