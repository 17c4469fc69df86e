#include "server/domain/address.h"

#include <gtest/gtest.h>

namespace gate::server {
namespace {

TEST(Address, EmailIsLoweredAndTrimmed) {
  EXPECT_EQ(normalize_email("  Amy.Adams@Bank.Example "), "amy.adams@bank.example");
}

TEST(Address, WhatMailCannotBeSentToIsRefused) {
  for (const char* bad : {"", "amy", "@bank.example", "amy@", "amy@bank", "a@b@c.d", "a b@c.d",
                          "amy@bank.example\r\nBcc: x@y.z", "amy@.example", "amy@bank.",
                          "<amy@bank.example>", "amy@bank..example", "a,b@c.d"}) {
    EXPECT_EQ(normalize_email(bad), std::nullopt) << bad;
  }
}

TEST(Address, EmailLengthIsBoundedAtTheLimitAndOnePast) {
  const std::string domain = "@bank.example";
  const std::string longest(kAddressBytesMax - domain.size(), 'a');
  EXPECT_TRUE(normalize_email(longest + domain).has_value());
  EXPECT_FALSE(normalize_email(longest + "a" + domain).has_value());
}

TEST(Address, PhoneIsE164) {
  EXPECT_EQ(normalize_phone("+1 (555) 010-0104"), "+15550100104");
  EXPECT_EQ(normalize_phone("+12345678"), "+12345678");
  EXPECT_EQ(normalize_phone("+123456789012345"), "+123456789012345");
  for (const char* bad : {"", "15550100104", "+1234567", "+1234567890123456", "+05550100104",
                          "+1555010010a", "+1;555010010"}) {
    EXPECT_EQ(normalize_phone(bad), std::nullopt) << bad;
  }
}

TEST(Address, C4_OneMailboxUnderTwoAddressesIsOnePlace) {
  const auto mail = [](std::string_view a, std::string_view b) {
    return same_place(ChannelKind::kEmail, a, b);
  };
  EXPECT_TRUE(mail("amy@bank.example", "amy@bank.example"));
  EXPECT_TRUE(mail("amy+second@bank.example", "amy@bank.example"));
  EXPECT_TRUE(mail("amy+a@bank.example", "amy+b+c@bank.example"));
  EXPECT_TRUE(mail("a.m.y+x@googlemail.com", "amy@gmail.com"));
  EXPECT_FALSE(mail("a.my@bank.example", "amy@bank.example"));
  EXPECT_FALSE(mail("amy@bank.example", "amy@other.example"));
  EXPECT_FALSE(mail("+a@bank.example", "+b@bank.example")) << "an empty name before the tag";
  EXPECT_TRUE(same_place(ChannelKind::kSms, "+15550100104", "+15550100104"));
  EXPECT_FALSE(same_place(ChannelKind::kSms, "+15550100104", "+15550100105"));
}

TEST(Address, MasksShowTheOwnerAndHideFromOthers) {
  EXPECT_EQ(mask_address(ChannelKind::kEmail, "casey@contoso.com"), "c***y@c*****o.com");
  EXPECT_EQ(mask_address(ChannelKind::kEmail, "al@x.io"), "**@*.io");
  EXPECT_EQ(mask_address(ChannelKind::kSms, "+15550100104"), "+1********04");
}

TEST(Address, S20_MailIsSentToAddressesUpToTheLongestForm) {
  const std::string local(64, 'a');
  const std::string domain(254 - 65, 'b');
  EXPECT_TRUE(is_mail_address(local + "@" + domain));
  EXPECT_FALSE(is_mail_address(local + "@" + domain + "b"));
  EXPECT_FALSE(is_mail_address(local + "a@b.example"));
  for (const char* bad : {"j\xc3\xb6rg@bank.example", "amy@b\xc3\xa4nk.example",
                          "-amy@bank.example", "", "amy", "@b.example", "amy@", "a@b@c", "a b@c.d",
                          "<amy@b.example>", "amy@b.example\r\nBcc: x@y.z", "\"amy\"@b.example"}) {
    EXPECT_FALSE(is_mail_address(bad)) << bad;
  }
}

}  // namespace
}  // namespace gate::server
