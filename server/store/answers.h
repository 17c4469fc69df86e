#pragma once

#include <gate/result.hpp>
#include <optional>
#include <string_view>

#include "server/domain/stored_answer.h"

namespace gate::server {

class AnswerReads {
 public:
  virtual ~AnswerReads() = default;
  /// The stored answer of the flow, however old.
  [[nodiscard]] virtual Result<std::optional<StoredAnswer>> find_answer(
      std::string_view tenant_id, std::string_view flow_id) = 0;
};

class AnswerWrites {
 public:
  virtual ~AnswerWrites() = default;
  /// Stores the answer in place of the flow's earlier one. kConflict if the earlier one is to the
  /// same request (gen and tag) and was made at `since` or later: of several equal requests one is
  /// carried out (T4). Only an answer replaces the empty one of its own request.
  [[nodiscard]] virtual Result<void> keep_answer(const StoredAnswer& answer, Micros since) = 0;
};

}  // namespace gate::server
