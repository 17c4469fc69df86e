#include "server/message/templates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gate::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class TemplatesTest : public testing::Test {
 protected:
  void add(const std::string& tenant, const std::string& language, const std::string& text,
           MessageKind kind = MessageKind::kSignInCode) {
    auto parsed = MessageTemplate::parse(text, kind, ChannelKind::kSms);
    ASSERT_TRUE(parsed) << parsed.error().message;
    templates_.add(tenant, language, kind, ChannelKind::kSms, std::move(*parsed));
  }
  std::string write(const std::vector<std::string>& languages) {
    return templates_
        .write({.tenant = tenant_,
                .kind = MessageKind::kSignInCode,
                .channel = ChannelKind::kSms,
                .languages = languages,
                .code = "1",
                .minutes = 5})
        .body;
  }
  const std::string english_ =
      "1 is your verification code for Bank. It is valid for 5 minutes. Do not share it with "
      "anyone.";
  Tenant tenant_{"bank-id", "Bank", "bank.example"};
  MessageTemplates templates_;
};

TEST_F(TemplatesTest, TheBuiltInOnesAreEnglishAndNeedNothing) {
  EXPECT_TRUE(templates_.check());
  EXPECT_EQ(write({}), english_);
  EXPECT_EQ(write({"fr", "en-gb"}), english_);
  const MessageText mail = built_in_templates().write({.tenant = tenant_,
                                                       .kind = MessageKind::kPasswordChanged,
                                                       .channel = ChannelKind::kEmail,
                                                       .languages = {},
                                                       .code = {}});
  EXPECT_EQ(mail.subject, "Your password was changed");
  EXPECT_THAT(mail.body, HasSubstr("at Bank was changed"));
  for (const MessageKindInfo& info : kMessageKinds) {
    EXPECT_EQ(built_in_templates()
                  .write({.tenant = tenant_,
                          .kind = info.kind,
                          .channel = ChannelKind::kEmail,
                          .languages = {},
                          .code = "1"})
                  .subject.empty(),
              info.has_code)
        << "mail with a code has the configured subject";
  }
}

TEST_F(TemplatesTest, TheFirstLanguageThatIsThereIsTaken) {
  add("", "de", "de {code}");
  add("", "de-at", "de-at {code}");
  add("", "pt-br", "pt-br {code}");
  EXPECT_EQ(write({"de"}), "de 1");
  EXPECT_EQ(write({"de-at"}), "de-at 1");
  EXPECT_EQ(write({"de-ch-1996"}), "de 1") << "the broader language";
  EXPECT_EQ(write({"fr", "pt-br", "de"}), "pt-br 1");
  EXPECT_EQ(write({"pt"}), english_) << "a narrower language is not what was asked for";
  EXPECT_EQ(write({"en", "de"}), english_) << "the built-in texts are English";
}

TEST_F(TemplatesTest, ATenantComesBeforeAllAndOnlyForItself) {
  add("", "de", "all {code}");
  add("bank.example", "de", "bank {code}");
  add("other.example", "de", "other {code}");
  EXPECT_EQ(write({"de"}), "bank 1");
  add("bank-id", "de", "id {code}");
  EXPECT_EQ(write({"de"}), "id 1");
  tenant_ = {"x", "X", "x.example"};
  EXPECT_EQ(write({"de"}), "all 1");
  tenant_ = {"", "X", "/"};
  EXPECT_EQ(write({"en"}).substr(0, 9), "1 is your") << "no name reaches another folder";
  EXPECT_THAT(templates_.tenant_folders(), ElementsAre("bank-id", "bank.example", "other.example"));
}

TEST_F(TemplatesTest, WhereTheReaderNamesNoneTheTenantAndThenTheServerDecides) {
  templates_ = MessageTemplates("fr");
  add("", "fr", "fr {code}");
  add("", "de", "de {code}");
  EXPECT_EQ(write({"xx"}), "fr 1");
  tenant_.rules.language = "de";
  EXPECT_EQ(write({"xx"}), "de 1");
  EXPECT_EQ(write({"fr"}), "fr 1");
}

TEST_F(TemplatesTest, ADefaultLanguageHasEveryMessage) {
  templates_ = MessageTemplates("de");
  add("", "de", "{code}");
  EXPECT_THAT(templates_.check().error().message,
              HasSubstr("the default language is not complete: there is no template "
                        "de/sign_in_code.email.txt"));
  templates_ = MessageTemplates();
  EXPECT_TRUE(templates_.check_tenant(tenant_));
  tenant_.rules.language = "en-gb";
  EXPECT_TRUE(templates_.check_tenant(tenant_));
  tenant_.rules.language = "de";
  add("", "de", "{code}");
  EXPECT_THAT(templates_.check_tenant(tenant_).error().message,
              HasSubstr("the language of tenant bank.example is not complete"));
  for (const MessageKindInfo& info : kMessageKinds) {
    const std::string text = info.has_code ? "{code}" : "x";
    templates_.add(
        "bank.example", "de", info.kind, ChannelKind::kEmail,
        *MessageTemplate::parse("Subject: s\n\n" + text, info.kind, ChannelKind::kEmail));
    if (info.by_sms) {
      templates_.add("bank.example", "de", info.kind, ChannelKind::kSms,
                     *MessageTemplate::parse(text, info.kind, ChannelKind::kSms));
    }
  }
  EXPECT_TRUE(templates_.check_tenant(tenant_));
}

}  // namespace
}  // namespace gate::server
