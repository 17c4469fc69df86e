#pragma once

#include <functional>
#include <gate/result.hpp>

#include "server/store/outbox.h"
#include "server/store/unit_of_work.h"

namespace gate::server {

/// A durable store. All members may be called from any thread. Implementations: `memory` (the
/// model) and `sqlite`; each passes the suite in `server/store/contract`.
class Store : public Outbox {
 public:
  using Look = std::function<Result<void>(StoreReads&)>;
  using Work = std::function<Result<void>(UnitOfWork&)>;

  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Runs `look` over one snapshot of what was committed. It holds no lock that a writer waits for.
  [[nodiscard]] virtual Result<void> read(const Look& look) = 0;

  /// Runs `work` durably (T2): when this returns success, everything that `work` wrote is on disk;
  /// when it returns an Error, nothing is. `work` must not block or call the Store; it may be run
  /// again after a collision of writers, so it must assign its results, not accumulate them.
  /// kConflict is what a guard answers; kUnavailable: too many wait, or the disk failed.
  [[nodiscard]] virtual Result<void> write(const Work& work) = 0;

  /// Removes rows that ended long ago: at most `rows` of each table, so at a bounded cost. The
  /// number that went. A caller that gets `rows` or more has reason to come again soon.
  [[nodiscard]] virtual Result<std::size_t> sweep(Micros now, std::size_t rows) = 0;
};

}  // namespace gate::server
