#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <gate/policy_file.hpp>
#include <gate/policy_host.hpp>
#include <list>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runtime/set/state.h"

namespace gate {
namespace {

using File = std::shared_ptr<const std::string>;
using Dropped = std::vector<std::shared_ptr<const PolicySet>>;

std::size_t set_bytes(const PolicySet& set) {
  return sizeof(PolicySet) + internal::state_of(set).bytes();
}

}  // namespace

class PolicyHost::Impl {
 public:
  Impl(const Limits& limits, Build build)
      : limits_(limits), build_(build ? std::move(build) : [](std::string_view file) {
          return load_policy_set(file);
        }) {
    const std::size_t threads = std::clamp<std::size_t>(limits.builder_threads, 1, 64);
    for (std::size_t i = 0; i < threads; ++i) {
      builders_.emplace_back([this](const std::stop_token& stop) { work(stop); });
    }
  }
  ~Impl() {
    for (std::jthread& builder : builders_) {
      builder.request_stop();
    }
    builders_.clear();  // joins
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> put(std::string_view tenant, std::string file) {
    if (file.size() > limits_.file_bytes_max) {
      return Error{ErrorCode::kLimitExceeded,
                   fmt::format("a policy file of {} bytes, {} are allowed for a tenant",
                               file.size(), limits_.file_bytes_max)};
    }
    file.shrink_to_fit();
    const std::lock_guard lock(mutex_);
    auto it = tenants_.find(std::string(tenant));
    if (it == tenants_.end()) {
      if (tenants_.size() >= limits_.tenants_max) {
        return Error{ErrorCode::kLimitExceeded,
                     fmt::format("more than {} tenants", limits_.tenants_max)};
      }
      it = tenants_.emplace(tenant, std::make_shared<Tenant>()).first;
    }
    const std::shared_ptr<Tenant>& t = it->second;
    counts_.cold_bytes += file.size() - (t->next == nullptr ? 0 : t->next->size());
    t->next = std::make_shared<const std::string>(std::move(file));
    t->failure.reset();
    if (t->set != nullptr) {
      enqueue(t);  // a full queue: the next get() tries again
    }
    return {};
  }

  bool remove(std::string_view tenant) {
    Dropped dropped;  // freed after the lock
    const std::lock_guard lock(mutex_);
    const auto it = tenants_.find(std::string(tenant));
    if (it == tenants_.end()) {
      return false;
    }
    Tenant& t = *it->second;
    cool(t, dropped);
    for (const File& file : {t.good, t.next}) {
      counts_.cold_bytes -= file == nullptr ? 0 : file->size();
    }
    t.removed = true;
    t.changed.notify_all();
    std::erase(queue_, it->second);
    tenants_.erase(it);
    return true;
  }

  Result<std::shared_ptr<const PolicySet>> get(std::string_view tenant,
                                               std::chrono::milliseconds wait) {
    std::unique_lock lock(mutex_);
    const auto it = tenants_.find(std::string(tenant));
    if (it == tenants_.end()) {
      return Error{ErrorCode::kNotFound, "no such tenant"};
    }
    const std::shared_ptr<Tenant> t = it->second;  // outlives remove()
    if (t->set != nullptr) {
      ++counts_.hits;
      warm_.splice(warm_.begin(), warm_, t->place);
      if (t->next != nullptr) {
        enqueue(t);
      }
      return t->set;
    }
    if (t->failure) {
      return *t->failure;
    }
    if (t->waiting >= limits_.waiting_max || !enqueue(t)) {
      ++counts_.refused;
      return Error{ErrorCode::kUnavailable, "too many wait for policy sets to be built"};
    }
    ++t->waiting;
    const bool done = t->changed.wait_for(
        lock, wait, [&t] { return t->set != nullptr || t->failure || t->removed; });
    --t->waiting;
    if (t->set != nullptr) {
      return t->set;
    }
    if (done) {
      return t->removed ? Error{ErrorCode::kNotFound, "no such tenant"} : *t->failure;
    }
    ++counts_.refused;
    return Error{ErrorCode::kUnavailable, "the policy set was not built in time"};
  }

  Counts counts() const {
    const std::lock_guard lock(mutex_);
    Counts c = counts_;
    c.tenants = tenants_.size();
    c.warm = warm_.size();
    c.queued = queue_.size();
    return c;
  }

 private:
  struct Tenant {
    File good;  ///< what `set` was built from, and will be again after it cooled
    File next;  ///< what was put since
    std::shared_ptr<const PolicySet> set;
    std::size_t bytes = 0;
    std::list<Tenant*>::iterator place;  ///< in warm_, while there is a set
    std::optional<Error> failure;        ///< of the last build, when there is no older set
    std::size_t waiting = 0;
    bool queued = false;
    bool removed = false;
    std::condition_variable changed;
  };

  /// Gives a tenant its place in the queue, one whatever happens; false when the queue is full.
  bool enqueue(const std::shared_ptr<Tenant>& t) {
    if (t->queued) {
      return true;
    }
    if (queue_.size() >= limits_.queue_max) {
      return false;
    }
    t->queued = true;
    queue_.push_back(t);
    work_.notify_one();
    return true;
  }

  void work(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (work_.wait(lock, stop, [this] { return !queue_.empty(); })) {
      const std::shared_ptr<Tenant> t = queue_.front();
      queue_.pop_front();
      const bool fresh = t->next != nullptr;
      const File file = fresh ? t->next : t->good;
      lock.unlock();
      auto built = build(*file);
      Dropped dropped;
      lock.lock();
      t->queued = false;
      if (!t->removed) {
        finish(t, file, fresh, std::move(built), dropped);
      }
      lock.unlock();
      dropped.clear();  // freeing a large set takes time; no thread waits for it
      lock.lock();
    }
  }

  Result<std::shared_ptr<const PolicySet>> build(std::string_view file) {
    GATE_TRY(auto set, build_(file));
    const std::size_t bytes = set_bytes(*set);
    const std::size_t allowed = std::min(limits_.set_bytes_max, limits_.warm_bytes_max);
    if (bytes > allowed) {
      return Error{
          ErrorCode::kLimitExceeded,
          fmt::format("a policy set of {} bytes, {} are allowed for a tenant", bytes, allowed)};
    }
    return set;
  }

  void finish(const std::shared_ptr<Tenant>& t, const File& file, bool fresh,
              Result<std::shared_ptr<const PolicySet>> built, Dropped& dropped) {
    const bool overtaken = fresh && t->next != file;  // put() came in between: build that one
    if (!built) {
      ++counts_.failures;
      if (overtaken) {
        enqueue(t);
        return;
      }
      if (fresh) {
        counts_.cold_bytes -= file->size();
        t->next = nullptr;
      }
      if (fresh && t->set == nullptr && t->good != nullptr) {
        enqueue(t);  // the older policies still hold
        return;
      }
      if (t->set == nullptr) {
        t->failure = std::move(built).error();
      }
      t->changed.notify_all();
      return;
    }
    ++counts_.builds;
    if (fresh) {
      counts_.cold_bytes -= t->good == nullptr ? 0 : t->good->size();
      counts_.cold_bytes += overtaken ? file->size() : 0;
      t->good = file;
      t->next = overtaken ? t->next : nullptr;
    }
    cool(*t, dropped);
    t->set = std::move(built).value();
    t->bytes = set_bytes(*t->set);
    counts_.warm_bytes += t->bytes;
    warm_.push_front(t.get());
    t->place = warm_.begin();
    while (counts_.warm_bytes > limits_.warm_bytes_max && warm_.size() > 1) {
      ++counts_.evictions;
      cool(*warm_.back(), dropped);
    }
    if (overtaken) {
      enqueue(t);
    }
    t->changed.notify_all();
  }

  /// Lets go of a tenant's set.
  void cool(Tenant& t, Dropped& dropped) {
    if (t.set != nullptr) {
      counts_.warm_bytes -= t.bytes;
      warm_.erase(t.place);
      dropped.push_back(std::exchange(t.set, nullptr));
    }
  }

  const Limits limits_;
  const Build build_;
  mutable std::mutex mutex_;
  std::condition_variable_any work_;
  std::unordered_map<std::string, std::shared_ptr<Tenant>> tenants_;
  std::deque<std::shared_ptr<Tenant>> queue_;
  std::list<Tenant*> warm_;  ///< most recently used first
  Counts counts_;
  std::vector<std::jthread> builders_;  ///< last: they use everything above
};

PolicyHost::PolicyHost(const Limits& limits, Build build)
    : impl_(std::make_unique<Impl>(limits, std::move(build))) {}
PolicyHost::~PolicyHost() = default;

Result<void> PolicyHost::put(std::string_view tenant, std::string file) {
  return impl_->put(tenant, std::move(file));
}
bool PolicyHost::remove(std::string_view tenant) {
  return impl_->remove(tenant);
}
Result<std::shared_ptr<const PolicySet>> PolicyHost::get(std::string_view tenant,
                                                         std::chrono::milliseconds wait) {
  return impl_->get(tenant, wait);
}
PolicyHost::Counts PolicyHost::counts() const {
  return impl_->counts();
}

}  // namespace gate
