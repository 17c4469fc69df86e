#include "server/delivery/outbox_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/json/parse.hpp>
#include <filesystem>
#include <fstream>
#include <string>

namespace gate::server {
namespace {

class OutboxFileTest : public ::testing::Test {
 protected:
  OutboxFileTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "gate-outbox-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    path_ = folder_ + "/outbox.jsonl";
  }
  ~OutboxFileTest() override { std::filesystem::remove_all(folder_); }

  std::string folder_;
  std::string path_;
  FakeClock clock_{1'764'000'000'123'456};
};

TEST_F(OutboxFileTest, AppendsOneJsonLinePerMessage) {
  OutboxMessage message;
  message.kind = ChannelKind::kSms;
  message.to = "+15550100104";
  message.code = "12345678";
  message.body = "Your code is 12345678.\n\"Bank\"";
  for (int i = 0; i < 2; ++i) {
    auto channel = OutboxFile::open(path_, clock_);
    ASSERT_TRUE(channel.has_value());
    EXPECT_EQ((*channel)->send(message)->outcome, DeliveryOutcome::kSent);
  }
  std::ifstream file(path_);
  int lines = 0;
  for (std::string line; std::getline(file, line); ++lines) {
    const auto entry = boost::json::parse(line).as_object();
    EXPECT_EQ(entry.at("time").as_string(), "2025-11-24T16:00:00.123456Z");
    EXPECT_EQ(entry.at("channel").as_string(), "sms");
    EXPECT_EQ(entry.at("to").as_string(), "+15550100104");
    EXPECT_FALSE(entry.contains("subject"));
    EXPECT_EQ(entry.at("code").as_string(), "12345678");
    EXPECT_EQ(entry.at("body").as_string(), message.body);
  }
  EXPECT_EQ(lines, 2);
}

TEST_F(OutboxFileTest, IsForItsOwnerAlone) {
  ASSERT_TRUE(OutboxFile::open(path_, clock_).has_value());
  struct stat info{};
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  chmod(path_.c_str(), 0644);
  EXPECT_EQ(OutboxFile::open(path_, clock_).error().code, ErrorCode::kDenied);
}

TEST_F(OutboxFileTest, FollowsNoLinkAndSaysWhatIsWrong) {
  std::filesystem::create_symlink("/dev/null", path_);
  EXPECT_FALSE(OutboxFile::open(path_, clock_).has_value());
  EXPECT_THAT(OutboxFile::open(folder_ + "/none/x", clock_).error().message,
              ::testing::HasSubstr("No such file"));
}

}  // namespace
}  // namespace gate::server
