#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "server/crypto/aead.h"
#include "server/crypto/encoding.h"
#include "server/crypto/es256.h"
#include "server/crypto/hmac.h"
#include "server/crypto/openssl_random.h"

namespace gate::server {
namespace {

TEST(Hmac, AgreesWithRfc4231Case2) {
  EXPECT_EQ(hex(hmac_sha256_raw(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Hmac, ListsOfPartsNeverCollideByConcatenation) {
  const auto key = as_bytes("key");
  EXPECT_NE(hmac_sha256(key, {as_bytes("ab"), as_bytes("c")}),
            hmac_sha256(key, {as_bytes("a"), as_bytes("bc")}));
}

TEST(Sha256, AgreesWithFips180) {
  EXPECT_EQ(hex(sha256(as_bytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(ConstantTime, C7_DiffersByContentAndByLength) {
  EXPECT_TRUE(equal_constant_time(as_bytes("12345678"), as_bytes("12345678")));
  EXPECT_FALSE(equal_constant_time(as_bytes("12345678"), as_bytes("12345679")));
  EXPECT_FALSE(equal_constant_time(as_bytes("12345678"), as_bytes("1234567")));
}

TEST(Base64Url, AgreesWithRfc4648AndRefusesEverySecondSpelling) {
  EXPECT_EQ(base64url("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64url("fooba"), "Zm9vYmE");
  for (std::size_t size = 0; size < 40; ++size) {
    const std::string text(size, '\xFB');
    const auto parsed = parse_base64url(base64url(text));
    ASSERT_TRUE(parsed.has_value());
    EXPECT_EQ(std::string(parsed->begin(), parsed->end()), text);
  }
  EXPECT_FALSE(parse_base64url("Zm9vYmE=").has_value());
  EXPECT_FALSE(parse_base64url("Zm9vYmF").has_value()) << "spare bits are set";
  EXPECT_FALSE(parse_base64url("Zm9+").has_value());
  EXPECT_FALSE(parse_base64url("Z").has_value());
}

TEST(Aead, OpensWhatItSealedAndNothingElse) {
  OpensslRandom random;
  const Bytes key(kAeadKeyBytes, 7);
  const Bytes other(kAeadKeyBytes, 8);
  const auto sealed = seal(random, key, "row 1", as_bytes("12345678"));
  ASSERT_TRUE(sealed);
  const auto opened = open_sealed(key, "row 1", *sealed);
  ASSERT_TRUE(opened);
  EXPECT_TRUE(equal_constant_time(opened->bytes(), as_bytes("12345678")));
  EXPECT_EQ(open_sealed(key, "row 2", *sealed).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(open_sealed(other, "row 1", *sealed).error().code, ErrorCode::kCorrupt);
  for (std::size_t i = 0; i < sealed->size(); ++i) {
    Bytes damaged = *sealed;
    damaged[i] ^= 1U;
    EXPECT_FALSE(open_sealed(key, "row 1", damaged));
  }
  EXPECT_FALSE(open_sealed(key, "row 1", ByteSpan(*sealed).first(27)));
}

TEST(Es256, SignsWhatItVerifiesAndSurvivesStorage) {
  const auto key = Es256Key::generate();
  ASSERT_TRUE(key);
  const auto signature = key->sign("header.payload");
  ASSERT_TRUE(signature);
  EXPECT_EQ(signature->size(), 64U);
  EXPECT_TRUE(key->verify("header.payload", *signature));
  EXPECT_FALSE(key->verify("header.payloae", *signature));
  Bytes damaged = *signature;
  damaged[63] ^= 1U;
  EXPECT_FALSE(key->verify("header.payload", damaged));

  const auto der = key->private_der();
  ASSERT_TRUE(der);
  const auto again = Es256Key::from_private_der(der->bytes());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->jwk().kid, key->jwk().kid);
  EXPECT_TRUE(again->verify("header.payload", *signature));
  EXPECT_EQ(Es256Key::from_private_der(der->bytes().first(20)).error().code, ErrorCode::kCorrupt);
}

TEST(Es256, E7_KidIsTheRfc7638ThumbprintOfTheRequiredMembersInOrder) {
  const auto key = Es256Key::generate();
  ASSERT_TRUE(key);
  const std::string members =
      R"({"crv":"P-256","kty":"EC","x":")" + key->jwk().x + R"(","y":")" + key->jwk().y + R"("})";
  EXPECT_EQ(key->jwk().kid, base64url(ByteSpan(sha256(as_bytes(members)))));
  EXPECT_EQ(parse_base64url(key->jwk().x)->size(), 32U);
}

TEST(RandomGuid, IsVersionFourAndDoesNotRepeat) {
  OpensslRandom random;
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const auto id = random_guid(random);
    ASSERT_TRUE(id);
    EXPECT_EQ(id->size(), 36U);
    EXPECT_EQ((*id)[14], '4');
    EXPECT_TRUE(seen.insert(*id).second);
  }
}

TEST(Randomness, A2_NoSourceOfTheServerUsesAnyGeneratorButOpenssls) {
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(std::string(GATE_SOURCE_DIR) + "/server")) {
    const std::string path = entry.path().string();
    if (!entry.is_regular_file() || path.find("_test.") != std::string::npos) {
      continue;
    }
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    for (const char* banned : {"std::random_device", "std::mt19937", "std::rand", "arc4random",
                               "getrandom", "drand48", "RAND_pseudo_bytes"}) {
      EXPECT_EQ(text.str().find(banned), std::string::npos) << banned << " in " << path;
    }
    if (path.find("openssl_random.cpp") == std::string::npos &&
        path.find("crypto_test") == std::string::npos) {
      EXPECT_EQ(text.str().find("RAND_bytes("), std::string::npos) << path;
    }
  }
}

}  // namespace
}  // namespace gate::server
