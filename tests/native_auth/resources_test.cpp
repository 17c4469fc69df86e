// Resources: which one a request is for, who decides about it, and what its tokens say (S5).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/account/provision.h"
#include "tests/native_auth/test_server.h"

namespace gate::server::testing_support {
namespace {

using ::testing::HasSubstr;

class Resources : public testing::Test {
 protected:
  Resources() {
    server_.decider.set([this](const SignInFacts& facts) {
      if (facts.target_kind == TargetKind::kApp) {
        targets_.push_back(facts.target);
      }
      return facts.target == blocked_ ? block() : allow();
    });
  }
  /// The target of the newest decision.
  std::string target() const { return targets_.empty() ? std::string() : targets_.back(); }

  std::vector<std::string> targets_;
  std::string blocked_;
  TestServer server_;
};

TEST_F(Resources, S5_TheTargetIsTheResourceThatTheScopeNames) {
  const Reply tokens = server_.sign_in("openid offline_access api://payments/pay");
  ASSERT_EQ(tokens.status, 200) << boost::json::serialize(tokens.body);
  EXPECT_EQ(target(), "payments");
  const auto access = claims_of(tokens.text("access_token"));
  EXPECT_EQ(access.at("aud"), "api://payments");
  EXPECT_EQ(access.at("scp"), "pay");
  EXPECT_EQ(access.at("scope"), "api://payments/pay");
  EXPECT_EQ(access.at("azp"), TestServer::kClient);
  EXPECT_EQ(tokens.text("scope"), "openid offline_access api://payments/pay");
  EXPECT_EQ(claims_of(tokens.text("id_token")).at("aud"), TestServer::kClient);

  blocked_ = "statements";
  EXPECT_EQ(server_.sign_in("openid api://statements/read").error(), "access_denied");
  EXPECT_EQ(server_.sign_in("openid api://payments/pay").status, 200);
  blocked_ = "retail-app";  // the name of the client, which is no target
  EXPECT_EQ(server_.sign_in("openid api://payments/pay").status, 200);
  EXPECT_EQ(server_.sign_in("openid").status, 200);
}

TEST_F(Resources, S5_ARequestThatNamesNoResourceIsForTheDirectory) {
  for (const char* scope : {"", " ", "openid", "openid profile email offline_access"}) {
    const Reply tokens = server_.sign_in(scope);
    ASSERT_EQ(tokens.status, 200) << scope;
    EXPECT_EQ(target(), kDirectoryResource) << scope;
    const auto access = claims_of(tokens.text("access_token"));
    EXPECT_EQ(access.at("aud").as_string(), kDirectoryResource);
    EXPECT_EQ(access.at("scp").as_string(), tokens.text("scope"));
  }
  blocked_ = kDirectoryResource;
  EXPECT_EQ(server_.sign_in("openid").error(), "access_denied");
}

TEST_F(Resources, S5_OneRequestIsForOneResource) {
  const std::string token = server_.begin("amy");
  const auto submit = [&](const std::string& scope) {
    return server_.post("/oauth2/v2.0/token", {{"continuation_token", token},
                                               {"grant_type", "password"},
                                               {"password", TestServer::kPassword},
                                               {"scope", scope}});
  };
  for (const char* scope : {"api://payments/pay api://statements/read",
                            "openid api://statements/read profile api://payments/pay"}) {
    const Reply refused = submit(scope);
    EXPECT_EQ(refused.error(), "invalid_scope") << scope;
    EXPECT_EQ(refused.code(), 28000) << scope;
    EXPECT_TRUE(targets_.empty()) << "nothing is decided";
  }
  EXPECT_EQ(submit("api://statements/read").status, 200) << "nothing was used up";
}

TEST_F(Resources, S5_AtARefreshTheResourceThatIsAskedForDecides) {
  std::string token =
      server_.sign_in("openid offline_access api://payments/pay").text("refresh_token");
  const auto refresh = [&](const std::string& scope) {
    const Reply reply = server_.refresh(token, scope);
    token = reply.status == 200 ? reply.text("refresh_token") : token;
    return reply;
  };
  EXPECT_EQ(claims_of(refresh("").text("access_token")).at("aud"), "api://payments");
  EXPECT_EQ(target(), "payments");
  EXPECT_EQ(claims_of(refresh("openid").text("access_token")).at("aud").as_string(),
            kDirectoryResource);
  EXPECT_EQ(target(), kDirectoryResource);
  EXPECT_EQ(claims_of(refresh("api://payments/pay").text("access_token")).at("aud"),
            "api://payments")
      << "a narrower renewal does not narrow the sign-in";
  targets_.clear();
  EXPECT_EQ(refresh("openid api://statements/read").code(), 70011)
      << "the client may ask for it at a sign-in, and this sign-in did not";
  EXPECT_TRUE(targets_.empty());
  blocked_ = "payments";
  EXPECT_EQ(refresh("").suberror(), "message_only");
  EXPECT_EQ(refresh("openid api://payments/pay").suberror(), "message_only");
  EXPECT_EQ(refresh("openid").status, 200);
  blocked_ = kDirectoryResource;
  EXPECT_EQ(refresh("openid").suberror(), "message_only");
}

TEST_F(Resources, S5_WhatAResourceNoLongerOffersIsNotSigned) {
  const Reply tokens = server_.sign_in("openid offline_access api://payments/pay");
  Provisioning changed;
  changed.resources = {{TestServer::kTenant, "payments", "api://payments", {"refund"}, {"c1"}}};
  server_.provision(changed);
  EXPECT_EQ(server_.sign_in("openid api://payments/pay").error(), "invalid_scope");
  const std::string token = tokens.text("refresh_token");
  EXPECT_EQ(server_.refresh(token, "openid api://payments/pay").error(), "invalid_scope");
  const Reply renewed = server_.refresh(token, "");
  ASSERT_EQ(renewed.status, 200);
  EXPECT_EQ(renewed.text("scope"), "openid offline_access");
  EXPECT_EQ(claims_of(renewed.text("access_token")).at("aud").as_string(), kDirectoryResource);
  EXPECT_EQ(target(), kDirectoryResource);
}

TEST_F(Resources, S5_ProvisioningTakesOnlyWhatCanBeAskedFor) {
  using Resource = Provisioning::Resource;
  const std::string tenant = TestServer::kTenant;
  const auto message = [this](const Provisioning& wanted) {
    const auto done = server_.store->write(
        [&](UnitOfWork& work) { return apply_provisioning(work, wanted, server_.clock.now()); });
    return done ? std::string("accepted") : done.error().message;
  };
  const auto with = [&](const Resource& resource) {
    Provisioning wanted;
    wanted.resources = {resource};
    return message(wanted);
  };
  EXPECT_EQ(with({tenant, "n", "api://n", {"a.b", "c:d"}, {"c1", "c99"}}), "accepted");
  EXPECT_THAT(with({"nobody", "n", "api://n"}), HasSubstr("there is no tenant nobody"));
  EXPECT_THAT(with({tenant, "", "api://n"}), HasSubstr("needs a name"));
  for (const char* audience : {"", "api n", "api\"n", "api\\n", "\xC3\xA4"}) {
    EXPECT_THAT(with({tenant, "n", audience}), HasSubstr("can begin a scope")) << audience;
  }
  const std::string directory(kDirectoryResource);
  EXPECT_THAT(with({tenant, "n", directory}), HasSubstr("the directory"));
  EXPECT_THAT(with({tenant, directory, "api://n"}), HasSubstr("the directory"));
  for (const char* scope : {"", "a/b", "/", "a b", "a\tb", "a\"b"}) {
    EXPECT_THAT(with({tenant, "n", "api://n", {scope}}), HasSubstr("cannot be a scope")) << scope;
  }
  for (const char* context : {"", "c", "c0", "c01", "c100", "C1", "c1 ", " c1", "d1", "c1,c2"}) {
    EXPECT_THAT(with({tenant, "n", "api://n", {}, {context}}),
                HasSubstr("is not an authentication context"))
        << context;
  }
  EXPECT_THAT(with({tenant, "n", "api://n", {"a", "a"}}), HasSubstr("twice"));
  EXPECT_THAT(with({tenant, "n", "api://n", {}, {"c1", "c1"}}), HasSubstr("twice"));
  Provisioning twice;
  twice.resources = {{tenant, "n", "api://n"}, {tenant, "m", "api://n"}};
  EXPECT_THAT(message(twice), HasSubstr("is listed twice"));
  const auto asking_for = [&](const std::string& scope) {
    Provisioning wanted;
    wanted.clients = {{tenant, "new", "new", {}, false, {scope}}};
    return message(wanted);
  };
  EXPECT_EQ(asking_for("api://payments/refund"), "accepted");
  EXPECT_THAT(asking_for("refund"), HasSubstr("has to be written <audience>/<scope>"));
  for (const char* scope : {"api://payments/Refund", "api://payments/", "api://other/read", "/read",
                            "00000002-0000-0000-c000-000000000000/openid"}) {
    EXPECT_THAT(asking_for(scope), HasSubstr("no resource of the tenant offers")) << scope;
  }
}

}  // namespace
}  // namespace gate::server::testing_support
