#include "server/log/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <boost/json/parse.hpp>
#include <string>
#include <thread>
#include <vector>

namespace gate::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Pipe {
 public:
  Pipe() { EXPECT_EQ(pipe(ends_.data()), 0); }
  ~Pipe() {
    close_writer();
    close(ends_[0]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  [[nodiscard]] int writer() const { return ends_[1]; }
  std::string drain() {
    close_writer();
    std::string all;
    std::array<char, 4096> chunk{};
    for (ssize_t n = 0; (n = read(ends_[0], chunk.data(), chunk.size())) > 0;) {
      all.append(chunk.data(), static_cast<std::size_t>(n));
    }
    return all;
  }

 private:
  void close_writer() {
    if (ends_[1] >= 0) {
      close(ends_[1]);
      ends_[1] = -1;
    }
  }
  std::array<int, 2> ends_{-1, -1};
};

TEST(Log, EachLineIsOneJsonObjectWithTimeLevelAndEvent) {
  Pipe pipe;
  Logger log(pipe.writer(), LogLevel::kInfo, LogFormat::kJson);
  log.info("listening", {{"port", 9090}, {"tls", false}, {"address", "127.0.0.1"}});
  const auto line = boost::json::parse(pipe.drain()).as_object();
  EXPECT_EQ(line.at("level").as_string(), "info");
  EXPECT_EQ(line.at("event").as_string(), "listening");
  EXPECT_EQ(line.at("port").as_int64(), 9090);
  EXPECT_FALSE(line.at("tls").as_bool());
  EXPECT_EQ(line.at("time").as_string().size(), 24U);
}

TEST(Log, AValueCannotForgeASecondLine) {
  Pipe pipe;
  Logger log(pipe.writer(), LogLevel::kInfo, LogFormat::kJson);
  log.warning("refused", {{"path", "/a\n{\"event\":\"forged\"}\x1b[31m"}});
  const std::string text = pipe.drain();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, HasSubstr("\\n"));
}

TEST(Log, BelowTheThresholdNothingIsWritten) {
  Pipe pipe;
  Logger log(pipe.writer(), LogLevel::kWarning, LogFormat::kJson);
  log.info("quiet");
  log.error("loud");
  EXPECT_THAT(pipe.drain(), ::testing::AllOf(HasSubstr("loud"), Not(HasSubstr("quiet"))));
}

TEST(Log, PrettyLinesKeepControlCharactersEscaped) {
  Pipe pipe;
  Logger log(pipe.writer(), LogLevel::kDebug, LogFormat::kPretty);
  log.debug("request", {{"agent", "a\r\nb"}});
  const std::string text = pipe.drain();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  EXPECT_THAT(text, HasSubstr(R"(agent="a\r\nb")"));
}

TEST(Log, LongValuesAreCutAndMarked) {
  Pipe pipe;
  Logger log(pipe.writer(), LogLevel::kInfo, LogFormat::kJson);
  log.info("long", {{"value", std::string(10'000, 'x')}});
  const std::string text = pipe.drain();
  EXPECT_LT(text.size(), 5'000U);
  EXPECT_THAT(text, HasSubstr("xxx...\""));
}

TEST(Log, LinesOfManyThreadsNeverInterleave) {
  Pipe pipe;
  {
    Logger log(pipe.writer(), LogLevel::kInfo, LogFormat::kJson);
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&log, t] {
        for (int i = 0; i < 50; ++i) {
          log.info("tick", {{"thread", t}, {"i", i}});
        }
      });
    }
  }
  const std::string text = pipe.drain();
  std::size_t lines = 0;
  for (std::size_t from = 0; from < text.size(); ++lines) {
    const std::size_t end = text.find('\n', from);
    ASSERT_NE(end, std::string::npos);
    EXPECT_NO_THROW((void)boost::json::parse(text.substr(from, end - from)));
    from = end + 1;
  }
  EXPECT_EQ(lines, 200U);
}

}  // namespace
}  // namespace gate::server
