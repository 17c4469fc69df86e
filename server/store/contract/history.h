#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "server/store/memory/memory_store.h"
#include "server/store/store.h"

/// Histories: what several threads did to a store at the same time, and whether the model can
/// explain it.
namespace gate::server::store_contract {

/// The answer of an operation as a text, and whether it changed anything.
struct Answer {
  std::string text;
  bool changed = false;
  friend bool operator==(const Answer&, const Answer&) = default;
};
/// Repeatable: on stores with the same content it does the same.
using Operation = std::function<Answer(Store&)>;

/// What an operation depends on, and what it ends. Names are equal where one operation ends what
/// another depends on.
struct Ties {
  std::vector<std::string> rests_on;
  std::string ends;
};

/// An operation that was run. `began` and `ended` are places in one order over all threads.
struct Event {
  std::string name;
  Ties ties;
  Operation operation;
  Answer answer;
  std::uint64_t began = 0;
  std::uint64_t ended = 0;
};

/// Runs operations on a store and records the results. Safe from any thread.
class History {
 public:
  explicit History(Store& store) : store_(store) {}
  Answer run(std::string name, Operation operation, Ties ties = {});
  [[nodiscard]] const std::vector<Event>& events() const { return events_; }

 private:
  Store& store_;
  std::atomic<std::uint64_t> clock_{0};
  std::mutex mutex_;
  std::vector<Event> events_;
};

/// True if the history is linearizable: there is one order of the events in which each comes after
/// all events that had ended when it began, and in which the model, starting from `start`, gives
/// the same answers as the store.
[[nodiscard]] bool explained(const MemoryStore& start, const std::vector<Event>& events);

/// The events that changed something although what they depend on had ended before they began. A
/// correct store has none.
[[nodiscard]] std::vector<Event> too_late(const std::vector<Event>& events);

/// One line for each event, for the message of a failed test.
[[nodiscard]] std::string describe(const std::vector<Event>& events);

/// A write as an operation: its answer is the result of `work`, or the code of the error.
[[nodiscard]] Operation writing(std::function<Result<Answer>(UnitOfWork&)> work);
/// The same for a unit of work without a result.
[[nodiscard]] Operation writing_plainly(Store::Work work);
/// A read of one snapshot as an operation.
[[nodiscard]] Operation looking(std::function<Result<std::string>(StoreReads&)> look);

}  // namespace gate::server::store_contract
