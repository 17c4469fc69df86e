#include "compiler/driver/policy_trees.h"

#include <algorithm>
#include <utility>

namespace gate::compiler {
namespace {

/// Below this a second thread costs more than it saves (some 2 ms of parsing).
constexpr std::size_t kJobsForTwoThreads = 512;

}  // namespace

PolicyTrees::PolicyTrees(FileReader& here, FileReader& there, std::vector<PolicyJob> jobs)
    : here_(&here),
      there_(&there),
      jobs_(std::move(jobs)),
      blocks_((jobs_.size() + kBlockJobs - 1) / kBlockJobs) {
  if (jobs_.size() >= kJobsForTwoThreads && std::thread::hardware_concurrency() > 1) {
    other_ = std::thread([this] { run_ahead(); });
  }
}

PolicyTrees::~PolicyTrees() {
  if (other_.joinable()) {
    {
      const std::scoped_lock lock(mutex_);
      stopped_ = true;
    }
    changed_.notify_all();
    other_.join();
  }
}

std::size_t PolicyTrees::free_block() const {
  const std::size_t end = std::min(blocks_.size(), reached_ + kBlocksAhead);
  for (std::size_t block = reached_; block < end; ++block) {
    if (blocks_[block].state == State::kFree) {
      return block;
    }
  }
  return blocks_.size();
}

std::vector<PolicyTrees::Parsed> PolicyTrees::parse(FileReader& reader, std::size_t block) const {
  std::vector<Parsed> out;
  const std::size_t end = std::min(jobs_.size(), (block + 1) * kBlockJobs);
  out.reserve(kBlockJobs);
  for (std::size_t job = block * kBlockJobs; job < end; ++job) {
    Parsed& each = out.emplace_back();
    each.tree = reader.policy(jobs_[job].file, *jobs_[job].place, each.diagnostics);
  }
  return out;
}

void PolicyTrees::run_ahead() {
  std::unique_lock lock(mutex_);
  while (!stopped_) {
    const std::size_t block = free_block();
    if (block == blocks_.size()) {
      changed_.wait(lock);
      continue;
    }
    blocks_[block].state = State::kTaken;
    lock.unlock();
    std::vector<Parsed> parsed = parse(*there_, block);
    lock.lock();
    blocks_[block] = {State::kDone, std::move(parsed)};
    changed_.notify_all();
  }
}

/// Waits for a block, and meanwhile parses blocks that no other thread has taken.
void PolicyTrees::get(std::size_t block) {
  std::unique_lock lock(mutex_);
  reached_ = block;
  changed_.notify_all();
  while (blocks_[block].state != State::kDone) {
    const std::size_t mine = free_block();
    if (mine == blocks_.size()) {
      changed_.wait(lock);
      continue;
    }
    blocks_[mine].state = State::kTaken;
    lock.unlock();
    std::vector<Parsed> parsed = parse(*here_, mine);
    lock.lock();
    blocks_[mine] = {State::kDone, std::move(parsed)};
  }
}

PolicyTrees::Parsed PolicyTrees::next() {
  const std::size_t block = next_ / kBlockJobs;
  const std::size_t inside = next_ % kBlockJobs;
  if (inside == 0) {
    if (block > 0) {
      std::vector<Parsed>().swap(blocks_[block - 1].parsed);  // `= {}` would keep the room
    }
    get(block);
  }
  ++next_;
  return std::move(blocks_[block].parsed[inside]);
}

}  // namespace gate::compiler
