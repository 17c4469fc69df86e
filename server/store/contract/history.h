#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "server/store/memory/memory_store.h"
#include "server/store/store.h"

/// Histories: what several threads did to a store at once, and whether it can be explained.
namespace gate::server::store_contract {

/// What an operation answered, as a text, and whether it changed anything.
struct Answer {
  std::string text;
  bool changed = false;
  friend bool operator==(const Answer&, const Answer&) = default;
};
/// Repeatable: it does the same to every store that holds the same.
using Operation = std::function<Answer(Store&)>;

/// What an operation rests on, and what it puts an end to: names, equal where one ends the other.
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

/// Runs operations against a store and writes down what came of them. Any thread.
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

/// True if there is one order of the events, in which each comes after all that had ended when it
/// began, and in which the model, from `start` on, answers each as the store did (linearizability).
[[nodiscard]] bool explained(const MemoryStore& start, const std::vector<Event>& events);

/// The events that changed something although what they rest on had been ended, by an event that
/// was over before they began. Of a store that keeps its promises there is none.
[[nodiscard]] std::vector<Event> too_late(const std::vector<Event>& events);

/// The events one a line, for the message of a failure.
[[nodiscard]] std::string describe(const std::vector<Event>& events);

/// A write as an operation: its answer is what `work` gives, or the code of the error.
[[nodiscard]] Operation writing(std::function<Result<Answer>(UnitOfWork&)> work);
/// The same for a work that has nothing to tell.
[[nodiscard]] Operation writing_plainly(Store::Work work);
/// A look as an operation.
[[nodiscard]] Operation looking(std::function<Result<std::string>(StoreReads&)> look);

}  // namespace gate::server::store_contract
