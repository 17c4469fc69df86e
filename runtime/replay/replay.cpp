#include "runtime/replay/replay.h"

#include <fmt/format.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "runtime/replay/log_file.h"
#include "runtime/replay/record_splitter.h"
#include "runtime/replay/worker.h"

namespace gate::replay {
namespace {

constexpr std::size_t kReadBytes = std::size_t{1} << 20;
/// Bytes after which a block is handed on, and blocks that may wait.
constexpr std::size_t kBlockBytes = std::size_t{1} << 20;
constexpr std::size_t kBlocksWaiting = 8;

/// Blocks on their way from the reader to the workers, and back: their memory is used again.
class Queue {
 public:
  /// An empty one.
  Block take() {
    Block block;
    {
      const std::lock_guard lock(mutex_);
      if (!spare_.empty()) {
        block = std::move(spare_.back());
        spare_.pop_back();
      }
    }
    block.bytes.clear();
    block.records.clear();
    block.bytes.reserve(kBlockBytes + kBlockBytes / 16);
    return block;
  }
  void push(Block block) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return blocks_.size() < kBlocksWaiting; });
    blocks_.push_back(std::move(block));
    filled_.notify_one();
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    filled_.notify_all();
  }
  /// Gives the block in `out` back for the next one. False when there will be no more.
  bool pop(Block& out) {
    std::unique_lock lock(mutex_);
    if (out.bytes.capacity() != 0) {
      spare_.push_back(std::move(out));
    }
    filled_.wait(lock, [this] { return closed_ || !blocks_.empty(); });
    if (blocks_.empty()) {
      return false;
    }
    out = std::move(blocks_.front());
    blocks_.pop_front();
    room_.notify_one();
    return true;
  }

 private:
  std::mutex mutex_;
  std::condition_variable room_, filled_;
  std::deque<Block> blocks_;
  std::vector<Block> spare_;
  bool closed_ = false;
};

/// Reads the logs and cuts them into blocks.
class Reading {
 public:
  Reading(const ReplayOptions& options, Queue& queue, const std::atomic<bool>& stop)
      : options_(options), queue_(queue), stop_(stop) {}

  Result<void> run() {
    std::vector<LogFile> files;
    for (const std::string& path : options_.logs) {
      Result<LogFile> file = LogFile::open(path);
      if (!file) {
        return named(path, file.error());
      }
      known_ = known_ && file->size() != 0;
      of_ += file->size();
      files.push_back(std::move(*file));
    }
    for (std::size_t i = 0; i < files.size() && !stop_; ++i) {
      GATE_TRY_VOID(read(files[i], i));
    }
    return {};
  }

 private:
  static Error named(const std::string& path, const Error& error) {
    return {error.code,
            fmt::format("{}: {}", path == "-" ? "standard input" : path, error.message)};
  }

  Result<void> read(LogFile& file, std::size_t number) {
    const std::string& path = options_.logs[number];
    Block block = empty_block(static_cast<std::uint32_t>(number));
    RecordSplitter splitter(
        facts::LogReader::kRecordBytesMax,
        [&](std::string_view record, std::uint64_t line, const char* problem) {
          block.records.push_back({block.bytes.size(), record.size(), line, problem});
          block.bytes.append(record);
          if (block.bytes.size() >= kBlockBytes || block.records.size() >= kBlockBytes / 64) {
            hand_on(block);
          }
        });
    std::string buffer(kReadBytes, '\0');
    bool first = true;
    while (!stop_) {
      const Result<std::string_view> bytes = file.read(buffer);
      if (!bytes) {
        return named(path, bytes.error());
      }
      if (bytes->empty()) {
        break;
      }
      if (first && (bytes->starts_with("\xFF\xFE") || bytes->starts_with("\xFE\xFF"))) {
        return named(path, {ErrorCode::kInvalidArgument, "is UTF-16; convert it to UTF-8 first"});
      }
      if (first && bytes->starts_with("\x1F\x8B")) {
        return named(path, {ErrorCode::kInvalidArgument,
                            "is compressed; pipe it in: zcat LOG | gatec replay -"});
      }
      first = false;
      splitter.feed(*bytes);
      done_ += bytes->size();
      if (options_.progress) {
        options_.progress(done_, known_ ? of_ : 0);
      }
    }
    splitter.finish();
    hand_on(block);
    return {};
  }

  void hand_on(Block& block) {
    const std::uint32_t file = block.file;
    if (!block.records.empty()) {
      block.bytes.append(Block::kPadding, '\0');
      queue_.push(std::move(block));
    }
    block = empty_block(file);
  }
  Block empty_block(std::uint32_t file) {
    Block block = queue_.take();
    block.file = file;
    return block;
  }

  const ReplayOptions& options_;
  Queue& queue_;
  const std::atomic<bool>& stop_;
  std::uint64_t done_ = 0;
  std::uint64_t of_ = 0;
  bool known_ = true;
};

}  // namespace

Result<Tally> replay(Comparer& comparer, const ReplayOptions& options) {
  Queue queue;
  std::atomic<bool> stop = false;
  std::deque<Worker> workers;
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < std::max(1U, options.threads); ++i) {
    Worker& worker = workers.emplace_back(comparer, options.remembered, options.suites);
    threads.emplace_back([&queue, &worker, &stop, strict = options.strict] {
      // Once stopped, blocks are thrown away, so that the reader never waits for room.
      for (Block block; queue.pop(block);) {
        if (!stop) {
          worker.work(block);
          stop = stop || (strict && worker.tally().malformed != 0);
        }
      }
    });
  }
  const Result<void> read = Reading(options, queue, stop).run();
  queue.close();
  for (std::thread& thread : threads) {
    thread.join();
  }
  if (!read) {
    return read.error();
  }
  Tally all;
  for (const Worker& worker : workers) {
    all.merge(worker.tally());
  }
  if (options.strict && all.malformed != 0) {
    const Malformed& first = all.malformed_shown.front();
    return Error{ErrorCode::kCorrupt, fmt::format("{}:{}: {}", options.logs[first.place.file],
                                                  first.place.line, first.problem)};
  }
  return all;
}

}  // namespace gate::replay
