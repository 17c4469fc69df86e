// What `gated provision` describes beside ordinary users (docs/provisioning.md, "Scenarios").

#include <gtest/gtest.h>

#include "tests/native_auth/test_server.h"

namespace gate::server::testing_support {
namespace {

class Provisioned : public testing::Test {
 protected:
  static Provisioning::User user(const std::string& name) {
    Provisioning::User made;
    made.tenant_id = TestServer::kTenant;
    made.id = name + "-id";
    made.username = name + "@bank.example";
    return made;
  }
  void provision(const Provisioning::User& one) {
    Provisioning wanted;
    wanted.users = {one};
    server_.provision(wanted);
  }
  void set_phone_of_dora(bool blocked) {
    Provisioning::User dora = user("dora");
    dora.channels = {{ChannelKind::kSms, "+15550100104", true, true, blocked}};
    provision(dora);
  }
  std::string phone_of_dora() {
    for (const Channel& channel : server_.channels("dora-id")) {
      if (channel.kind == ChannelKind::kSms) {
        return channel.channel_id;
      }
    }
    return {};
  }

  TestServer server_;
};

TEST_F(Provisioned, APhoneAtRiskStaysRegisteredAndIsOfNoUse) {
  server_.decider.set(require_two_methods);
  const Reply waiting = server_.challenge(server_.first_factor("dora").token());
  ASSERT_EQ(waiting.text("challenge_channel"), "sms");
  const std::string code = server_.last_code();
  set_phone_of_dora(true);
  EXPECT_FALSE(server_.submit("mfa_oob", waiting.token(), code).has_tokens());

  const std::size_t sent = server_.delivered.size();
  const Reply demanded = server_.first_factor("dora");
  EXPECT_FALSE(demanded.has_tokens());
  EXPECT_NE(demanded.suberror(), "registration_required") << "no other phone in its place";
  EXPECT_TRUE(demanded.error() == "access_denied" || demanded.text("challenge_type") == "redirect");
  static_cast<void>(server_.last_code());
  for (std::size_t i = sent; i < server_.delivered.size(); ++i) {
    EXPECT_NE(server_.delivered[i].to, "+15550100104");
  }

  set_phone_of_dora(false);
  const Reply usable = server_.challenge(server_.first_factor("dora").token());
  EXPECT_TRUE(server_.submit("mfa_oob", usable.token(), server_.last_code()).has_tokens());
}

TEST_F(Provisioned, AClientThatNamesThePhoneAtRiskIsToldThatItIsBlocked) {
  server_.decider.set(require_two_methods);
  const Reply demanded = server_.first_factor("dora");
  ASSERT_EQ(demanded.suberror(), "mfa_required");
  const std::string phone = phone_of_dora();
  set_phone_of_dora(true);
  const Reply refused = server_.challenge(demanded.token(), phone);
  EXPECT_EQ(refused.error(), "access_denied");
  EXPECT_EQ(refused.suberror(), "provider_blocked_by_rep");
}

TEST_F(Provisioned, AUserWithoutAMethodForASignInMustUseTheWeb) {
  Provisioning::User gus = user("gus");
  gus.channels = {{ChannelKind::kSms, "+15550100105", true, true, {}}};
  provision(gus);
  const Reply reply = server_.initiate("gus");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.text("challenge_type"), "redirect");
  EXPECT_TRUE(reply.token().empty());
}

}  // namespace
}  // namespace gate::server::testing_support
