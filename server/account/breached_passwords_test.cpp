#include "server/account/breached_passwords.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace gate::server {
namespace {

std::string hex(const Sha1Digest& hash) {
  std::string text;
  for (const std::uint8_t byte : hash) {
    text += "0123456789ABCDEF"[byte >> 4];
    text += "0123456789ABCDEF"[byte & 15];
  }
  return text;
}

Sha1Digest hash_of(int number) {
  return sha1(as_bytes("password " + std::to_string(number)));
}

class BreachedPasswordsTest : public testing::Test {
 protected:
  BreachedPasswordsTest()
      : folder_(testing::TempDir() + "breached-" + std::to_string(getpid()) + "-" +
                testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::create_directories(folder_);
  }
  ~BreachedPasswordsTest() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ + "/" + name, std::ios::binary) << text;
    return folder_ + "/" + name;
  }

  std::string folder_;
};

TEST(Sha1, AgreesWithFips180) {
  EXPECT_EQ(hex(sha1(as_bytes("abc"))), "A9993E364706816ABA3E25717850C26C9CD0D89D");
}

TEST_F(BreachedPasswordsTest, D2_EveryLineIsFoundAndNothingElse) {
  for (const int count : {1, 2, 3, 10, 257}) {
    for (const char* end : {"\n", "\r\n"}) {
      std::vector<std::string> lines;
      for (int i = 0; i < count; ++i) {
        lines.push_back(hex(hash_of(i)) + ":" +
                        std::string(static_cast<std::size_t>(1 + i % 7), '9'));
      }
      std::sort(lines.begin(), lines.end());
      std::string text;
      for (const std::string& line : lines) {
        text += line + end;
      }
      for (const bool cut : {false, true}) {
        const auto set = open_breached_passwords(
            write("set.txt", cut ? text.substr(0, text.find_last_not_of("\r\n") + 1) : text));
        ASSERT_TRUE(set) << set.error().message;
        for (int i = 0; i < 2 * count; ++i) {
          const auto held = (*set)->holds(hash_of(i));
          ASSERT_TRUE(held) << held.error().message;
          EXPECT_EQ(*held, i < count) << i << " of " << count;
        }
      }
    }
  }
}

TEST_F(BreachedPasswordsTest, D2_ACountOf0IsPadding) {
  const auto set = open_breached_passwords(write("set.txt", hex(hash_of(1)) + ":0\n"));
  ASSERT_TRUE(set);
  EXPECT_FALSE(*(*set)->holds(hash_of(1)));
}

TEST_F(BreachedPasswordsTest, D2_AFolderOfRangesIsRead) {
  const std::string digits = hex(hash_of(1));
  write("00000.txt", std::string(35, '0') + ":1\n");
  write("FFFFF.txt", std::string(35, 'F') + ":1\r\n");
  write(digits.substr(0, 5) + ".txt", digits.substr(5) + ":3\r\n");
  const auto set = open_breached_passwords(folder_);
  ASSERT_TRUE(set) << set.error().message;
  EXPECT_TRUE(*(*set)->holds(hash_of(1)));
  Sha1Digest neighbour = hash_of(1);
  neighbour.back() ^= 1;
  EXPECT_FALSE(*(*set)->holds(neighbour));
  EXPECT_EQ((*set)->holds(hash_of(2)).error().code, ErrorCode::kUnavailable)
      << "a range that is missing is not a range without passwords";
}

TEST_F(BreachedPasswordsTest, D2_WhatIsNoSuchSetIsRefused) {
  const std::string line = hex(hash_of(1)) + ":1\n";
  EXPECT_FALSE(open_breached_passwords(folder_ + "/none"));
  EXPECT_FALSE(open_breached_passwords(folder_)) << "an empty folder";
  for (const std::string& text :
       {std::string(), std::string("\n"), std::string("password\n"), line.substr(1), "0" + line,
        hex(hash_of(1)) + "\n", hex(hash_of(1)) + ":\n", hex(hash_of(1)) + ":1x\n",
        "a" + line.substr(1), hex(hash_of(1)) + ":" + std::string(60, '1') + "\n"}) {
    EXPECT_FALSE(open_breached_passwords(write("set.txt", text))) << text;
  }
}

TEST_F(BreachedPasswordsTest, D2_ADamagedLineIsAnErrorAndNoMiss) {
  std::vector<std::string> lines;
  for (int i = 0; i < 100; ++i) {
    lines.push_back(hex(hash_of(i)) + ":1");
  }
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) {
    text += line + "\n";
  }
  std::fill(text.begin() + 2000, text.begin() + 2400, '#');
  const auto set = open_breached_passwords(write("set.txt", text));
  ASSERT_TRUE(set);
  int errors = 0;
  for (int i = 0; i < 100; ++i) {
    const auto held = (*set)->holds(hash_of(i));
    if (!held) {
      EXPECT_EQ(held.error().code, ErrorCode::kCorrupt);
      ++errors;
    } else {
      EXPECT_TRUE(*held) << "a line that is there is found or the damage is reported: " << i;
    }
  }
  EXPECT_GT(errors, 0);
}

}  // namespace
}  // namespace gate::server
