#include "bench/load/outbox_tail.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace gate::load {
namespace {

class OutboxTailTest : public testing::Test {
 protected:
  OutboxTailTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "gate-load-XXXXXX").string();
    close(mkstemp(pattern.data()));
    file_ = pattern;
  }
  ~OutboxTailTest() override { std::filesystem::remove(file_); }
  void append(const std::string& text) {
    std::ofstream(file_, std::ios::app) << text << std::flush;
  }
  std::string file_;
};

TEST_F(OutboxTailTest, SeesWhatIsAppendedLineByLineAndNothingOlder) {
  append("{\"to\":\"amy\",\"code\":\"11111111\"}\n");
  auto tail = OutboxTail::open(file_);
  ASSERT_TRUE(tail);
  ASSERT_TRUE(tail->poll());
  EXPECT_EQ(tail->newest("amy").count, 0U);
  append("{\"to\":\"amy\",\"code\":\"22222222\"}\n{\"to\":\"ben\",\"code\":");
  ASSERT_TRUE(tail->poll());
  EXPECT_EQ(tail->newest("amy").code, "22222222");
  EXPECT_EQ(tail->newest("ben").count, 0U) << "half a line is none";
  append("\"33333333\"}\n{\"to\":\"amy\",\"code\":\"44444444\"}\n");
  ASSERT_TRUE(tail->poll());
  EXPECT_EQ(tail->newest("ben").code, "33333333");
  EXPECT_EQ(tail->newest("amy").code, "44444444");
  EXPECT_EQ(tail->newest("amy").count, 2U);
}

TEST_F(OutboxTailTest, RefusesWhatIsNoMessageAndAFileThatIsNotThere) {
  auto tail = OutboxTail::open(file_);
  ASSERT_TRUE(tail);
  append("{\"to\":\"amy\"}\n");
  EXPECT_EQ(tail->poll().error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(OutboxTail::open(file_ + ".none").error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace gate::load
