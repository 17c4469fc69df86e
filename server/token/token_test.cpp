#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "server/crypto/aead.h"
#include "server/crypto/encoding.h"
#include "server/crypto/openssl_random.h"
#include "server/store/sqlite/sqlite_store.h"
#include "server/token/continuation_token.h"
#include "server/token/signing_keys.h"
#include "server/token/token_issuer.h"

namespace gate::server {
namespace {

constexpr Micros kNow = 1'800'000'000'000'000;
const std::string kFlow = "00112233445566778899aabbccddeeff";

TEST(ContinuationToken, T3_OpensForItsTenantAndClientAlone) {
  const ContinuationTokens tokens(Secret(Bytes(32, 1)));
  const std::string token = tokens.make("t1", "c1", {kFlow, 7});
  const auto claim = tokens.open("t1", "c1", token);
  ASSERT_TRUE(claim.has_value());
  EXPECT_EQ(claim->flow_id, kFlow);
  EXPECT_EQ(claim->gen, 7);
  EXPECT_FALSE(tokens.open("t2", "c1", token).has_value());
  EXPECT_FALSE(tokens.open("t1", "c2", token).has_value());
  EXPECT_FALSE(tokens.open("t1c", "1", token).has_value());
  EXPECT_FALSE(ContinuationTokens(Secret(Bytes(32, 2))).open("t1", "c1", token).has_value());
}

TEST(ContinuationToken, T3_NoSingleChangedCharacterIsAccepted) {
  const ContinuationTokens tokens(Secret(Bytes(32, 1)));
  const std::string token = tokens.make("t1", "c1", {kFlow, 7});
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string forged = token;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(tokens.open("t1", "c1", forged).has_value()) << i;
  }
  EXPECT_FALSE(tokens.open("t1", "c1", "").has_value());
  EXPECT_FALSE(tokens.open("t1", "c1", token + "AAAA").has_value());
}

class SigningKeysTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "gate-token-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    auto store =
        SqliteStore::open((folder_ / "gate.db").string(), Secret(Bytes(kAeadKeyBytes, 1)), random_);
    ASSERT_TRUE(store);
    store_ = std::move(store).value();
  }
  void TearDown() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  std::unique_ptr<SigningKeys> open(Micros now, std::uint8_t kek = 3) {
    auto keys = SigningKeys::open(*store_, random_, Secret(Bytes(kAeadKeyBytes, kek)), now);
    EXPECT_TRUE(keys) << keys.error().message;
    return std::move(keys).value();
  }
  static std::set<std::string> published(const SigningKeys& keys) {
    std::set<std::string> kids;
    const boost::json::value set = boost::json::parse(keys.jwks());
    for (const auto& key : set.at("keys").as_array()) {
      EXPECT_FALSE(key.as_object().contains("d")) << "a private key in the JWK set";
      kids.insert(std::string(key.at("kid").as_string()));
    }
    return kids;
  }

  std::filesystem::path folder_;
  OpensslRandom random_;
  std::unique_ptr<SqliteStore> store_;
};

TEST_F(SigningKeysTest, E7_TheFirstKeyStaysOverRestarts) {
  const std::string kid = open(kNow)->active()->jwk().kid;
  EXPECT_EQ(open(kNow + 1)->active()->jwk().kid, kid);
}

TEST_F(SigningKeysTest, E7_AKeyIsPublishedADayBeforeUseAndKeptUntilItsTokensAreDead) {
  const auto keys = open(kNow);
  const std::string first = keys->active()->jwk().kid;
  const Micros publish = kNow + SigningKeys::kRotateAfter - SigningKeys::kPublishedBeforeUse;
  ASSERT_TRUE(keys->maintain(publish - 1));
  EXPECT_EQ(published(*keys).size(), 1U);
  ASSERT_TRUE(keys->maintain(publish));
  EXPECT_EQ(published(*keys).size(), 2U);
  EXPECT_EQ(keys->active()->jwk().kid, first);
  ASSERT_TRUE(keys->maintain(publish + SigningKeys::kPublishedBeforeUse - 1));
  EXPECT_EQ(keys->active()->jwk().kid, first);
  const Micros swap = publish + SigningKeys::kPublishedBeforeUse;
  ASSERT_TRUE(keys->maintain(swap));
  EXPECT_NE(keys->active()->jwk().kid, first);
  EXPECT_TRUE(published(*keys).contains(first));
  ASSERT_TRUE(keys->maintain(swap + SigningKeys::kKeptAfterUse - 1));
  EXPECT_TRUE(published(*keys).contains(first));
  ASSERT_TRUE(keys->maintain(swap + SigningKeys::kKeptAfterUse));
  EXPECT_FALSE(published(*keys).contains(first));
}

TEST_F(SigningKeysTest, E7_AnEmergencyRollRemovesThePresentKeyAtOnce) {
  const auto keys = open(kNow);
  const std::string first = keys->active()->jwk().kid;
  ASSERT_TRUE(keys->roll_now(kNow));
  EXPECT_NE(keys->active()->jwk().kid, first);
  EXPECT_FALSE(published(*keys).contains(first));
}

TEST_F(SigningKeysTest, E7_PrivateKeysAreSealedAndAnotherKeyEncryptionKeyOpensNone) {
  {
    const auto keys = open(kNow);
  }
  const auto keys = SigningKeys::open(*store_, random_, Secret(Bytes(kAeadKeyBytes, 9)), kNow);
  ASSERT_FALSE(keys);
  EXPECT_EQ(keys.error().code, ErrorCode::kCorrupt);
}

boost::json::object part(const std::string& token, int index) {
  std::size_t begin = 0;
  for (int i = 0; i < index; ++i) {
    begin = token.find('.', begin) + 1;
  }
  const auto bytes = parse_base64url(token.substr(begin, token.find('.', begin) - begin));
  return boost::json::parse(std::string(bytes->begin(), bytes->end())).as_object();
}

TEST_F(SigningKeysTest, E1_E2_TokensCarryTheirClaimsTypeAndAVerifiableSignature) {
  const auto keys = open(kNow);
  User user;
  user.tenant_id = "t1";
  user.user_id = "amy-id";
  user.username = "amy@bank.example";
  Client client;
  client.client_id = "app-1";
  const Resource resource{"t1", "api://ledger", "ledger", {"read", "write"}, {"c1"}};
  SessionRecord session;
  session.sid = "s1";
  session.auth_time = kNow;
  session.completed = {{Method::kPassword, kNow, ""}, {Method::kSmsOtp, kNow, "ch"}};
  const auto tokens = sign_tokens(*keys, random_, "https://id.bank.example/t1/v2.0",
                                  {user, client, resource, session,
                                   "openid profile api://ledger/read", "c1", "amy@bank.example"},
                                  {}, kNow);
  ASSERT_TRUE(tokens);
  const std::size_t dot = tokens->access_token.rfind('.');
  const auto signature = parse_base64url(tokens->access_token.substr(dot + 1));
  EXPECT_TRUE(keys->active()->verify(tokens->access_token.substr(0, dot), *signature));

  EXPECT_EQ(part(tokens->access_token, 0).at("typ"), "at+jwt");
  EXPECT_EQ(part(tokens->access_token, 0).at("kid").as_string(), keys->active()->jwk().kid);
  const auto access = part(tokens->access_token, 1);
  for (const char* claim : {"iss", "sub", "aud", "exp", "iat", "jti", "client_id", "auth_time",
                            "acr", "amr", "scope", "scp", "azp", "ver", "sid", "tid", "oid"}) {
    EXPECT_TRUE(access.contains(claim)) << claim;
  }
  EXPECT_EQ(access.at("aud"), "api://ledger");
  EXPECT_EQ(boost::json::serialize(access.at("acrs")), R"(["c1"])");
  EXPECT_EQ(access.at("scope"), "api://ledger/read");
  EXPECT_EQ(access.at("scp"), "read");
  EXPECT_EQ(access.at("azp"), "app-1");
  EXPECT_EQ(access.at("exp").as_int64() - access.at("iat").as_int64(), 600) << "S11";
  const auto id = part(tokens->id_token, 1);
  EXPECT_EQ(id.at("aud"), "app-1");
  EXPECT_EQ(id.at("exp").as_int64() - id.at("iat").as_int64(), 600);
  EXPECT_EQ(boost::json::serialize(id.at("amr")), R"(["pwd","sms","mfa"])");
  EXPECT_EQ(id.at("acr").as_string(), kAcrTwoFactors);
  EXPECT_EQ(part(tokens->id_token, 0).at("typ"), "JWT") << "an ID token is no access token";
}

TEST(Amr, OneFactorTwiceIsStillOneFactor) {
  EXPECT_EQ(amr_of({{Method::kEmailOtp, 1, "a"}, {Method::kEmailOtp, 2, "b"}}),
            std::vector<std::string>{"otp"});
  EXPECT_EQ(acr_of({{Method::kEmailOtp, 1, "a"}}), kAcrSingleFactor);
}

}  // namespace
}  // namespace gate::server
