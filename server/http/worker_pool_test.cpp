#include "server/http/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>

namespace gate::server {
namespace {

TEST(WorkerPool, AcceptsAsManyWaitingTasksAsTheQueueHoldsAndRefusesOneMore) {
  std::latch started(1);
  std::latch release(1);
  std::atomic<int> done{0};
  {
    WorkerPool pool(1, 2);
    ASSERT_TRUE(pool.try_submit([&] {
      started.count_down();
      release.wait();
      ++done;
    }));
    started.wait();
    EXPECT_TRUE(pool.try_submit([&] { ++done; }));
    EXPECT_TRUE(pool.try_submit([&] { ++done; }));
    EXPECT_FALSE(pool.try_submit([&] { ++done; }));
    release.count_down();
  }
  EXPECT_EQ(done.load(), 3);
}

TEST(WorkerPool, RunsTasksSideBySide) {
  std::latch both(2);
  WorkerPool pool(2, 2);
  // Each task waits for the other: with one thread this would never end.
  ASSERT_TRUE(pool.try_submit([&] { both.arrive_and_wait(); }));
  ASSERT_TRUE(pool.try_submit([&] { both.arrive_and_wait(); }));
  both.wait();
}

}  // namespace
}  // namespace gate::server
