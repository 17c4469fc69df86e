#include "server/risk/http/http_risk_engine.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <chrono>

#include "server/delivery/child_peer.h"
#include "server/log/log.h"

namespace gate::server {
namespace {

constexpr const char* kQuestion =
    R"({"tenant":"t1","user":"amy-id","client":"app-1","ip":"203.0.113.7","country":"AT",)"
    R"("platform":"ios","flow":"refresh","device":"not_asked","at":1800000000})";

class HttpRiskEngineTest : public testing::Test {
 protected:
  HttpRiskEngineTest()
      : null_(open("/dev/null", O_WRONLY | O_CLOEXEC)),
        log_(null_, LogLevel::kError, LogFormat::kJson) {}
  ~HttpRiskEngineTest() override { close(null_); }

  std::unique_ptr<HttpRiskEngine> engine(std::uint16_t port, std::int64_t deadline_ms = 3000,
                                         std::string_view token = "s3cret") {
    return std::make_unique<HttpRiskEngine>(
        HttpRiskEngineSettings{.url = "http://127.0.0.1:" + std::to_string(port) + "/v1/assess",
                               .deadline_ms = deadline_ms,
                               .token = Secret(as_bytes(token)),
                               .ca_file = ""},
        clock_, log_);
  }
  static std::optional<Risk> ask(const HttpRiskEngine& engine) {
    return engine.assess({.tenant_id = "t1",
                          .user_id = "amy-id",
                          .client_id = "app-1",
                          .ip = "203.0.113.7",
                          .country = "AT",
                          .platform = Platform::kIos,
                          .flow = Flow::kRefresh,
                          .device = DeviceKnowledge::kNotAsked,
                          .now = 1'800'000'000'000'000});
  }

  int null_;
  Logger log_;
  FakeClock clock_{1'800'000'000'000'000};
};

TEST_F(HttpRiskEngineTest, AsksWithTheFactsAndReadsTheLevel) {
  ChildPeer peer("risk");
  const auto asked = engine(peer.port());
  EXPECT_EQ(ask(*asked), Risk::kLow);
  const auto line = boost::json::parse(peer.next_line()).as_object();
  EXPECT_EQ(line.at("path").as_string(), "/v1/assess");
  EXPECT_EQ(line.at("authorization").as_string(), "Bearer s3cret");
  EXPECT_EQ(line.at("type").as_string(), "application/json");
  EXPECT_EQ(line.at("body"), boost::json::parse(kQuestion));
  EXPECT_EQ(ask(*asked), Risk::kLow);
  EXPECT_EQ(boost::json::parse(peer.next_line()).as_object().at("peer"), line.at("peer"))
      << "the connection is used again";
}

TEST_F(HttpRiskEngineTest, WithoutATokenNoneIsSent) {
  ChildPeer peer("risk");
  EXPECT_EQ(ask(*engine(peer.port(), 3000, "")), Risk::kLow);
  EXPECT_TRUE(boost::json::parse(peer.next_line()).as_object().at("authorization").is_null());
}

TEST_F(HttpRiskEngineTest, AnythingButALevelIsNoAnswer) {
  for (const char* behaviour : {"refuse", "broken", "nonsense", "other", "long", "cut"}) {
    ChildPeer peer("risk", behaviour);
    EXPECT_EQ(ask(*engine(peer.port())), std::nullopt) << behaviour;
  }
  EXPECT_EQ(ask(*engine(1)), std::nullopt) << "no server listens on the port";
}

TEST_F(HttpRiskEngineTest, TheDeadlineHolds) {
  ChildPeer peer("risk", "slow");
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(ask(*engine(peer.port(), 100)), std::nullopt);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(3));
}

TEST_F(HttpRiskEngineTest, AnEngineThatFailsIsLeftAloneForAWhile) {
  auto peer = std::make_unique<ChildPeer>("risk", "broken");
  const auto asked = engine(peer->port());
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(ask(*asked), std::nullopt);
  }
  for (int i = 0; i < kEngineFailuresMax; ++i) {
    EXPECT_NE(peer->next_line(), "");
  }
  clock_.advance(kEngineRest);
  EXPECT_EQ(ask(*asked), std::nullopt);
  EXPECT_EQ(ask(*asked), std::nullopt);
  EXPECT_NE(peer->next_line(), "") << "one call after the rest";
  clock_.advance(kEngineRest);
  EXPECT_EQ(ask(*asked), std::nullopt);
  const auto line = boost::json::parse(peer->next_line()).as_object();
  EXPECT_EQ(line.at("path").as_string(), "/v1/assess");
}

}  // namespace
}  // namespace gate::server
