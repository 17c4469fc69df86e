#include "server/domain/unicode.h"

#include <gtest/gtest.h>

#include <string>

#include "server/domain/password_text.h"

namespace gate::server {
namespace {

TEST(Unicode, NfcComposesAndKeepsWhatIsComposed) {
  EXPECT_EQ(to_nfc("Zu\xCC\x88rich"), "Z\xC3\xBCrich");
  EXPECT_EQ(to_nfc("Z\xC3\xBCrich"), "Z\xC3\xBCrich");
  EXPECT_EQ(to_nfc("plain"), "plain");
  EXPECT_EQ(to_nfc(""), "");
  EXPECT_EQ(to_nfc("q\xCC\xA3\xCC\x87"), to_nfc("q\xCC\x87\xCC\xA3")) << "marks in one order";
  EXPECT_EQ(to_nfc("\xE2\x84\xAB"), "\xC3\x85") << "the sign of the angstrom is a letter";
}

TEST(Unicode, WhatIsNotUtf8HasNoForm) {
  for (const char* good : {"", "plain", "Z\xC3\xBCrich", "\xF0\x9F\x94\x91"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const char* bad : {"\xFF", "a\xC3", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80"}) {
    EXPECT_FALSE(is_utf8(bad)) << bad;
    EXPECT_FALSE(to_nfc(bad)) << bad;
    EXPECT_FALSE(fold(bad)) << bad;
  }
}

TEST(Unicode, FoldingMakesSimilarTextsEqual) {
  EXPECT_EQ(fold("PassWord"), "password");
  EXPECT_EQ(fold("P\xC3\xA4ssw\xC3\xB6rd"), "password");
  EXPECT_EQ(fold("\xEF\xBC\xB0\xEF\xBD\x81\xEF\xBD\x93\xEF\xBD\x93"), "pass") << "full width";
  EXPECT_EQ(fold("pass\xE2\x80\x8Bword"), "password") << "a blank without width";
  EXPECT_EQ(fold("Stra\xC3\x9F"
                 "e"),
            "strasse");
}

TEST(Unicode, CodePointsAreCountedAndListed) {
  const std::string text = "a\xC3\xBC\xE2\x82\xAC\xF0\x9F\x94\x91";
  EXPECT_EQ(code_points_in(text), 4U);
  EXPECT_EQ(code_points_of(text), (std::vector<char32_t>{'a', 0xFC, 0x20AC, 0x1F511}));
}

TEST(Unicode, ControlsAreFound) {
  EXPECT_TRUE(holds_control(std::string_view("a\0b", 3)));
  EXPECT_TRUE(holds_control("a\x7F"));
  EXPECT_TRUE(holds_control("a\xC2\x85"));
  EXPECT_FALSE(holds_control("a \xC2\xA0\xF0\x9F\x94\x91"));
}

TEST(PasswordText, S34_D1_DecomposedAndComposedAreOnePassword) {
  EXPECT_EQ(*normal_password("Zu\xCC\x88rich am See"), *normal_password("Z\xC3\xBCrich am See"));
}

TEST(PasswordText, D1_BytesAreCountedAfterNfcAndNothingIsCut) {
  std::string decomposed;
  std::string composed;
  for (int i = 0; i < 500; ++i) {
    decomposed += "u\xCC\x88";
    composed += "\xC3\xBC";
  }
  ASSERT_GT(decomposed.size(), kPasswordBytesMax);
  EXPECT_EQ(*normal_password(decomposed), composed);
  EXPECT_EQ(normal_password(std::string(kPasswordBytesMax, 'x'))->size(), kPasswordBytesMax);
  EXPECT_EQ(normal_password(std::string(kPasswordBytesMax + 1, 'x')).error().code,
            ErrorCode::kLimitExceeded);
  EXPECT_EQ(normal_password("\xFFpassword").error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace gate::server
