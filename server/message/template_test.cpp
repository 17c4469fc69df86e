#include "server/message/template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gate::server {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr MessageValues kValues{.code = "12345678", .minutes = 10, .tenant = "Bank"};

std::string fault_of(std::string_view text, MessageKind kind = MessageKind::kSignInCode,
                     ChannelKind channel = ChannelKind::kSms) {
  const auto parsed = MessageTemplate::parse(text, kind, channel);
  return parsed ? std::string() : parsed.error().message;
}
std::string mail_fault(std::string_view text) {
  return fault_of(text, MessageKind::kSignInCode, ChannelKind::kEmail);
}
MessageText written(std::string_view text, MessageKind kind, ChannelKind channel,
                    const MessageValues& values = kValues) {
  const auto parsed = MessageTemplate::parse(text, kind, channel);
  EXPECT_TRUE(parsed) << parsed.error().message;
  return parsed ? parsed->write(values) : MessageText();
}

TEST(MessageTemplate, PlaceholdersAreFilledIn) {
  const MessageText mail = written(
      "Subject: Anmeldung bei {tenant}\r\n\r\nCode {code}, {minutes} Minuten.\r\n{{nur}} Sie\n",
      MessageKind::kSignInCode, ChannelKind::kEmail);
  EXPECT_EQ(mail.subject, "Anmeldung bei Bank");
  EXPECT_EQ(mail.body, "Code 12345678, 10 Minuten.\n{nur} Sie");
  EXPECT_EQ(written("{code}{code}", MessageKind::kSignInCode, ChannelKind::kSms).body,
            "1234567812345678");
  EXPECT_EQ(written("{tenant}: geändert", MessageKind::kPasswordChanged, ChannelKind::kSms).body,
            "Bank: geändert");
}

TEST(MessageTemplate, EveryMistakeIsToldWithItsPlace) {
  EXPECT_THAT(
      fault_of("Ihr {kode} ist {code}"),
      StartsWith("1:5: unknown placeholder {kode}; known here: {code}, {minutes}, {tenant}"));
  EXPECT_THAT(fault_of("erste\nzweite"), StartsWith("2:7: the placeholder {code} is missing"));
  EXPECT_THAT(fault_of("{code} {tenant"), StartsWith("1:8: a `{` without `}`"));
  EXPECT_THAT(fault_of("{code} }"), StartsWith("1:8: a single `}`"));
  EXPECT_THAT(fault_of("{code}\n a\tb"), StartsWith("2:3: a control character"));
  EXPECT_THAT(fault_of("{code}\rx"), StartsWith("1:7: a control character"));
  EXPECT_THAT(fault_of(std::string_view("{code}\0", 7)), StartsWith("1:7: a control character"));
  EXPECT_THAT(fault_of("{code} \xC2\x85"), StartsWith("1:8: a control character"));
  EXPECT_THAT(fault_of("{code} \xFF"), HasSubstr("not UTF-8"));
  EXPECT_THAT(fault_of(""), HasSubstr("no text"));
  EXPECT_THAT(fault_of("{code}" + std::string(MessageTemplate::kBytesMax, 'x')),
              HasSubstr("larger than 16 KiB"));
  EXPECT_THAT(fault_of("{code}", MessageKind::kPasswordChanged),
              StartsWith("1:1: unknown placeholder {code}; known here: {tenant}"));
  EXPECT_THAT(fault_of("{minutes}", MessageKind::kPasswordChanged),
              HasSubstr("unknown placeholder"));
}

TEST(MessageTemplate, AMailHasASubjectThatIsOneLineAndHoldsNoCode) {
  EXPECT_EQ(mail_fault("Subject: x\n\n{code}"), "");
  EXPECT_THAT(mail_fault("{code}"), HasSubstr("begins with the line `Subject: TEXT`"));
  EXPECT_THAT(mail_fault("Subject: \n\n{code}"), HasSubstr("`Subject: TEXT`"));
  EXPECT_THAT(mail_fault("Subject: x\nBcc: all@evil.example\n\n{code}"),
              StartsWith("1:11: an empty line follows the subject"));
  EXPECT_THAT(mail_fault("Subject: x\rBcc: all@evil.example\n\n{code}"),
              StartsWith("1:11: a control character"));
  EXPECT_THAT(mail_fault("Subject: {code}\n\n{code}"), StartsWith("1:10: a subject is shown"));
  EXPECT_THAT(mail_fault("Subject: {minutes}\n\n{code}"), HasSubstr("known here: {tenant}"));
  EXPECT_THAT(mail_fault("Subject: " + std::string(201, 'x') + "\n\n{code}"),
              HasSubstr("more than 200 bytes"));
  EXPECT_THAT(mail_fault("Subject: x\n\n"), HasSubstr("empty line follows"));
}

TEST(MessageTemplate, TheNameOfATenantCannotEndAHeaderOrMakeItTooLong) {
  const MessageText text =
      written("Subject: {tenant}\n\n{code}", MessageKind::kSignInCode, ChannelKind::kEmail,
              {.code = "1", .minutes = 1, .tenant = "A\r\nBcc: x\x7F\xC2\x85"});
  EXPECT_EQ(text.subject, "A  Bcc: x  ");
  std::string long_name;
  for (int i = 0; i < 150; ++i) {
    long_name += "ä";
  }
  const MessageText cut = written("Subject: a{tenant}\n\n{code}", MessageKind::kSignInCode,
                                  ChannelKind::kEmail, {"1", 1, long_name});
  EXPECT_EQ(cut.subject.size(), 199U) << "between characters";
}

TEST(MessageTemplate, AnSmsMayTakeTwoParts) {
  const std::string plain(300 - 10, 'x');
  EXPECT_EQ(fault_of("{code}" + plain), "");
  EXPECT_THAT(fault_of("{code}" + plain + std::string(7, 'x')),
              HasSubstr("too long for SMS: 3 parts"));
  std::string cyrillic;
  for (int i = 0; i < 134 - 10; ++i) {
    cyrillic += "ж";
  }
  EXPECT_EQ(fault_of("{code}" + cyrillic), "");
  EXPECT_THAT(fault_of("{code}ж" + cyrillic), HasSubstr("too long for SMS"));
  EXPECT_THAT(fault_of("{code}{tenant}" + plain), HasSubstr("too long for SMS"))
      << "the name of a tenant counts";
  EXPECT_EQ(mail_fault("Subject: x\n\n{code}" + std::string(5000, 'x')), "") << "mail may be long";
}

TEST(SmsParts, AreCountedByTheAlphabet) {
  EXPECT_EQ(sms_parts(std::string(160, 'a')), 1U);
  EXPECT_EQ(sms_parts(std::string(161, 'a')), 2U);
  EXPECT_EQ(sms_parts(std::string(306, 'a')), 2U);
  EXPECT_EQ(sms_parts(std::string(307, 'a')), 3U);
  EXPECT_EQ(sms_parts(std::string(158, 'a') + "ä€"), 2U) << "the euro sign takes two";
  EXPECT_EQ(sms_parts(std::string(159, 'a') + "ä"), 1U);
  EXPECT_EQ(sms_parts(std::string(70, 'a') + "`"), 2U) << "not in the alphabet: 70 characters";
  EXPECT_EQ(sms_parts(std::string(69, 'a') + "`"), 1U);
  EXPECT_EQ(sms_parts(std::string(69, 'a') + "😀"), 2U) << "two UTF-16 units";
}

}  // namespace
}  // namespace gate::server
