// Asks for scopes, contexts and claims in every spelling. Nothing of it may come back signed (S10).

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/native_auth/test_server.h"

namespace gate::server::testing_support {
namespace {

using Words = std::vector<std::string>;

std::string upper(std::string text) {
  for (char& c : text) {
    c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  }
  return text;
}

/// Other spellings of a word. None of them is the word itself, and none is two words of a scope.
Words spellings(const std::string& word) {
  Words all = {upper(word)};
  std::string capital = word;
  capital[0] = upper(capital)[0];
  all.push_back(capital);
  std::string encoded = word;
  encoded.replace(encoded.size() - 1, 1, "%" + std::string("79"));
  all.push_back(encoded);
  for (const char* more :
       {"\t",       "\n",           "\r\n",         "\v", ",",  ";", "+", "%20", "%00", "/",
        "//",       "/..",          "/.",           "\\", "\"", "'", "*", "|",   ".",   "\x7f",
        "\xC2\xA0", "\xE2\x80\x8B", "\xE2\x80\x83", "x"}) {
    all.push_back(word + more);
    all.push_back(more + word);
  }
  all.push_back(word + std::string(1, '\0'));
  all.push_back("\"" + word + "\"");
  all.push_back("[\"" + word + "\"]");
  for (const char* glue : {",", ";", "\t", "\n", "%20", "|", "&", "\xC2\xA0"}) {
    all.push_back(word + glue + word);
  }
  all.push_back(word.substr(0, word.size() - 1));
  all.push_back(word.substr(1));
  return all;
}

/// Scopes of other clients and resources, and one that does not exist.
Words foreign_scopes() {
  return {"api://payments/refund",            // of the resource, and not for this client
          "api://payments/admin.everything",  // of no resource
          "api://payments/.default",
          "api://payments/*",
          "api://payments/",
          "api://payments",
          "api://payments/pay/pay",
          "api://payments//pay",
          "api://payments/./pay",
          "api://payments/x/../pay",
          "api:/payments/pay",
          "//payments/pay",
          "payments/pay",
          "pay",
          "/pay",
          "/",
          "retail-app/pay",
          std::string(TestServer::kClient) + "/pay",
          "api://ledger/entries.read",  // of another client
          "api://ledger/pay",           // of no resource
          "api://statements/pay",       // of another resource
          "api://payments/read",        // of another resource
          "api://payments/sell",        // of another tenant
          "api://shop/sell",            // of another tenant
          std::string(kDirectoryResource) + "/openid",
          std::string(kDirectoryResource) + "/.default",
          "https://graph.microsoft.com/.default",
          "User.Read",
          "phone",
          "address",
          "roles"};
}

Words hostile_scopes() {
  Words all = foreign_scopes();
  for (const char* word : {TestServer::kPay, "openid", "profile", "email", "offline_access"}) {
    const Words more = spellings(word);
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

std::string asking(const std::string& context) {
  return R"({"access_token":{"acrs":{"essential":true,"value":)" +
         boost::json::serialize(boost::json::value(context)) + "}}}";
}

std::string acrs_of(const Reply& reply) {
  const auto access = claims_of(reply.text("access_token"));
  const boost::json::value* acrs = access.if_contains("acrs");
  return acrs == nullptr ? "none" : boost::json::serialize(*acrs);
}

/// invalid_request: the form is refused already, because it has a control character.
void expect_refused(const Reply& reply, const std::string& scope) {
  const bool in_form = std::any_of(scope.begin(), scope.end(),
                                   [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; });
  EXPECT_EQ(reply.error(), in_form ? "invalid_request" : "invalid_scope") << scope;
  EXPECT_FALSE(reply.has_tokens()) << scope;
}

constexpr const char* kShop = "44444444-4444-4444-8444-444444444444";
constexpr const char* kShopClient = "55555555-5555-4555-8555-555555555555";

class ClaimsAttack : public testing::Test {
 protected:
  ClaimsAttack() {
    Provisioning shop;  // with a resource of the same audience, and one of its own
    shop.tenants = {{kShop, "Shop", "shop.example"}};
    shop.resources = {{kShop, "payments", "api://payments", {"sell"}, {"c2"}},
                      {kShop, "shop", "api://shop", {"sell"}, {"c1"}}};
    shop.clients = {
        {kShop, kShopClient, "shop-app", {}, false, {"api://payments/sell", "api://shop/sell"}}};
    server_.provision(shop);
  }
  Reply submit(const std::string& token, const std::string& scope) {
    return server_.post("/oauth2/v2.0/token", {{"continuation_token", token},
                                               {"grant_type", "password"},
                                               {"password", TestServer::kPassword},
                                               {"scope", scope}});
  }
  TestServer server_;
};

TEST_F(ClaimsAttack, S10_NoSpellingOfAScopeIsSigned) {
  const std::string token = server_.begin("amy");
  for (const std::string& scope : hostile_scopes()) {
    for (const std::string& asked : {scope, "openid " + scope, scope + " " + TestServer::kPay}) {
      expect_refused(submit(token, asked), asked);
    }
  }
  const Reply tokens = submit(
      token, std::string("  openid  openid ") + TestServer::kPay + "   " + TestServer::kPay + " ");
  ASSERT_EQ(tokens.status, 200) << "nothing was tried or used up";
  EXPECT_EQ(tokens.text("scope"), std::string("openid ") + TestServer::kPay);
  EXPECT_EQ(claims_of(tokens.text("access_token")).at("scp"), "pay");
}

TEST_F(ClaimsAttack, S10_AFormIsDecodedOnce) {
  const std::string token = server_.begin("amy");
  const auto raw = [&](const std::string& scope) {
    HttpRequest request =
        TestServer::form_request(std::string("/") + TestServer::kTenant + "/oauth2/v2.0/token",
                                 {{"client_id", TestServer::kClient},
                                  {"continuation_token", token},
                                  {"grant_type", "password"},
                                  {"password", TestServer::kPassword}});
    request.body += scope;
    return TestServer::read(server_.send(request));
  };
  EXPECT_EQ(raw("&scope=openid%2520profile").error(), "invalid_scope");
  EXPECT_EQ(raw("&scope=api%253A%252F%252Fpayments%252Fpay").error(), "invalid_scope");
  EXPECT_EQ(raw("&scope=openid%09profile").error(), "invalid_request");
  EXPECT_EQ(raw("&scope=openid&scope=profile").error(), "invalid_request");
  EXPECT_EQ(raw("&scope=openid&%73cope=profile").error(), "invalid_request");
  EXPECT_EQ(raw("&Scope=profile&scope=openid+%61pi%3A%2F%2Fpayments/p%61y").text("scope"),
            "openid api://payments/pay")
      << "these are the same letters, and a parameter of another name is ignored";
}

TEST_F(ClaimsAttack, S10_EveryGrantLooksAtItsScope) {
  const std::string token = server_.begin("amy");
  for (const char* grant : {"password", "oob", "mfa_oob", "continuation_token"}) {
    EXPECT_EQ(server_
                  .post("/oauth2/v2.0/token", {{"continuation_token", token},
                                               {"grant_type", grant},
                                               {"password", "x"},
                                               {"oob", "1"},
                                               {"scope", "api://payments/refund"}})
                  .error(),
              "invalid_scope")
        << grant;
  }
}

TEST_F(ClaimsAttack, S10_NoSpellingOfAScopeWidensARefresh) {
  const Reply narrow = server_.sign_in("openid offline_access");
  const std::string token = narrow.text("refresh_token");
  Words wider = hostile_scopes();
  wider.insert(wider.end(), {"profile", "email", TestServer::kPay, "api://statements/read"});
  for (const std::string& scope : wider) {
    for (const std::string& asked : {scope, "openid " + scope}) {
      expect_refused(server_.refresh(token, asked), asked);
    }
  }
  for (const char* nothing : {"", " ", "      "}) {
    EXPECT_EQ(server_.refresh(token, nothing).text("scope"), "openid offline_access")
        << "a blank scope is the scope of the sign-in, not a default";
  }
}

TEST_F(ClaimsAttack, S10_NoScopeCrossesTenants) {
  const auto post = [this](const char* endpoint, Params fields) {
    fields.emplace_back("client_id", kShopClient);
    HttpRequest request = TestServer::form_request(std::string("/") + kShop + endpoint, fields);
    return TestServer::read(server_.send(request));
  };
  const std::string token =
      post("/oauth2/v2.0/initiate",
           {{"username", "amy@shop.example"}, {"challenge_type", "oob password redirect"}})
          .token();
  const auto asks = [&](const char* scope) {
    return post("/oauth2/v2.0/token", {{"continuation_token", token},
                                       {"grant_type", "password"},
                                       {"password", "x"},
                                       {"scope", scope}})
        .error();
  };
  ASSERT_NE(token, "");
  EXPECT_EQ(asks("api://payments/sell"), "invalid_grant") << "its own: only the step is refused";
  for (const char* scope : {"api://payments/pay", "api://payments/refund", "api://statements/read",
                            "api://ledger/entries.read"}) {
    EXPECT_EQ(asks(scope), "invalid_scope") << scope;
  }
}

TEST_F(ClaimsAttack, S10_NoSpellingOfAContextIsSigned) {
  Words hostile = spellings("c1");
  hostile.insert(hostile.end(), {"c1 ", " c1", "c1 c2", "c3", "c9", "c01", "c1.0", "c", "", "root",
                                 "Payment", "urn:gatehouse:acr:two-factors", "*", "null",
                                 std::string(64, 'c'), std::string(65, 'c')});
  const std::string scope = std::string("openid offline_access ") + TestServer::kPay;
  const Reply tokens = server_.sign_in(scope);
  for (const std::string& context : hostile) {
    const std::string claims = asking(context);
    for (const Reply& refused : {server_.sign_in(scope, claims),
                                 server_.refresh(tokens.text("refresh_token"), scope, claims)}) {
      EXPECT_EQ(refused.error(), "invalid_request") << context;
      EXPECT_FALSE(refused.has_tokens()) << context;
    }
  }
  EXPECT_EQ(acrs_of(server_.sign_in(scope, asking("c1"))), R"(["c1"])");
  EXPECT_EQ(acrs_of(server_.refresh(tokens.text("refresh_token"), scope, asking("c2"))),
            R"(["c2"])");
}

TEST_F(ClaimsAttack, S10_NoFormOfAskingBringsMoreThanOneContextThatIsGranted) {
  const std::string scope = std::string("openid offline_access ") + TestServer::kPay;
  for (const char* claims :
       {R"({"access_token":{"acrs":{"value":"c1","value":"c9"}}})",
        R"({"access_token":{"acrs":{"value":"c9","value":"c1"}}})",
        R"({"access_token":{"acrs":{"value":"c1","values":["c9"]}}})",
        R"({"access_token":{"acrs":{"value":"c1"}},"access_token":{"acrs":{"value":"root"}}})",
        R"({"access_token":{"acrs":{"value":"c1"}, "ACRS":{"value":"root"}}})",
        R"({"access_token":{"acrs":{"values":["c1","c1"]}}})",
        R"({"access_token":{"acrs":{"values":[["c1"]]}}})",
        R"({"access_token":{"acrs":{"value":["c1"]}}})",
        R"({"access_token":{"acrs":{"value":{"value":"c1"}}}})",
        R"({"id_token":{"acrs":{"value":"root"}}})", R"({"userinfo":{"acrs":{"value":"root"}}})",
        R"({"acrs":{"value":"root"}})"}) {
    const Reply reply = server_.sign_in(scope, claims);
    const std::string acrs = reply.status == 200 ? acrs_of(reply) : "refused";
    EXPECT_TRUE(acrs == "refused" || acrs == "none" || acrs == R"(["c1"])") << claims << acrs;
    if (reply.status == 200) {
      EXPECT_FALSE(claims_of(reply.text("id_token")).contains("acrs")) << claims;
    }
  }
}

TEST_F(ClaimsAttack, S10_AContextIsOfTheResourcesThatUseIt) {
  for (const char* scope : {"openid", "openid api://statements/read", ""}) {
    for (const char* context : {"c1", "c2"}) {
      EXPECT_EQ(server_.sign_in(scope, asking(context)).code(), 900146) << scope << context;
    }
  }
  const Reply tokens = server_.sign_in(std::string("openid offline_access ") + TestServer::kPay);
  const std::string token = tokens.text("refresh_token");
  EXPECT_EQ(server_.refresh(token, "openid", asking("c1")).code(), 900146);
  EXPECT_EQ(acrs_of(server_.refresh(token, "", asking("c1"))), R"(["c1"])")
      << "without a scope it is for the resource of the sign-in";
}

TEST_F(ClaimsAttack, S10_OnlyTheDecisionGrantsAContext) {
  server_.decider.set(
      [](const SignInFacts& facts) { return facts.target == "c2" ? block() : allow(); });
  const std::string scope = std::string("openid offline_access ") + TestServer::kPay;
  EXPECT_EQ(server_.sign_in(scope, asking("c2")).error(), "access_denied");
  const Reply tokens = server_.sign_in(scope, asking("c1"));
  EXPECT_EQ(acrs_of(tokens), R"(["c1"])");
  const std::string token = tokens.text("refresh_token");
  EXPECT_EQ(server_.refresh(token, scope, asking("c2")).suberror(), "message_only");
  EXPECT_EQ(acrs_of(server_.refresh(token, scope)), "none") << "granted once, for one token";
}

TEST_F(ClaimsAttack, S10_AContextIsNotCarriedToAnotherResource) {
  server_.decider.set([](const SignInFacts& facts) { return require_two_methods(facts); });
  for (const auto& [scope, acrs] :
       std::vector<std::pair<std::string, std::string>>{{TestServer::kPay, R"(["c1"])"},
                                                        {"api://statements/read", "none"},
                                                        {"openid", "none"}}) {
    const Reply demanded = server_.sign_in(TestServer::kPay, asking("c1"));
    ASSERT_EQ(demanded.suberror(), "mfa_required");
    const Reply challenged = server_.challenge(demanded.token());
    const Reply tokens =
        server_.post("/oauth2/v2.0/token", {{"continuation_token", challenged.token()},
                                            {"grant_type", "mfa_oob"},
                                            {"oob", server_.last_code()},
                                            {"scope", scope}});
    ASSERT_EQ(tokens.status, 200) << scope;
    EXPECT_EQ(acrs_of(tokens), acrs) << scope;
  }
}

TEST_F(ClaimsAttack, S10_NoClaimThatIsAskedForIsSigned) {
  const std::string scope = std::string("openid offline_access ") + TestServer::kPay;
  const auto lasting = [](const std::string& jwt) {
    boost::json::object claims = claims_of(jwt);
    claims.erase("jti");
    claims.erase("sid");
    return boost::json::serialize(claims);
  };
  const Reply plain = server_.sign_in(scope);
  const auto expect_plain = [&](const Reply& asked, const std::string& claims) {
    ASSERT_EQ(asked.status, 200) << claims;
    EXPECT_EQ(lasting(asked.text("access_token")), lasting(plain.text("access_token"))) << claims;
    EXPECT_EQ(lasting(asked.text("id_token")), lasting(plain.text("id_token"))) << claims;
  };
  std::string token = plain.text("refresh_token");
  std::string last;
  for (const char* claim : {"roles",
                            "Roles",
                            "email",
                            "email_verified",
                            "scp",
                            "scope",
                            "aud",
                            "azp",
                            "ver",
                            "amr",
                            "acr",
                            "auth_time",
                            "sub",
                            "oid",
                            "tid",
                            "iss",
                            "exp",
                            "groups",
                            "wids",
                            "name",
                            "preferred_username",
                            "xms_cc",
                            "cnf",
                            "act",
                            "may_act",
                            "nonce"}) {
    for (const char* value :
         {R"({"essential":true,"value":"root"})", R"({"values":["root"]})", "null", R"("root")"}) {
      const std::string wish = std::string("{\"") + claim + "\":" + value + "}";
      const std::string claims =
          R"({"access_token":)" + wish + R"(,"id_token":)" + wish + R"(,"userinfo":)" + wish + "}";
      const Reply renewed = server_.refresh(token, scope, claims);
      expect_plain(renewed, claims);
      token = renewed.text("refresh_token");
      last = claims;
    }
    expect_plain(server_.sign_in(scope, last), last);
  }
}

}  // namespace
}  // namespace gate::server::testing_support
