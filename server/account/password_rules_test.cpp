#include "server/account/password_rules.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/domain/unicode.h"

namespace gate::server {
namespace {

/// The list that Debian has, as operators get it.
const Blocklist& debian_list() {
  static const Blocklist list =
      std::move(Blocklist::load("/usr/lib/python3/dist-packages/zxcvbn/frequency_lists.py"))
          .value();
  return list;
}

PasswordRules rules_of_debian() {
  PasswordRules rules;
  rules.blocklist = debian_list();
  rules.product_words = {"Gatehouse"};
  return rules;
}

PasswordContext amy() {
  return {"amy.winter@bank.example", {"snowflake@mail.example"}, "Amy Winter", "Alpenbank"};
}

PasswordFault fault_of(const PasswordRules& rules, std::string_view password,
                       const PasswordContext& context = amy()) {
  const auto fault = check_password(rules, password, context);
  EXPECT_TRUE(fault) << password;
  return fault ? *fault : PasswordFault::kInvalid;
}

std::string repeated(std::string_view part, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) {
    text += part;
  }
  return text;
}

/// `count` different CJK characters, three bytes each.
std::string characters(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    const auto point = 0x4E00 + i * 7 % 5000;
    text += static_cast<char>(0xE0 | (point >> 12));
    text += static_cast<char>(0x80 | ((point >> 6) & 0x3F));
    text += static_cast<char>(0x80 | (point & 0x3F));
  }
  return text;
}

TEST(PasswordRules, D1_LengthIsCountedInCodePoints) {
  const PasswordRules rules;
  EXPECT_EQ(fault_of(rules, "kq7mzvx"), PasswordFault::kTooShort);
  EXPECT_EQ(fault_of(rules, "kq7mzvxw"), PasswordFault::kNone);
  EXPECT_EQ(fault_of(rules, characters(7)), PasswordFault::kTooShort) << "21 bytes";
  EXPECT_EQ(fault_of(rules, characters(8)), PasswordFault::kNone);
  EXPECT_EQ(fault_of(rules, characters(64)), PasswordFault::kNone);
  EXPECT_EQ(fault_of(rules, characters(256)), PasswordFault::kNone);
  EXPECT_EQ(fault_of(rules, characters(257)), PasswordFault::kTooLong);
  EXPECT_EQ(fault_of(rules, ""), PasswordFault::kTooShort);
}

TEST(PasswordRules, D1_TheMinimumCanBeRaisedAndNeverLowered) {
  PasswordRules rules;
  rules.min_length = 15;
  EXPECT_EQ(fault_of(rules, "kq7mzvxwpfhdgn"), PasswordFault::kTooShort);
  EXPECT_EQ(fault_of(rules, "kq7mzvxwpfhdgnb"), PasswordFault::kNone);
  rules.min_length = 1;
  EXPECT_EQ(fault_of(rules, "kq7mzvx"), PasswordFault::kTooShort);
}

TEST(PasswordRules, D1_BytesAreLimitedAsWell) {
  const PasswordRules rules;
  EXPECT_EQ(
      fault_of(rules,
               repeated("\xF0\x9F\x94\x91\xF0\x9F\x90\x8E\xF0\x9F\x94\x8B\xF0\x9F\x93\x8E", 65)),
      PasswordFault::kTooLong)
      << "260 code points and 1040 bytes";
  EXPECT_EQ(fault_of(rules, std::string(100'000, 'x')), PasswordFault::kTooLong);
}

TEST(PasswordRules, D1_NfcComesFirstSoThatMarksDoNotCount) {
  const PasswordRules rules;
  std::string decomposed;
  for (const char letter : {'a', 'e', 'i', 'o'}) {
    decomposed += letter;
    decomposed += "\xCC\x81";
  }
  EXPECT_EQ(code_points_in(decomposed), 8U);
  EXPECT_EQ(fault_of(rules, decomposed), PasswordFault::kTooShort) << "four letters";
}

TEST(PasswordRules, D1_NoKindOfCharacterIsDemanded) {
  const PasswordRules rules = rules_of_debian();
  EXPECT_EQ(fault_of(rules, "correct horse battery staple"), PasswordFault::kNone);
  EXPECT_EQ(fault_of(rules, "83920174650192"), PasswordFault::kNone);
  EXPECT_EQ(fault_of(rules, "xkqmzvwpfhd"), PasswordFault::kNone);
  EXPECT_EQ(fault_of(rules, "        kq7m  zvxw"), PasswordFault::kNone) << "blanks are kept";
}

TEST(PasswordRules, D1_WhatIsNoTextIsRefused) {
  const PasswordRules rules;
  EXPECT_EQ(fault_of(rules, "kq7mzvxw\xFF"), PasswordFault::kInvalid);
  EXPECT_EQ(fault_of(rules, std::string_view("kq7m\0zvxw", 9)), PasswordFault::kInvalid);
  EXPECT_EQ(fault_of(rules, "kq7m\tzvxw"), PasswordFault::kInvalid);
  EXPECT_EQ(fault_of(rules, "kq7mzvxw\x7F"), PasswordFault::kInvalid);
}

TEST(PasswordRules, D2_SequencesAndFewCharactersAreTooWeak) {
  const PasswordRules rules;
  for (const char* weak : {"aaaaaaaaaaaa", "abababababab", "abcdefghijkl", "987654321", "abcd1234",
                           "aaaabbbbcccc", "1234567890"}) {
    EXPECT_EQ(fault_of(rules, weak), PasswordFault::kTooWeak) << weak;
  }
}

TEST(PasswordRules, D2_TheListOfDebianIsLongEnough) {
  EXPECT_GE(debian_list().size(), kBlocklistWordsMin);
  for (const char* common : {"123456", "password", "qwertyuiop", "1qaz2wsx", "trustno1"}) {
    EXPECT_TRUE(debian_list().holds(common)) << common;
  }
}

TEST(PasswordRules, D2_CommonPasswordsAreFoundInEveryDress) {
  const PasswordRules rules = rules_of_debian();
  for (const char* common : {"password",
                             "PASSWORD",
                             "Password1",
                             "P@ssword2026!",
                             "P@55w0rd!",
                             "pa$$word1234",
                             "!!password!!",
                             "passwordpassword",
                             "Passw0rdPassw0rd1",
                             "qwertyuiop",
                             "1qaz2wsx",
                             "Sunshine2026",
                             "l3tmein!",
                             "|etmein2026",
                             "iloveyou1!",
                             "Footba11",
                             "trustno1",
                             "P\xC3\xA4ssw\xC3\xB6rd",
                             "\xEF\xBC\xB0"
                             "assword",
                             "2026-password",
                             "superman12!"}) {
    EXPECT_EQ(fault_of(rules, common), PasswordFault::kBanned) << common;
  }
}

TEST(PasswordRules, D2_ACommonWordIsNoFaultInALongPassword) {
  const PasswordRules rules = rules_of_debian();
  for (const char* fine : {"password manager in the cellar", "sunshine over gravel",
                           "love8392017465019", "dragon-velvet-anchor"}) {
    EXPECT_EQ(fault_of(rules, fine), PasswordFault::kNone) << fine;
  }
}

TEST(PasswordRules, D2_WordsOfTheContextDoNotCarryAPassword) {
  const PasswordRules rules = rules_of_debian();
  for (const char* known : {"amywinter2026", "AmyWinter!", "w1nter-amy-7", "Alpenbank2026!",
                            "alp3nb4nk123", "xy-Alpenbank", "snowflake99!", "Gatehouse2026",
                            "g4teh0use!!", "winter@bank", "bank-bank-bank-1"}) {
    EXPECT_EQ(fault_of(rules, known), PasswordFault::kBanned) << known;
  }
  EXPECT_EQ(fault_of(rules, "alpenbank velvet anchor"), PasswordFault::kNone)
      << "the rest is enough";
  EXPECT_EQ(fault_of(rules, "Alpenbank2026!", {}), PasswordFault::kNone) << "another account";
}

TEST(PasswordRules, D2_ContextIsFoldedLikeThePassword) {
  PasswordContext context;
  context.display_name = "J\xC3\xBCrgen \xC3\x96sterle";
  EXPECT_EQ(fault_of(rules_of_debian(), "sterle-jurg-7", context), PasswordFault::kNone);
  EXPECT_EQ(fault_of(rules_of_debian(), "jurgen-osterle", context), PasswordFault::kBanned);
  EXPECT_EQ(fault_of(rules_of_debian(), "J\xC3\xBCrgen-\xC3\x96sterle", context),
            PasswordFault::kBanned);
}

TEST(PasswordRules, D2_AContextThatIsHugeOrBrokenIsBounded) {
  PasswordContext context;
  context.username = std::string(100'000, '@');
  context.display_name = repeated("word ", 20'000);
  context.tenant_name = "\xFF\xFE";
  EXPECT_EQ(fault_of(rules_of_debian(), "kq7mzvxwpfhd", context), PasswordFault::kNone);
}

struct FixedAnswer final : BreachedPasswords {
  explicit FixedAnswer(Result<bool> fixed) : answer(std::move(fixed)) {}
  Result<bool> holds(const Sha1Digest& hash) const override {
    asked = hash;
    return answer;
  }
  Result<bool> answer;
  mutable Sha1Digest asked{};
};

TEST(PasswordRules, D2_ABreachedPasswordIsBannedAndAskedForInNfc) {
  PasswordRules rules;
  const auto answer = std::make_shared<FixedAnswer>(true);
  rules.breached = answer;
  EXPECT_EQ(fault_of(rules, "kq7mzvxwu\xCC\x88"), PasswordFault::kBanned);
  EXPECT_EQ(answer->asked, sha1(as_bytes("kq7mzvxw\xC3\xBC")));
  rules.breached = std::make_shared<FixedAnswer>(false);
  EXPECT_EQ(fault_of(rules, "kq7mzvxwpf"), PasswordFault::kNone);
}

TEST(PasswordRules, D2_ASetThatDoesNotAnswerAcceptsNothing) {
  PasswordRules rules;
  rules.breached = std::make_shared<FixedAnswer>(Error{ErrorCode::kUnavailable, "no disk"});
  EXPECT_EQ(check_password(rules, "kq7mzvxwpf", amy()).error().code, ErrorCode::kUnavailable);
}

TEST(PasswordRules, EveryFaultHasAText) {
  for (const PasswordFault fault :
       {PasswordFault::kTooShort, PasswordFault::kTooLong, PasswordFault::kTooWeak,
        PasswordFault::kBanned, PasswordFault::kInvalid}) {
    EXPECT_FALSE(describe(fault, {}).empty());
  }
  EXPECT_TRUE(describe(PasswordFault::kNone, {}).empty());
  PasswordRules rules;
  rules.min_length = 15;
  EXPECT_EQ(describe(PasswordFault::kTooShort, rules), "the password has fewer than 15 characters");
}

TEST(Blocklist, D2_ReadsLinesCommasAndQuotes) {
  const Blocklist list = Blocklist::of("One\r\ntwo,THREE\n\"four,five\"\n\n,two\n\xFF\xFE\n");
  EXPECT_EQ(list.size(), 5U);
  for (const char* word : {"one", "two", "three", "four", "five"}) {
    EXPECT_TRUE(list.holds(word)) << word;
  }
  EXPECT_FALSE(list.holds("six"));
  EXPECT_FALSE(list.holds(""));
  EXPECT_FALSE(Blocklist().holds("one"));
}

TEST(Blocklist, D2_AMissingOrShortFileIsAnError) {
  EXPECT_NE(
      Blocklist::load("/nowhere/words").error().message.find("/nowhere/words: cannot be read"),
      std::string::npos);
  EXPECT_FALSE(Blocklist::load("/usr"));
  const auto short_list = Blocklist::load(GATE_SOURCE_DIR "/README.md");
  ASSERT_FALSE(short_list);
  EXPECT_NE(short_list.error().message.find("at least 10000"), std::string::npos);
}

}  // namespace
}  // namespace gate::server
