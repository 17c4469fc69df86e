#include <algorithm>
#include <array>
#include <cstddef>
#include <gate/evaluator.hpp>
#include <thread>
#include <utility>

namespace gate {
namespace {

/// What one thread is reading: a replaced snapshot is kept until no place holds it (hazard
/// pointers). A cache line each, so that deciding threads share none that is written.
struct alignas(64) Place {
  std::atomic<bool> taken{false};
  std::atomic<const void*> reading{nullptr};
};
constexpr std::size_t kThreads = 1024;
/// For threads beyond those: taken for one decision at a time.
constexpr std::size_t kForOneCall = 64;
std::array<Place, kThreads + kForOneCall> places;

Place* take(std::size_t begin, std::size_t end) noexcept {
  for (std::size_t i = begin; i < end; ++i) {
    bool is_taken = false;
    if (places[i].taken.compare_exchange_strong(is_taken, true)) {
      return &places[i];
    }
  }
  return nullptr;
}

/// A thread's own place, taken at its first decision and given back when it ends.
struct OwnPlace {
  Place* place = take(0, kThreads);
  ~OwnPlace() {
    if (place != nullptr) {
      place->taken.store(false);
      place = nullptr;
    }
  }
};
thread_local OwnPlace own_place;

bool somebody_reads(const void* snapshot) noexcept {
  for (const Place& place : places) {
    if (place.reading.load() == snapshot) {
      return true;
    }
  }
  return false;
}

}  // namespace

/// Keeps the snapshot in force from being given up while this lives.
class Evaluator::Guard {
 public:
  explicit Guard(const std::atomic<const Snapshot*>& in_force) noexcept : place_(own_place.place) {
    while (place_ == nullptr) {
      place_ = take(kThreads, places.size());
      is_own_ = false;
    }
    snapshot_ = in_force.load();
    for (;;) {
      // Announce, then look again: a thread that replaced it in between did not see the
      // announcement.
      place_->reading.store(snapshot_);
      const Snapshot* now = in_force.load();
      if (now == snapshot_) {
        return;
      }
      snapshot_ = now;
    }
  }
  ~Guard() {
    place_->reading.store(nullptr, std::memory_order_release);
    if (!is_own_) {
      place_->taken.store(false);
    }
  }
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;
  [[nodiscard]] const Snapshot* get() const { return snapshot_; }

 private:
  Place* place_;
  bool is_own_ = true;
  const Snapshot* snapshot_;
};

Evaluator::Evaluator(std::shared_ptr<const PolicySet> policies) {
  replace(std::move(policies));
}

namespace {

Decision no_policy_set() noexcept {
  Decision decision;
  decision.error_code = 53003;
  decision.reason_count = 1;
  decision.reasons[0].code = ReasonCode::kNoPolicySet;
  return decision;
}

}  // namespace

Decision Evaluator::Snapshot::evaluate(const SignInRequest& request) const noexcept {
  if (policies == nullptr) {
    return no_policy_set();
  }
  Decision decision = policies->evaluate(request);
  decision.generation = generation;
  return decision;
}

void Evaluator::Snapshot::evaluate_batch(std::span<const SignInRequest> requests,
                                         std::span<Decision> decisions) const noexcept {
  if (policies == nullptr) {
    GATE_CHECK(requests.size() == decisions.size(), "a batch has one decision for each request");
    std::fill(decisions.begin(), decisions.end(), no_policy_set());
    return;
  }
  policies->evaluate_batch(requests, decisions);
  for (Decision& decision : decisions) {
    decision.generation = generation;
  }
}

void Evaluator::evaluate_batch(std::span<const SignInRequest> requests,
                               std::span<Decision> decisions) const noexcept {
  const Guard guard(in_force_);
  (guard.get() == nullptr ? Snapshot{} : *guard.get()).evaluate_batch(requests, decisions);
}

Decision Evaluator::evaluate(const SignInRequest& request) const noexcept {
  const Guard guard(in_force_);
  return guard.get() == nullptr ? Snapshot{}.evaluate(request) : guard.get()->evaluate(request);
}

Evaluator::Snapshot Evaluator::snapshot() const noexcept {
  const Guard guard(in_force_);
  return guard.get() == nullptr ? Snapshot{} : *guard.get();
}

std::uint64_t Evaluator::replace(std::shared_ptr<const PolicySet> next) {
  GATE_CHECK(next != nullptr, "no policy set to put in force");
  std::shared_ptr<const Snapshot> old;
  std::uint64_t generation = 1;
  {
    const std::lock_guard lock(replacing_);
    generation += owner_ == nullptr ? 0 : owner_->generation;
    old = std::exchange(owner_,
                        std::make_shared<const Snapshot>(Snapshot{std::move(next), generation}));
    in_force_.store(owner_.get());
  }
  while (old != nullptr && somebody_reads(old.get())) {
    std::this_thread::yield();
  }
  return generation;
}

}  // namespace gate
