#pragma once

#include <functional>
#include <gate/result.hpp>

#include "server/store/outbox.h"
#include "server/store/unit_of_work.h"

namespace gate::server {

/// A durable store. All members may be called from any thread. Implementations: `memory` (the
/// model), `sqlite` and `postgres`. All pass the suite in `server/store/contract`.
class Store : public Outbox {
 public:
  using Look = std::function<Result<void>(StoreReads&)>;
  using Work = std::function<Result<void>(UnitOfWork&)>;

  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Runs `look` on one snapshot of the committed data. It holds no lock that a writer waits for.
  /// `look` may be run again when a connection was lost, so it must assign its results as well.
  [[nodiscard]] virtual Result<void> read(const Look& look) = 0;

  /// Runs the unit of work `work` durably (T2). On success everything that it wrote is on disk; on
  /// an Error nothing is. `work` must not block or call the Store. It may be run again after a
  /// conflict between writers, so it must assign its results and not accumulate them. kConflict: a
  /// guard failed. kUnavailable: too many units of work wait, or the disk failed.
  [[nodiscard]] virtual Result<void> write(const Work& work) = 0;

  /// Removes rows that ended long ago, oldest first and at most `rows` of each kind, so that the
  /// cost is bounded. Returns the number removed. If it is `rows` or more, call it again soon.
  [[nodiscard]] virtual Result<std::size_t> sweep(Micros now, std::size_t rows) = 0;
};

}  // namespace gate::server
