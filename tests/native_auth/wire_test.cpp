// The wire, apart from flows: parameters, errors, headers, CORS, keys, refresh tokens.

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "tests/native_auth/test_server.h"

namespace gate::server::testing_support {
namespace {

class Wire : public testing::Test {
 protected:
  static std::string path(const std::string& rest) {
    return std::string("/") + TestServer::kTenant + rest;
  }
  Reply raw(HttpRequest request) { return TestServer::read(server_.send(request)); }
  HttpRequest initiate_request() {
    return TestServer::form_request(path("/oauth2/v2.0/initiate"),
                                    {{"client_id", TestServer::kClient},
                                     {"username", "ben@bank.example"},
                                     {"challenge_type", "oob redirect"}});
  }
  TestServer server_;
};

TEST_F(Wire, EveryErrorIsAJsonObjectWithItsIds) {
  const Reply reply = server_.initiate("not an address");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.error(), "invalid_request");
  EXPECT_EQ(reply.code(), 90100);
  EXPECT_NE(reply.text("error_description").find("username parameter is empty or not valid"),
            std::string::npos);
  EXPECT_EQ(reply.text("timestamp").size(), 20U);
  EXPECT_EQ(reply.text("trace_id").size(), 36U);
  EXPECT_EQ(reply.text("correlation_id"), "0a1b2c3d-0000-4000-8000-000000000001");
  EXPECT_EQ(reply.headers.at("client-request-id"), "0a1b2c3d-0000-4000-8000-000000000001");
  EXPECT_EQ(reply.headers.at("x-ms-request-id"), "0a1b2c3d-0000-4000-8000-000000000001");
}

TEST_F(Wire, ARequestIdThatIsNoIdIsNotEchoed) {
  HttpRequest request = initiate_request();
  request.headers[1].second = "a\r\nset-cookie: b";
  EXPECT_EQ(raw(request).headers.at("client-request-id").size(), 36U);
}

TEST_F(Wire, UnknownTenantsClientsRoutesAndMethodsHaveTheirOwnErrors) {
  HttpRequest request = initiate_request();
  request.path = "/other.example/oauth2/v2.0/initiate";
  EXPECT_EQ(raw(request).code(), 90002);
  EXPECT_EQ(server_.post("/oauth2/v2.0/initiate", {{"client_id", "unknown"}}).error(),
            "unauthorized_client");
  EXPECT_EQ(server_.post("/oauth2/v2.0/initiate", {{"client_id", ""}}).code(), 90100);
  for (const char* unknown : {"/signup/v1.0/stop", "/oauth2/v2.0/authorize", "", "/"}) {
    EXPECT_EQ(server_.post(unknown, {}).status, 404) << unknown;
  }
  request = initiate_request();
  request.method = "GET";
  EXPECT_EQ(raw(request).status, 405);
  request.path = "no-slash";
  EXPECT_EQ(raw(request).status, 404);
}

TEST_F(Wire, ChallengeTypesHaveToBeKnownAndToIncludeRedirect) {
  for (const char* bad : {"oob password", "", "oob voice redirect"}) {
    const Reply reply = server_.post("/oauth2/v2.0/initiate",
                                     {{"username", "ben@bank.example"}, {"challenge_type", bad}});
    EXPECT_EQ(reply.error(), "unsupported_challenge_type") << bad;
    EXPECT_NE(reply.text("error_description")
                  .find("The challenge_type list parameter contains an unsupported challenge type"),
              std::string::npos);
  }
}

TEST_F(Wire, C8_MalformedBodiesAreRefused) {
  HttpRequest request = initiate_request();
  request.body += "&username=amy%40bank.example";
  EXPECT_EQ(raw(request).error(), "invalid_request") << "duplicated parameter";
  request.body = "client_id=%";
  EXPECT_EQ(raw(request).error(), "invalid_request");
  request.body = std::string(16 * 1024 + 1, 'a');
  EXPECT_EQ(raw(request).error(), "invalid_request");
  request = initiate_request();
  request.headers[0].second = "application/json";
  EXPECT_EQ(raw(request).error(), "invalid_request");
  request.headers[0].second = "application/x-www-form-urlencoded;charset=utf-8";
  EXPECT_EQ(raw(request).status, 200);
}

TEST_F(Wire, C8_ClaimsAreReadToADepthOf32) {
  const auto claims = [this](const std::string& text) {
    return server_.post(
        "/oauth2/v2.0/token",
        {{"grant_type", "refresh_token"}, {"refresh_token", "x"}, {"claims", text}});
  };
  const auto nested = [](int depth) {
    std::string text = R"({"a":)";
    for (int i = 1; i < depth; ++i) {
      text += "[";
    }
    for (int i = 1; i < depth; ++i) {
      text += "]";
    }
    return text + "}";
  };
  EXPECT_EQ(claims("{").code(), 900146);
  EXPECT_EQ(claims("[]").code(), 900146);
  EXPECT_EQ(claims(R"({"id_token":{"login_hint":{}}})").suberror(), "bad_token");
  EXPECT_EQ(claims(nested(40)).code(), 900146);
}

TEST_F(Wire, AContextThatIsAskedForInAWayThatIsNotUnderstoodIsRefused) {
  for (const char* claims :
       {R"({"access_token":{"acrs":"c1"}})", R"({"access_token":{"acrs":["c1"]}})",
        R"({"access_token":{"acrs":{"essential":true}}})",
        R"({"access_token":{"acrs":{"values":["c1","c2"]}}})"}) {
    EXPECT_EQ(server_
                  .post("/oauth2/v2.0/token", {{"continuation_token", "x"},
                                               {"grant_type", "oob"},
                                               {"oob", "1"},
                                               {"claims", claims}})
                  .code(),
              900146)
        << claims;
  }
}

TEST_F(Wire, C9_NothingMayBeStored) {
  const Reply done = server_.first_factor("ben");
  ASSERT_EQ(done.status, 200);
  EXPECT_EQ(done.headers.at("cache-control"), "no-store");
  EXPECT_EQ(server_.initiate("").headers.at("cache-control"), "no-store");
}

TEST_F(Wire, C9_OnlyListedOriginsAreLetInAndOnErrorsToo) {
  HttpRequest preflight = initiate_request();
  preflight.method = "OPTIONS";
  preflight.body.clear();
  preflight.headers = {{"origin", TestServer::kOrigin},
                       {"access-control-request-method", "POST"},
                       {"access-control-request-headers", "client-request-id,x-client-sku"}};
  Reply reply = raw(preflight);
  EXPECT_EQ(reply.status, 204);
  EXPECT_EQ(reply.headers.at("access-control-allow-origin"), TestServer::kOrigin);
  EXPECT_EQ(reply.headers.at("access-control-allow-headers"), "client-request-id,x-client-sku");
  preflight.headers[0].second = "https://evil.example";
  EXPECT_FALSE(raw(preflight).headers.contains("access-control-allow-origin"));

  HttpRequest request = initiate_request();
  request.headers.emplace_back("origin", TestServer::kOrigin);
  EXPECT_EQ(raw(request).headers.at("access-control-allow-origin"), TestServer::kOrigin);
  request.body = "client_id=" + std::string(TestServer::kClient);  // a known client
  reply = raw(request);
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.headers.at("access-control-allow-origin"), TestServer::kOrigin);
  request.body = "client_id=" + std::string(TestServer::kOtherClient);
  EXPECT_FALSE(raw(request).headers.contains("access-control-allow-origin"))
      << "listed for another client";
}

TEST_F(Wire, KeysAndDiscoveryAreThere) {
  HttpRequest request;
  request.method = "GET";
  request.path = path("/v2.0/.well-known/openid-configuration");
  Reply reply = raw(request);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.text("issuer"),
            std::string("https://id.bank.example/") + TestServer::kTenant + "/v2.0");
  EXPECT_EQ(reply.text("jwks_uri"),
            std::string("https://id.bank.example/") + TestServer::kTenant + "/discovery/v2.0/keys");
  request.path = path("/discovery/v2.0/keys");
  reply = raw(request);
  EXPECT_EQ(reply.body.at("keys").as_array().at(0).at("kid").as_string(),
            server_.keys->active()->jwk().kid);
  request.method = "POST";
  EXPECT_EQ(raw(request).status, 405);
}

TEST_F(Wire, S10_OnlyStandardAndConfiguredScopesAreGranted) {
  const auto scope = [this](const std::string& text) {
    const std::string token = server_.begin("ben");
    return server_.post("/oauth2/v2.0/token", {{"continuation_token", token},
                                               {"grant_type", "oob"},
                                               {"oob", server_.last_code()},
                                               {"scope", text}});
  };
  EXPECT_EQ(scope("openid openid email").text("scope"), "openid email");
  const std::string own = TestServer::kPay;
  EXPECT_EQ(scope("openid " + own).text("scope"), "openid " + own);
  const std::string audience = "api://payments";
  for (const std::string& other :
       {audience + "/admin.everything", own + "/", own + "x", audience + "/PAY", audience + "/",
        std::string("api://other/read"), std::string("api://ledger/entries.read")}) {
    EXPECT_EQ(scope("openid " + other).error(), "invalid_scope") << other;
  }
  EXPECT_EQ(scope(std::string(2049, 'x')).error(), "invalid_scope");
}

TEST_F(Wire, UnknownGrantsAreRefused) {
  EXPECT_EQ(server_.submit("authorization_code", server_.begin("ben"), "1").error(),
            "unsupported_grant_type");
}

class Refresh : public Wire {
 protected:
  std::string signed_in(const std::string& user = "ben") {
    return server_.first_factor(user).text("refresh_token");
  }
};

TEST_F(Refresh, E3_RotatesAndKeepsTheSession) {
  const std::string first = signed_in();
  const Reply second = server_.refresh(first);
  ASSERT_EQ(second.status, 200) << boost::json::serialize(second.body);
  EXPECT_NE(second.text("refresh_token"), first);
  EXPECT_FALSE(second.text("client_info").empty());
  EXPECT_EQ(server_.refresh(second.text("refresh_token")).status, 200);
}

TEST_F(Refresh, E3_ARepeatWithinTheGraceGetsTheSameSuccessor) {
  const std::string first = signed_in();
  const std::string second = server_.refresh(first).text("refresh_token");
  server_.clock.advance(10 * kMicrosPerSecond - 1);
  EXPECT_EQ(server_.refresh(first).text("refresh_token"), second);
}

TEST_F(Refresh, E3_AReuseAfterTheGraceEndsTheFamily) {
  const std::string first = signed_in();
  const std::string second = server_.refresh(first).text("refresh_token");
  server_.clock.advance(10 * kMicrosPerSecond);
  const Reply reused = server_.refresh(first);
  EXPECT_EQ(reused.error(), "invalid_grant");
  EXPECT_EQ(reused.suberror(), "bad_token");
  EXPECT_EQ(server_.refresh(second).suberror(), "bad_token");
}

TEST_F(Refresh, S31_AReuseIsRecordedOnceForItsFamily) {
  const std::string first = signed_in();
  ASSERT_EQ(server_.refresh(first).status, 200);
  server_.clock.advance(10 * kMicrosPerSecond);
  const std::size_t before = server_.audit_rows(100).size();
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { EXPECT_EQ(server_.refresh(first).suberror(), "bad_token"); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(server_.refresh(first).suberror(), "bad_token");
  const auto rows = server_.audit_rows(100);
  ASSERT_EQ(rows.size(), before + 1);
  EXPECT_EQ(rows.back().type, "refresh_reuse");
  EXPECT_EQ(rows.back().outcome, "block");
  EXPECT_EQ(rows.back().reasons, "refresh_token_reused");
  EXPECT_EQ(rows.back().user_id, "ben-id");
  EXPECT_EQ(rows.back().client_id, TestServer::kClient);
  EXPECT_EQ(rows.back().flow_id, rows[before - 1].flow_id) << "the session of the tokens";
  EXPECT_FALSE(server_.audit.verify(*server_.store)->fault.has_value());
}

TEST_F(Refresh, E3_64ParallelRefreshesGetOneSuccessor) {
  const std::string first = signed_in();
  std::mutex mutex;
  std::set<std::string> successors;
  std::vector<std::thread> threads;
  for (int i = 0; i < 64; ++i) {
    threads.emplace_back([&] {
      const Reply reply = server_.refresh(first);
      EXPECT_EQ(reply.status, 200);
      const std::lock_guard lock(mutex);
      successors.insert(reply.text("refresh_token"));
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(successors.size(), 1U);
}

TEST_F(Refresh, E4_TheFamilyEnds) {
  const std::string token = signed_in();
  server_.clock.advance(30 * kMicrosPerDay);
  EXPECT_EQ(server_.refresh(token).suberror(), "bad_token");
}

TEST_F(Refresh, IsBoundToItsClientAndRefusesNonsense) {
  const std::string token = signed_in();
  EXPECT_EQ(server_
                .post("/oauth2/v2.0/token", {{"client_id", TestServer::kOtherClient},
                                             {"grant_type", "refresh_token"},
                                             {"refresh_token", token}})
                .suberror(),
            "bad_token");
  EXPECT_EQ(server_.refresh("").suberror(), "bad_token");
  EXPECT_EQ(server_.refresh(std::string(5000, 'x')).suberror(), "bad_token");
  EXPECT_EQ(server_.refresh(token).status, 200);
}

TEST_F(Refresh, AsksThePolicyAgainWithTheAgesOfTheFactors) {
  const std::string token = signed_in();
  server_.decider.set([](const SignInFacts& facts) {
    EXPECT_EQ(facts.flow, Flow::kRefresh);
    EXPECT_EQ(facts.completed.at(0).age_s, 3600U);
    return block();
  });
  server_.clock.advance(kMicrosPerHour);
  EXPECT_EQ(server_.refresh(token).suberror(), "message_only");
  server_.decider.set(require_two_methods);
  const Reply challenged = server_.refresh(token);
  EXPECT_EQ(challenged.error(), "interaction_required");
  EXPECT_FALSE(challenged.has_tokens());
  server_.decider.set([](const SignInFacts&) { return allow(); });
  EXPECT_EQ(server_.refresh(token).status, 200) << "a refusal does not use up the token";
}

TEST_F(Refresh, S12_APolicyThatBlocksKeepsTheSessionAndSaysThatInteractionIsNeeded) {
  const std::string token = signed_in();
  for (const int code : {0, 53000}) {
    server_.decider.set([code](const SignInFacts&) {
      PolicyVerdict verdict = block();
      verdict.error_code = static_cast<std::uint16_t>(code);
      return verdict;
    });
    const Reply refused = server_.refresh(token);
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(refused.error(), "invalid_grant");
    EXPECT_EQ(refused.suberror(), "message_only");
    EXPECT_EQ(refused.code(), code == 0 ? 53003 : code);
    EXPECT_FALSE(refused.has_tokens());
  }
  server_.decider.set([](const SignInFacts&) { return allow(); });
  EXPECT_EQ(server_.refresh(token).status, 200);
}

TEST_F(Refresh, DiesWithTheUsersEpoch) {
  const std::string token = signed_in();
  server_.revoke("ben-id");
  EXPECT_EQ(server_.refresh(token).suberror(), "bad_token");
  EXPECT_EQ(server_.first_factor("ben").status, 200) << "a new sign-in is another matter";
}

TEST_F(Refresh, APolicyMayRevokeAllOfTheUser) {
  const std::string phone = signed_in();
  const std::string laptop = signed_in();
  server_.decider.set([](const SignInFacts&) {
    PolicyVerdict verdict = block();
    verdict.session.flags = SessionControls::kRevokeAll;
    return verdict;
  });
  EXPECT_EQ(server_.refresh(phone).suberror(), "bad_token") << "S12: there is nothing to renew";
  server_.decider.set([](const SignInFacts&) { return allow(); });
  EXPECT_EQ(server_.refresh(laptop).suberror(), "bad_token");
}

}  // namespace
}  // namespace gate::server::testing_support
