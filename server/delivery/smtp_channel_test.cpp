#include "server/delivery/smtp_channel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <string>

#include "server/delivery/child_peer.h"

namespace gate::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class SmtpChannelTest : public ::testing::Test {
 protected:
  std::unique_ptr<DeliveryChannel> channel(std::uint16_t port, SmtpTls tls = SmtpTls::kNone) {
    auto settings = std::make_shared<SmtpSettings>();
    settings->host = "127.0.0.1";
    settings->port = port;
    settings->tls = tls;
    settings->from_address = "no-reply@bank.example";
    auto made = make_smtp_channel(std::move(settings), clock_);
    EXPECT_TRUE(made.has_value());
    return std::move(made).value();
  }
  static OutboxMessage message() {
    OutboxMessage made;
    made.to = "amy@bank.example";
    made.code = "12345678";
    made.body = "Your code is 12345678.";
    made.message_id = "m-1";
    return made;
  }
  FakeClock clock_{1'764'000'000'000'000};
};

TEST_F(SmtpChannelTest, DeliversOverOneConnectionThatIsKept) {
  ChildPeer peer("smtp");
  const auto smtp = channel(peer.port());
  std::int64_t first_peer = 0;
  for (int i = 0; i < 3; ++i) {
    const auto receipt = smtp->send(message());
    ASSERT_TRUE(receipt.has_value());
    EXPECT_EQ(receipt->outcome, DeliveryOutcome::kSent) << receipt->detail;
    const auto line = boost::json::parse(peer.next_line()).as_object();
    EXPECT_EQ(line.at("from").as_string(), "no-reply@bank.example");
    EXPECT_EQ(line.at("to").as_array().at(0).as_string(), "amy@bank.example");
    EXPECT_THAT(std::string(line.at("content").as_string()),
                ::testing::AllOf(HasSubstr("Message-ID: <m-1@bank.example>\r\n"),
                                 HasSubstr("\r\n\r\nYour code is 12345678.")));
    const std::int64_t used = line.at("peer").as_int64();
    EXPECT_TRUE(first_peer == 0 || first_peer == used) << "a second connection was opened";
    first_peer = used;
  }
}

TEST_F(SmtpChannelTest, T5_AFinalRefusalFailsAndATemporaryOneIsTriedAgain) {
  ChildPeer final_refusal("smtp", "refuse");
  const auto refused = channel(final_refusal.port())->send(message());
  EXPECT_EQ(refused->outcome, DeliveryOutcome::kFailed);
  EXPECT_THAT(refused->detail, Not(HasSubstr("amy@"))) << "the log must not learn the address";
  ChildPeer temporary("smtp", "later");
  EXPECT_EQ(channel(temporary.port())->send(message())->outcome, DeliveryOutcome::kRetry);
}

TEST_F(SmtpChannelTest, T5_ALostAnswerIsUnknown) {
  ChildPeer peer("smtp", "cut");
  EXPECT_EQ(channel(peer.port())->send(message())->outcome, DeliveryOutcome::kUnknown);
}

TEST_F(SmtpChannelTest, AServerThatIsDownOrOffersNoTlsGetsNothing) {
  EXPECT_EQ(channel(1)->send(message())->outcome, DeliveryOutcome::kRetry);
  ChildPeer peer("smtp");
  EXPECT_EQ(channel(peer.port(), SmtpTls::kStartTls)->send(message())->outcome,
            DeliveryOutcome::kRetry);
}

TEST_F(SmtpChannelTest, AnAddressThatIsNoneFailsWithoutAConnection) {
  OutboxMessage wrong = message();
  wrong.to = "amy@bank.example>\r\nRCPT TO:<eve@evil.example";
  EXPECT_EQ(channel(1)->send(wrong)->outcome, DeliveryOutcome::kFailed);
}

}  // namespace
}  // namespace gate::server
