#include "server/store/contract/history.h"

#include <algorithm>
#include <sstream>

namespace gate::server::store_contract {
namespace {

/// Tries one order after the other, each on a copy of the model.
class Search {
 public:
  explicit Search(const std::vector<Event>& events)
      : events_(events), placed_(events.size(), false) {}

  bool from(const MemoryStore& model, std::size_t placed) {
    if (placed == events_.size()) {
      return true;
    }
    const std::vector<std::size_t> next = candidates();
    // An event that matches and changes nothing can go first: in every later place the others would
    // find the same state without it.
    for (const std::size_t i : next) {
      if (!events_[i].answer.changed) {
        const auto tried = model.fork();
        if (events_[i].operation(*tried) == events_[i].answer) {
          return with(i, *tried, placed);
        }
      }
    }
    return std::any_of(next.begin(), next.end(), [&](std::size_t i) {
      if (!events_[i].answer.changed) {
        return false;
      }
      const auto tried = model.fork();
      return events_[i].operation(*tried) == events_[i].answer && with(i, *tried, placed);
    });
  }

 private:
  bool with(std::size_t i, const MemoryStore& model, std::size_t placed) {
    placed_[i] = true;
    const bool found = from(model, placed + 1);
    placed_[i] = false;
    return found;
  }
  /// The remaining events that began before any other remaining event had ended.
  [[nodiscard]] std::vector<std::size_t> candidates() const {
    std::uint64_t first_end = UINT64_MAX;
    for (std::size_t i = 0; i < events_.size(); ++i) {
      if (!placed_[i]) {
        first_end = std::min(first_end, events_[i].ended);
      }
    }
    std::vector<std::size_t> next;
    for (std::size_t i = 0; i < events_.size(); ++i) {
      if (!placed_[i] && events_[i].began < first_end) {
        next.push_back(i);
      }
    }
    return next;
  }

  const std::vector<Event>& events_;
  std::vector<bool> placed_;
};

}  // namespace

Answer History::run(std::string name, Operation operation, Ties ties) {
  Event event;
  event.name = std::move(name);
  event.ties = std::move(ties);
  event.operation = std::move(operation);
  event.began = clock_.fetch_add(1);
  event.answer = event.operation(store_);
  event.ended = clock_.fetch_add(1);
  Answer answer = event.answer;
  const std::lock_guard lock(mutex_);
  events_.push_back(std::move(event));
  return answer;
}

bool explained(const MemoryStore& start, const std::vector<Event>& events) {
  return Search(events).from(start, 0);
}

std::vector<Event> too_late(const std::vector<Event>& events) {
  std::vector<Event> late;
  for (const Event& event : events) {
    const bool ended = std::any_of(events.begin(), events.end(), [&](const Event& end) {
      return end.answer.changed && end.ended < event.began &&
             std::count(event.ties.rests_on.begin(), event.ties.rests_on.end(), end.ties.ends) > 0;
    });
    if (ended && event.answer.changed) {
      late.push_back(event);
    }
  }
  return late;
}

std::string describe(const std::vector<Event>& events) {
  std::vector<Event> sorted = events;
  std::sort(sorted.begin(), sorted.end(),
            [](const Event& a, const Event& b) { return a.began < b.began; });
  std::ostringstream out;
  for (const Event& event : sorted) {
    out << event.began << "-" << event.ended << " " << event.name << ": " << event.answer.text
        << "\n";
  }
  return out.str();
}

Operation writing(std::function<Result<Answer>(UnitOfWork&)> work) {
  return [work = std::move(work)](Store& store) -> Answer {
    Answer answer;
    const auto outcome = store.write([&](UnitOfWork& unit) -> Result<void> {
      GATE_TRY(answer, work(unit));
      return {};
    });
    return outcome ? answer : Answer{error_code_name(outcome.error().code), false};
  };
}

Operation writing_plainly(Store::Work work) {
  return writing([work = std::move(work)](UnitOfWork& unit) -> Result<Answer> {
    GATE_TRY_VOID(work(unit));
    return Answer{"done", true};
  });
}

Operation looking(std::function<Result<std::string>(StoreReads&)> look) {
  return [look = std::move(look)](Store& store) -> Answer {
    Answer answer;
    const auto outcome = store.read([&](StoreReads& reads) -> Result<void> {
      GATE_TRY(answer.text, look(reads));
      return {};
    });
    return outcome ? answer : Answer{error_code_name(outcome.error().code), false};
  };
}

}  // namespace gate::server::store_contract
