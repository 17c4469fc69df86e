#include "server/delivery/mail_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace gate::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

MailParts parts() {
  return {.from_address = "no-reply@bank.example",
          .from_name = "Retail Bank",
          .to = "amy@bank.example",
          .subject = "Your sign-in code",
          .body = "Your code is 12345678.\n",
          .message_id = "0192-abc",
          .date = 1'764'000'000'000'000};
}

TEST(MailMessage, HasTheHeadersThatMailNeedsAndCrLfLineEnds) {
  const auto mail = compose_mail(parts());
  ASSERT_TRUE(mail.has_value());
  EXPECT_EQ(*mail,
            "Date: Mon, 24 Nov 2025 16:00:00 +0000\r\n"
            "From: \"Retail Bank\" <no-reply@bank.example>\r\n"
            "To: <amy@bank.example>\r\n"
            "Message-ID: <0192-abc@bank.example>\r\n"
            "Subject: Your sign-in code\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n"
            "Auto-Submitted: auto-generated\r\n\r\n"
            "Your code is 12345678.\r\n");
}

TEST(MailMessage, NothingAUserCanChooseEndsAHeaderLine) {
  for (const char* to : {"amy@bank.example\r\nBcc: x@y.example", "amy@bank.example>", "amy",
                         "a b@c.example", "@b.example", "a@", "a@b@c.example", "amy@bank.example\n",
                         "\"a\"@b.example", "-x@b.example", "a,b@c.example"}) {
    MailParts wrong = parts();
    wrong.to = to;
    EXPECT_FALSE(compose_mail(wrong).has_value()) << to;
  }
  MailParts subject = parts();
  subject.subject = "Hello\r\nBcc: x@y.example";
  EXPECT_FALSE(compose_mail(subject).has_value());
  MailParts id = parts();
  id.message_id = "a>\r\nX: y";
  EXPECT_FALSE(compose_mail(id).has_value());
}

TEST(MailMessage, HeadersThatAreNotAsciiBecomeEncodedWordsCutBetweenCharacters) {
  MailParts foreign = parts();
  const std::string subject =
      "Ihr Best\xc3\xa4tigungscode f\xc3\xbcr die Anmeldung bei der B\xc3\xa4nk in Z\xc3\xbcrich";
  foreign.subject = subject;
  const auto mail = compose_mail(foreign);
  ASSERT_TRUE(mail.has_value());
  EXPECT_THAT(*mail, HasSubstr("Subject: =?utf-8?B?"));
  for (const char c : mail->substr(0, mail->find("\r\n\r\n"))) {
    EXPECT_LT(static_cast<unsigned char>(c), 0x80);
  }
}

TEST(MailMessage, TheBodyIsQuotedPrintable) {
  MailParts text = parts();
  const std::string body =
      "Code\x3a 1=2 \n.\nGr\xc3\xbc\xc3\x9f"
      "e " +
      std::string(100, 'x');
  text.body = body;
  const auto mail = compose_mail(text);
  ASSERT_TRUE(mail.has_value());
  const std::string encoded = mail->substr(mail->find("\r\n\r\n") + 4);
  EXPECT_THAT(encoded, HasSubstr("Code: 1=3D2=20\r\n=2E\r\nGr=C3=BC=C3=9Fe x"));
  for (std::size_t from = 0; from < encoded.size();) {
    const std::size_t end = encoded.find("\r\n", from);
    ASSERT_NE(end, std::string::npos);
    EXPECT_LE(end - from, 76U);
    from = end + 2;
  }
}

}  // namespace
}  // namespace gate::server
