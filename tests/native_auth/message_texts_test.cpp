// In whose language, and of which kind, messages are (docs/tenants.md).

#include "tests/native_auth/sign_in_fixture.h"

namespace gate::server::testing_support {
namespace {

class MessageTextsTest : public SignIn {
 protected:
  MessageTextsTest() {
    for (const char* language : {"de", "fr", "pt-br"}) {
      add("", language);
    }
  }
  /// Templates of every message, which say their language and kind.
  void add(const std::string& tenant, const std::string& language) {
    for (const MessageKindInfo& info : kMessageKinds) {
      for (const ChannelKind channel : kChannelKinds) {
        if (is_sent_by(info.kind, channel)) {
          const bool mail = channel == ChannelKind::kEmail;
          const std::string text = (mail ? "Subject: " + language + " of {tenant}\n\n" : "") +
                                   tenant + language + " " + std::string(info.name) +
                                   (info.has_code ? " {code} {minutes}" : "");
          server_.texts.templates.add(tenant, language, info.kind, channel,
                                      *MessageTemplate::parse(text, info.kind, channel));
        }
      }
    }
  }
  void set_language(const std::string& user, const std::string& language) {
    ASSERT_TRUE(server_.store->write([&](UnitOfWork& work) -> Result<void> {
      GATE_TRY(std::optional<User> found, work.find_user(TestServer::kTenant, user + "-id"));
      found->language = language;
      return work.put_user(*found);
    }));
  }
  /// The text of the code that `user` gets, and its subject.
  std::string code_for(const std::string& user, const std::string& accepted) {
    server_.accept_language = accepted;
    (void)server_.begin(user);
    const std::string code = server_.last_code();
    std::string text = newest().body;
    const std::size_t at = text.find(code);
    return at == std::string::npos ? text : text.replace(at, code.size(), "CODE");
  }
  [[nodiscard]] const OutboxMessage& newest() const { return server_.delivered.back(); }
  Reply post(const char* path, Params params) { return server_.post(path, std::move(params)); }
};

TEST_F(MessageTextsTest, ACodeIsInTheLanguageThatTheClientAccepts) {
  EXPECT_EQ(code_for("ben", "de-AT, en;q=0.5"), "de sign_in_code CODE 10");
  EXPECT_EQ(newest().subject, "de of Bank");
  EXPECT_EQ(code_for("ben", "xx, fr;q=0.4, pt-BR;q=0.9"), "pt-br sign_in_code CODE 10");
  const std::string english =
      "CODE is your verification code for Bank. It is valid for 10 minutes. Do not share it with "
      "anyone.";
  EXPECT_EQ(code_for("ben", "en, de"), english);
  EXPECT_EQ(newest().subject, "") << "that of the configuration";
  EXPECT_EQ(code_for("ben", ""), english);
}

TEST_F(MessageTextsTest, TheEntryOfTheUserComesFirstAndTheLanguageOfTheTenantLast) {
  set_language("ben", "fr");
  EXPECT_EQ(code_for("ben", "de"), "fr sign_in_code CODE 10");
  set_language("ben", "xx");
  EXPECT_EQ(code_for("ben", "de"), "de sign_in_code CODE 10") << "no template in the first";
  server_.set_rules({.language = "pt-br"});
  EXPECT_EQ(code_for("ben", "xx"), "pt-br sign_in_code CODE 10");
  EXPECT_EQ(code_for("ben", "de"), "de sign_in_code CODE 10");
}

TEST_F(MessageTextsTest, ATenantHasTextsOfItsOwn) {
  add("bank.example", "de");
  add("other.example", "de");
  EXPECT_EQ(code_for("ben", "de"), "bank.examplede sign_in_code CODE 10");
  EXPECT_EQ(code_for("ben", "fr"), "fr sign_in_code CODE 10") << "those of all where it has none";
}

TEST_F(MessageTextsTest, EveryKindOfMessageHasItsTemplate) {
  server_.accept_language = "de";
  require_mfa();
  const Reply listed = server_.introspect(server_.first_factor("amy").token());
  (void)server_.challenge(listed.token(), TestServer::method_id(listed, "sms"));
  (void)server_.last_code();
  EXPECT_TRUE(newest().body.starts_with("de sign_in_code ")) << newest().body;
  EXPECT_EQ(newest().subject, "") << "an SMS has none";

  const Reply open = post("/register/v1.0/introspect",
                          {{"continuation_token", server_.first_factor("carl").token()}});
  (void)post("/register/v1.0/challenge", {{"continuation_token", open.token()},
                                          {"challenge_type", "oob"},
                                          {"challenge_target", "carl@mail.example"},
                                          {"challenge_channel", "email"}});
  (void)server_.last_code();
  EXPECT_TRUE(newest().body.starts_with("de enrolment_code ")) << newest().body;

  const Reply reset = post("/resetpassword/v1.0/start",
                           {{"username", "amy@bank.example"}, {"challenge_type", "oob redirect"}});
  (void)post("/resetpassword/v1.0/challenge",
             {{"continuation_token", reset.token()}, {"challenge_type", "oob redirect"}});
  (void)server_.last_code();
  EXPECT_TRUE(newest().body.starts_with("de reset_code ")) << newest().body;

  Provisioning wanted;
  wanted.tenants = {{TestServer::kTenant, "Bank", "bank.example", {}, SignUpMode::kCode}};
  server_.provision(wanted);
  const Reply begun = post("/signup/v1.0/start",
                           {{"username", "new@mail.example"}, {"challenge_type", "oob redirect"}});
  (void)post("/signup/v1.0/challenge",
             {{"continuation_token", begun.token()}, {"challenge_type", "oob redirect"}});
  (void)server_.last_code();
  EXPECT_TRUE(newest().body.starts_with("de sign_up_code ")) << newest().body;
}

TEST_F(MessageTextsTest, ANoticeIsNeverInALanguageThatTheRequestChooses) {
  const auto reset = [this](const std::string& password) {
    const Params types = {{"challenge_type", "oob redirect"}};
    const Reply begun = post("/resetpassword/v1.0/start", {{"username", "amy@bank.example"},
                                                           {"challenge_type", "oob redirect"}});
    const Reply sent = post("/resetpassword/v1.0/challenge", {{"continuation_token", begun.token()},
                                                              {"challenge_type", "oob redirect"}});
    const Reply proven = post("/resetpassword/v1.0/continue", {{"continuation_token", sent.token()},
                                                               {"grant_type", "oob"},
                                                               {"oob", server_.last_code()}});
    EXPECT_EQ(post("/resetpassword/v1.0/submit",
                   {{"continuation_token", proven.token()}, {"new_password", password}})
                  .status,
              200);
    (void)server_.last_code();
    return newest().body;
  };
  server_.accept_language = "de";
  EXPECT_EQ(
      reset("seven quiet lanterns drift"),
      "The password of your account at Bank was changed. If you did not do this, contact us at "
      "once.");
  server_.set_rules({.language = "pt-br"});
  EXPECT_EQ(reset("eight slow herons wade"), "pt-br password_changed");
  set_language("amy", "fr");
  EXPECT_EQ(reset("nine green kettles hum"), "fr password_changed");
}

}  // namespace
}  // namespace gate::server::testing_support
