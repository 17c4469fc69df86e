#pragma once

#include <memory>
#include <mutex>

#include "server/store/memory/state.h"
#include "server/store/store.h"

namespace gate::server {

/// The model of a store: the simplest implementation of the ports. Units of work run one after the
/// other; nothing is kept when the process ends. Used in tests of flows, and as the reference for
/// the histories of other stores.
class MemoryStore : public Store {
 public:
  MemoryStore() = default;
  /// A copy with the same content, at the cost of some pointers. A check of a history can so try
  /// one order of its operations after the other.
  [[nodiscard]] std::unique_ptr<MemoryStore> fork() const;

  Result<void> read(const Look& look) override;
  Result<void> write(const Work& work) override;
  Result<std::size_t> sweep(Micros now, std::size_t rows) override;
  Result<std::vector<OutboxMessage>> claim_outbox(Micros now, std::size_t limit) override;
  Result<void> finish_outbox(std::int64_t seq, DeliveryOutcome outcome, Micros retry_at) override;

 protected:
  [[nodiscard]] State committed() const;
  void commit(State next);

 private:
  std::mutex writing_;  ///< held while a unit of work runs
  mutable std::mutex state_mutex_;
  State state_;
};

}  // namespace gate::server
