#include "server/app/password_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gate::server {
namespace {

using ::testing::HasSubstr;

TEST(PasswordSettings, D2_TheDefaultsHoldAListOfCommonPasswords) {
  const auto rules = load_password_rules(Config{});
  ASSERT_TRUE(rules) << rules.error().message;
  EXPECT_GE(rules->blocklist.size(), kBlocklistWordsMin);
  EXPECT_EQ(rules->min_length, 8U);
  EXPECT_EQ(*check_password(*rules, "P@ssword2026!", {}), PasswordFault::kBanned);
}

TEST(PasswordSettings, D1_D2_EveryKeyIsUsed) {
  Config config;
  config.passwords_min_length = 15;
  config.passwords_product_words = {"Edelweiss"};
  const auto rules = load_password_rules(config);
  ASSERT_TRUE(rules);
  EXPECT_EQ(*check_password(*rules, "kq7mzvxwpfhdgn", {}), PasswordFault::kTooShort);
  EXPECT_EQ(*check_password(*rules, "my edelweiss xk", {}), PasswordFault::kBanned);
}

TEST(PasswordSettings, D2_AMissingFileIsAnErrorThatNamesItsKey) {
  Config config;
  config.passwords_blocklist_file = "/nowhere/words";
  EXPECT_THAT(load_password_rules(config).error().message,
              HasSubstr("passwords.blocklist_file: /nowhere/words: cannot be read"));
  config = {};
  config.passwords_breached_file = "/nowhere/hashes";
  EXPECT_THAT(load_password_rules(config).error().message,
              HasSubstr("passwords.breached_file: /nowhere/hashes: cannot be read"));
}

}  // namespace
}  // namespace gate::server
