#include <gtest/gtest.h>

#include <array>
#include <string>

#include "server/crypto/openssl_random.h"
#include "server/factor/code.h"
#include "server/factor/password.h"

namespace gate::server {
namespace {

struct BrokenRandom final : Random {
  Result<void> fill(std::span<std::byte> /*out*/) override {
    return Error{ErrorCode::kUnavailable, "no randomness"};
  }
};

/// Returns a fixed byte.
struct ConstantRandom final : Random {
  explicit ConstantRandom(std::uint8_t first) : next(first) {}
  Result<void> fill(std::span<std::byte> out) override {
    for (std::byte& byte : out) {
      byte = static_cast<std::byte>(next++);
    }
    return {};
  }
  std::uint8_t next;
};

TEST(Code, A1_LengthIsFixedAndDigitsAreUniformOver100000Codes) {
  OpensslRandom random;
  constexpr int kCodes = 100'000;
  constexpr int kDigits = 8;
  std::array<std::array<int, 10>, kDigits> counts{};
  for (int i = 0; i < kCodes; ++i) {
    const auto code = make_code(random, kDigits);
    ASSERT_TRUE(code);
    ASSERT_EQ(code->size(), std::size_t{kDigits});
    for (std::size_t d = 0; d < code->size(); ++d) {
      ++counts[d][static_cast<std::size_t>((*code)[d] - '0')];
    }
  }
  for (const auto& position : counts) {
    double chi_square = 0;
    constexpr double kExpected = kCodes / 10.0;
    for (const int count : position) {
      chi_square += (count - kExpected) * (count - kExpected) / kExpected;
    }
    EXPECT_LT(chi_square, 40.0);  // 9 degrees of freedom: about one run in 100,000 is above
  }
}

TEST(Code, A1_BytesThatWouldFavourLowDigitsAreRejected) {
  ConstantRandom random(250);  // 250..255 must be skipped, then 0, 1, 2 ...
  EXPECT_EQ(*make_code(random, 6), "012345");
}

TEST(Code, A2_NoRandomnessNoCode) {
  BrokenRandom random;
  EXPECT_EQ(make_code(random, 8).error().code, ErrorCode::kUnavailable);
}

TEST(Code, A6_EqualCodesOfTwoChallengesHaveDifferentMacs) {
  const auto pepper = as_bytes("pepper");
  EXPECT_NE(code_mac(pepper, "c1", "12345678"), code_mac(pepper, "c2", "12345678"));
  EXPECT_NE(code_mac(pepper, "c1", "12345678"), code_mac(as_bytes("other"), "c1", "12345678"));
  EXPECT_EQ(code_mac(pepper, "c1", "12345678"), code_mac(pepper, "c1", "12345678"));
}

class PasswordTest : public testing::Test {
 protected:
  OpensslRandom random_;
  PasswordHasher hasher_{Secret(as_bytes("pepper")), random_};
};

TEST_F(PasswordTest, D3_IsArgon2idAtTheLeastCostAllowedAndSaltedFresh) {
  const auto first = hasher_.hash("correct horse battery staple");
  const auto second = hasher_.hash("correct horse battery staple");
  ASSERT_TRUE(first && second);
  EXPECT_TRUE(first->starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << *first;
  EXPECT_NE(*first, *second);
  EXPECT_TRUE(hasher_.verify(*first, "correct horse battery staple"));
  EXPECT_FALSE(hasher_.verify(*first, "correct horse battery stapl"));
  EXPECT_FALSE(hasher_.verify("", "correct horse battery staple"));
}

TEST_F(PasswordTest, D3_AnotherPepperVerifiesNothing) {
  const auto encoded = hasher_.hash("secret");
  ASSERT_TRUE(encoded);
  const PasswordHasher other(Secret(as_bytes("other")), random_);
  EXPECT_FALSE(other.verify(*encoded, "secret"));
}

TEST_F(PasswordTest, D1_NothingIsTruncated) {
  const std::string longest(kPasswordBytesMax, 'x');
  const auto encoded = hasher_.hash(longest);
  ASSERT_TRUE(encoded);
  EXPECT_TRUE(hasher_.verify(*encoded, longest));
  EXPECT_FALSE(hasher_.verify(*encoded, longest + "x"));
  EXPECT_EQ(hasher_.hash(longest + "x").error().code, ErrorCode::kLimitExceeded);
}

TEST_F(PasswordTest, S34_D1_AnNfdPasswordIsTheNfcPassword) {
  const std::string nfc = "Z\xC3\xBCrich am See";
  const std::string nfd = "Zu\xCC\x88rich am See";
  ASSERT_NE(nfc, nfd);
  const auto of_nfc = hasher_.hash(nfc);
  const auto of_nfd = hasher_.hash(nfd);
  ASSERT_TRUE(of_nfc && of_nfd);
  EXPECT_TRUE(hasher_.verify(*of_nfc, nfd));
  EXPECT_TRUE(hasher_.verify(*of_nfd, nfc));
  EXPECT_FALSE(hasher_.verify(*of_nfc, "Zurich am See")) << "a mark is not ignored";
  EXPECT_FALSE(hasher_.verify(*of_nfc, "z\xC3\xBCrich am see")) << "nor is case";
}

TEST_F(PasswordTest, S34_WhatIsNotUtf8IsRefusedAndMatchesNothing) {
  const std::string bad = "correct horse \xFF";
  EXPECT_EQ(hasher_.hash(bad).error().code, ErrorCode::kInvalidArgument);
  const auto encoded = hasher_.hash("correct horse ");
  ASSERT_TRUE(encoded);
  EXPECT_FALSE(hasher_.verify(*encoded, bad));
}

TEST_F(PasswordTest, D3_ARaisedCostIsNoticed) {
  const auto encoded = hasher_.hash("secret");
  ASSERT_TRUE(encoded);
  EXPECT_FALSE(hasher_.is_outdated(*encoded));
  const PasswordHasher dearer(Secret(as_bytes("pepper")), random_, {32 * 1024, 2, 1});
  EXPECT_TRUE(dearer.is_outdated(*encoded));
  EXPECT_TRUE(dearer.verify(*encoded, "secret"));
}

}  // namespace
}  // namespace gate::server
