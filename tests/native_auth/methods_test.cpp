// Which methods are offered: none to which no code can be delivered (S20), and who may enrol one
// (S16, S17).

#include <gtest/gtest.h>

#include <set>

#include "server/account/provision.h"
#include "server/domain/address.h"
#include "server/factor/password.h"
#include "tests/native_auth/test_server.h"

namespace gate::server::testing_support {
namespace {

/// What a user has of one kind.
enum class Has { kNone, kVerified, kBlocked, kUnverified };
constexpr Has kHas[] = {Has::kNone, Has::kVerified, Has::kBlocked, Has::kUnverified};

struct Case {
  bool by_code;  ///< the first factor is a code by e-mail, else a password
  Has mail;      ///< a mailbox beside that of the first factor
  Has phone;
  MethodSet wanted;  ///< what the required strength accepts as second factor
  bool sends_sms;
};

std::string text_of(const Case& one) {
  constexpr const char* kWords[] = {"no", "a", "a blocked", "an unproven"};
  return std::string(one.by_code ? "code" : "password") + " first, " +
         kWords[static_cast<int>(one.mail)] + " second mailbox, " +
         kWords[static_cast<int>(one.phone)] + " phone, wanted " +
         std::to_string(one.wanted.bits()) + (one.sends_sms ? "" : ", no SMS is sent");
}

/// The rule in other words than in the server. `mfa`: a method is asked for. `web`: nothing that
/// this server offers is accepted. `no`: another method keeps the user from enrolling. Else the
/// kinds that may be enrolled.
std::string expected(const Case& one) {
  const Method done = one.by_code ? Method::kEmailOtp : Method::kPassword;
  const auto accepts = [&](Method method) {
    return method != done && one.wanted.contains(method) &&
           (method != Method::kSmsOtp || one.sends_sms);
  };
  const bool mail = accepts(Method::kEmailOtp);
  const bool phone = accepts(Method::kSmsOtp);
  if ((mail && one.mail == Has::kVerified) || (phone && one.phone == Has::kVerified)) {
    return "mfa";
  }
  std::string open;
  open += mail && one.mail != Has::kBlocked ? "email " : "";
  open += phone && one.phone != Has::kBlocked ? "sms " : "";
  if (open.empty()) {
    return "web";
  }
  const auto counts = [](Has has) { return has == Has::kVerified || has == Has::kBlocked; };
  // After a code by e-mail a second mailbox is of no use to any policy.
  return counts(one.phone) || (counts(one.mail) && !one.by_code) ? "no" : open;
}

class Methods {
 public:
  explicit Methods(bool sends_sms) : server(settings(sends_sms)) {
    hash_ = std::move(PasswordHasher(server.secrets.password_pepper.clone(), server.random)
                          .hash(TestServer::kPassword))
                .value();
  }
  std::string add(const Case& one) {
    const std::string name = "user" + std::to_string(++users_);
    Provisioning wanted;
    Provisioning::User user;
    user.tenant_id = TestServer::kTenant;
    user.id = name + "-id";
    user.username = name + "@bank.example";
    user.password_hash = one.by_code ? "" : hash_;
    if (one.by_code) {
      user.channels.push_back({ChannelKind::kEmail, user.username, true, false});
    }
    const auto give = [&](Has has, ChannelKind kind, const std::string& address) {
      if (has != Has::kNone) {
        user.channels.push_back({kind, address, has != Has::kUnverified, false});
      }
    };
    give(one.mail, ChannelKind::kEmail, name + "@mail.example");
    give(one.phone, ChannelKind::kSms, "+155501" + std::to_string(10000 + users_));
    wanted.users = {user};
    server.provision(wanted);
    for (const Channel& channel : server.channels(user.id)) {
      const bool is_first = channel.address == user.username;
      const Has has = channel.kind == ChannelKind::kSms ? one.phone : one.mail;
      if (!is_first && has == Has::kBlocked) {
        server.set_blocked(user.id, channel, true);
      }
    }
    return name;
  }
  /// Policies on the app want `wanted`; none is on enrolling.
  void want(MethodSet wanted) {
    server.decider.set([wanted](const SignInFacts& facts) {
      PolicyVerdict verdict = allow();
      if (facts.target_kind == TargetKind::kApp && facts.completed.size() < 2) {
        verdict.outcome = Outcome::kChallenge;
        for (const Method method : {Method::kEmailOtp, Method::kSmsOtp}) {
          if (wanted.contains(method) && facts.completed.front().method != method) {
            verdict.second_factors.add(method);
          }
        }
      }
      return verdict;
    });
  }
  std::string answer(const std::string& name) {
    demanded = server.first_factor(name);
    if (demanded.suberror() == "mfa_required") {
      return "mfa";
    }
    if (demanded.text("challenge_type") == "redirect") {
      return "web";
    }
    if (demanded.suberror() != "registration_required") {
      return demanded.error() == "access_denied" ? "no" : demanded.error();
    }
    demanded = server.post("/register/v1.0/introspect", {{"continuation_token", demanded.token()}});
    std::string open;
    for (const char* channel : {"email", "sms"}) {
      open += TestServer::method_id(demanded, channel).empty() ? "" : std::string(channel) + " ";
    }
    return open;
  }
  Reply enrol(const std::string& token, const std::string& channel, const std::string& target) {
    return server.post("/register/v1.0/challenge", {{"continuation_token", token},
                                                    {"challenge_type", "oob"},
                                                    {"challenge_channel", channel},
                                                    {"challenge_target", target}});
  }

  TestServer server;
  Reply demanded;  ///< the last answer

 private:
  static ServiceSettings settings(bool sends_sms) {
    ServiceSettings settings = TestServer::relaxed();
    settings.sends_sms = sends_sms;
    return settings;
  }
  std::string hash_;
  int users_ = 0;
};

TEST(Methods, S16_S17_S20_WhoIsAskedMayEnrolOrIsRefusedByEnumeration) {
  const MethodSet mail = MethodSet::of(Method::kEmailOtp);
  const MethodSet phone = MethodSet::of(Method::kSmsOtp);
  std::set<std::string> seen;
  for (const bool sends_sms : {true, false}) {
    Methods methods(sends_sms);
    for (const MethodSet wanted : {mail, phone, mail | phone}) {
      methods.want(wanted);
      for (const bool by_code : {true, false}) {
        for (const Has a : kHas) {
          for (const Has b : kHas) {
            const Case one{by_code, a, b, wanted, sends_sms};
            EXPECT_EQ(methods.answer(methods.add(one)), expected(one)) << text_of(one);
            seen.insert(expected(one));
          }
        }
      }
    }
  }
  EXPECT_EQ(seen, (std::set<std::string>{"mfa", "web", "no", "email ", "sms ", "email sms "}));
}

TEST(Methods, S17_ASecondMailboxThatNoPolicyCanUseDoesNotPreventEnrollingAPhone) {
  Methods methods(true);
  methods.want(MethodSet::of(Method::kSmsOtp));
  for (const Has mailbox : {Has::kVerified, Has::kBlocked}) {
    const std::string name = methods.add({true, mailbox, Has::kNone, {}, true});
    ASSERT_EQ(methods.answer(name), "sms ");
    TestServer& server = methods.server;
    const Reply sent = methods.enrol(methods.demanded.token(), "sms", "+15550100777");
    const Reply enrolled = server.post(
        "/register/v1.0/continue",
        {{"continuation_token", sent.token()}, {"grant_type", "oob"}, {"oob", server.last_code()}});
    EXPECT_TRUE(server.submit("continuation_token", enrolled.token(), "").has_tokens());
    EXPECT_EQ(methods.answer(name), "mfa") << "from now on the phone is asked for";
  }
}

// A thief with the password goes to an app whose strength accepts no mailbox, enrols a phone there,
// and uses it at an app that would have asked for the owner's mailbox.
TEST(Methods, S16_AnAppThatCannotUseTheMailboxIsNoWayAroundIt) {
  Methods methods(true);
  const std::string name = methods.add({false, Has::kVerified, Has::kNone, {}, true});
  methods.want(MethodSet::of(Method::kSmsOtp));
  EXPECT_EQ(methods.answer(name), "no");
  EXPECT_EQ(methods.server.audit_rows(10).back().reasons, "another_method_is_registered");
  methods.want(MethodSet::of(Method::kSmsOtp) | MethodSet::of(Method::kEmailOtp));
  EXPECT_EQ(methods.answer(name), "mfa");
}

TEST(Methods, S20_WithoutSmsAPhoneIsNeitherListedNorSentToNorEnrolled) {
  Methods methods(false);
  TestServer& server = methods.server;
  methods.want(MethodSet::of(Method::kSmsOtp) | MethodSet::of(Method::kEmailOtp));
  const Reply demanded = server.submit("password", server.begin("amy"), TestServer::kPassword);
  const Reply listed = server.introspect(demanded.token());
  EXPECT_EQ(TestServer::method_id(listed, "sms"), "");
  EXPECT_NE(TestServer::method_id(listed, "email"), "");
  const std::string phone = server.channels("amy-id").at(0).channel_id;
  const Reply refused = server.challenge(listed.token(), phone);
  EXPECT_EQ(refused.suberror(), "provider_blocked_by_rep");
  EXPECT_EQ(methods.answer("carl"), "email ");
  EXPECT_EQ(methods.enrol(methods.demanded.token(), "sms", "+15550100777").code(), 901001);
  EXPECT_EQ(methods.enrol(methods.demanded.token(), "email", "carl@mail.example").status, 200);
}

const char* const kUndeliverable[] = {
    "j\xc3\xb6rg@bank.example", "-amy@bank.example",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@bank.example",  // 65 bytes
};

/// A mailbox that an earlier version accepted.
void put_mailbox(TestServer& server, const std::string& user_id, const std::string& address) {
  const Channel channel{channel_id_of(TestServer::kTenant, user_id, ChannelKind::kEmail, address),
                        ChannelKind::kEmail,
                        address,
                        true,
                        false,
                        false};
  ASSERT_TRUE(server.store->write([&](UnitOfWork& work) {
    return work.put_channel(TestServer::kTenant, user_id, channel, server.clock.now());
  }));
}

TEST(Methods, S20_AMailboxThatNoMailReachesIsNotOffered) {
  for (const char* address : kUndeliverable) {
    Methods methods(true);
    TestServer& server = methods.server;
    methods.want(MethodSet::of(Method::kEmailOtp) | MethodSet::of(Method::kSmsOtp));
    put_mailbox(server, "amy-id", address);
    const Reply listed = server.introspect(server.first_factor("amy").token());
    EXPECT_EQ(listed.body.at("methods").as_array().size(), 2U) << address;
    const Reply refused = server.challenge(
        listed.token(), channel_id_of(TestServer::kTenant, "amy-id", ChannelKind::kEmail, address));
    EXPECT_EQ(refused.suberror(), "provider_blocked_by_rep") << address;
  }
}

TEST(Methods, S20_AFirstFactorThatNoMailReachesIsNotAskedFor) {
  for (const char* address : kUndeliverable) {
    TestServer server;
    Provisioning wanted;
    Provisioning::User user;
    user.tenant_id = TestServer::kTenant;
    user.id = "eve-id";
    user.username = "eve@bank.example";
    wanted.users = {user};
    server.provision(wanted);
    put_mailbox(server, "eve-id", address);
    EXPECT_EQ(server.initiate("eve").text("challenge_type"), "redirect") << address;
  }
}

TEST(Methods, S20_AMailboxThatNoMailReachesCannotBeEnrolled) {
  for (const char* address : kUndeliverable) {
    Methods methods(true);
    methods.want(MethodSet::of(Method::kEmailOtp));
    ASSERT_EQ(methods.answer("carl"), "email ");
    const Reply refused = methods.enrol(methods.demanded.token(), "email", address);
    EXPECT_EQ(refused.code(), 901001) << address;
    EXPECT_EQ(methods.server.last_code(), "");
  }
}

TEST(Methods, S20_ProvisioningRefusesAMailboxThatNoMailReaches) {
  for (const char* address : kUndeliverable) {
    TestServer server;
    Provisioning wanted;
    Provisioning::User user;
    user.tenant_id = TestServer::kTenant;
    user.id = "eve-id";
    user.username = "eve@bank.example";
    user.channels = {{ChannelKind::kEmail, address, true, false}};
    wanted.users = {user};
    const auto refused = server.store->write(
        [&](UnitOfWork& work) { return apply_provisioning(work, wanted, server.clock.now()); });
    ASSERT_FALSE(refused) << address;
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(
        refused.error().message,
        "users[0]: user eve-id: no mail can be sent to the address of a channel: it has characters "
        "beyond ASCII, begins with `-`, or has more than 64 bytes before the `@`");
  }
}

}  // namespace
}  // namespace gate::server::testing_support
