#include "server/delivery/twilio_channel.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <string>

#include "server/delivery/child_peer.h"

namespace gate::server {
namespace {

std::unique_ptr<DeliveryChannel> channel(std::uint16_t port, bool service = false) {
  auto settings = std::make_shared<TwilioSettings>();
  settings->base_url = "http://127.0.0.1:" + std::to_string(port);
  settings->account_sid = "AC1";
  settings->auth_token = Secret(as_bytes("s3cret"));
  settings->timeout = std::chrono::milliseconds(5'000);
  (service ? settings->messaging_service_sid : settings->from) = service ? "MG1" : "+15550100000";
  auto made = make_twilio_channel(std::move(settings));
  EXPECT_TRUE(made.has_value());
  return std::move(made).value();
}

OutboxMessage message() {
  OutboxMessage made;
  made.kind = ChannelKind::kSms;
  made.to = "+15550100104";
  made.body = "Code 12345678 & more=\xc3\xbc";
  return made;
}

TEST(TwilioChannel, PostsTheFormWithBasicAuthentication) {
  ChildPeer peer("sms");
  const auto receipt = channel(peer.port())->send(message());
  ASSERT_TRUE(receipt.has_value());
  EXPECT_EQ(receipt->outcome, DeliveryOutcome::kSent);
  EXPECT_EQ(receipt->provider_id, "SM0123");
  const auto line = boost::json::parse(peer.next_line()).as_object();
  EXPECT_EQ(line.at("path").as_string(), "/2010-04-01/Accounts/AC1/Messages.json");
  EXPECT_EQ(line.at("authorization").as_string(), "Basic QUMxOnMzY3JldA==");
  EXPECT_EQ(line.at("type").as_string(), "application/x-www-form-urlencoded");
  const auto& form = line.at("form").as_object();
  EXPECT_EQ(form.at("To").as_string(), "+15550100104");
  EXPECT_EQ(form.at("From").as_string(), "+15550100000");
  EXPECT_EQ(form.at("Body").as_string(), "Code 12345678 & more=\xc3\xbc");
  EXPECT_EQ(form.size(), 3U);
}

TEST(TwilioChannel, NamesTheMessagingServiceInsteadOfASender) {
  ChildPeer peer("sms");
  ASSERT_TRUE(channel(peer.port(), true)->send(message()).has_value());
  const auto line = boost::json::parse(peer.next_line()).as_object();
  EXPECT_EQ(line.at("form").as_object().at("MessagingServiceSid").as_string(), "MG1");
  EXPECT_FALSE(line.at("form").as_object().contains("From"));
}

TEST(TwilioChannel, T5_OnlyWhatCertainlyDidNotLeaveIsTriedAgain) {
  struct Case {
    const char* behaviour;
    DeliveryOutcome outcome;
  };
  for (const Case& c :
       {Case{"refuse", DeliveryOutcome::kFailed}, Case{"later", DeliveryOutcome::kRetry},
        Case{"broken", DeliveryOutcome::kUnknown}, Case{"cut", DeliveryOutcome::kUnknown},
        Case{"nonsense", DeliveryOutcome::kUnknown}}) {
    SCOPED_TRACE(c.behaviour);
    ChildPeer peer("sms", c.behaviour);
    EXPECT_EQ(channel(peer.port())->send(message())->outcome, c.outcome);
  }
  EXPECT_EQ(channel(1)->send(message())->outcome, DeliveryOutcome::kRetry);
}

}  // namespace
}  // namespace gate::server
