// The table of claims in docs/api/tokens.md, compared with the tokens of a running server.

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "tests/native_auth/test_server.h"

namespace gate::server::testing_support {
namespace {

using Names = std::set<std::string>;

/// When each token has the claim, as the table says.
struct Row {
  std::string access;
  std::string id;
  std::string source;
};

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream in(line.substr(1));
  for (std::string cell; std::getline(in, cell, '|');) {
    const std::size_t first = cell.find_first_not_of(' ');
    const std::size_t last = cell.find_last_not_of(' ');
    cells.push_back(first == std::string::npos ? "" : cell.substr(first, last - first + 1));
  }
  return cells;
}

std::map<std::string, Row> table() {
  std::ifstream in(std::string(GATE_SOURCE_DIR) + "/docs/api/tokens.md");
  std::map<std::string, Row> rows;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    inside = line.starts_with("| Claim |") || (inside && line.starts_with("|"));
    if (!inside || !line.starts_with("| `")) {
      continue;
    }
    const std::vector<std::string> cells = cells_of(line);
    EXPECT_EQ(cells.size(), 4U) << line;
    const std::string claim = cells.at(0).substr(1, cells.at(0).size() - 2);
    EXPECT_TRUE(rows.emplace(claim, Row{cells.at(1), cells.at(2), cells.at(3)}).second)
        << claim << " stands in the table twice";
    EXPECT_FALSE(cells.at(3).empty()) << claim << " comes from nowhere";
  }
  return rows;
}

/// The claims that a column has: all that are ever there, or those that are always there.
Names claims_in(std::string Row::* column, bool always) {
  Names names;
  for (const auto& [claim, row] : table()) {
    EXPECT_FALSE((row.*column).empty()) << claim;
    if (always ? row.*column == "always" : row.*column != "never") {
      names.insert(claim);
    }
  }
  return names;
}

Names claims_in(const std::string& jwt) {
  Names names;
  for (const auto& [name, value] : claims_of(jwt)) {
    names.insert(std::string(name));
  }
  return names;
}

class ClaimsTable : public testing::Test {
 protected:
  /// amy again, with roles, and with another state of her mailbox.
  void change_amy(bool verified) {
    Provisioning wanted;
    Provisioning::User amy;
    amy.tenant_id = TestServer::kTenant;
    amy.id = "amy-id";
    amy.username = "amy@bank.example";
    amy.display_name = "amy";
    amy.roles = {"Auditor", "Teller"};
    amy.channels = {{ChannelKind::kEmail, amy.username, verified, false}};
    wanted.users = {amy};
    server_.provision(wanted);
  }
  TestServer server_;
};

TEST_F(ClaimsTable, S13_EveryClaimOfBothTokensIsInTheTableAndTheOtherWayRound) {
  change_amy(true);
  const std::string scope = "openid profile email offline_access api://payments/pay";
  const std::string context = R"({"access_token":{"acrs":{"essential":true,"value":"c1"}}})";
  const Reply signed_in = server_.sign_in(scope, context);
  ASSERT_EQ(signed_in.status, 200) << boost::json::serialize(signed_in.body);
  const Reply renewed = server_.refresh(signed_in.text("refresh_token"), scope, context);
  ASSERT_EQ(renewed.status, 200) << boost::json::serialize(renewed.body);
  for (const Reply* reply : {&signed_in, &renewed}) {
    EXPECT_EQ(claims_in(reply->text("access_token")), claims_in(&Row::access, false));
    EXPECT_EQ(claims_in(reply->text("id_token")), claims_in(&Row::id, false));
    const auto access = claims_of(reply->text("access_token"));
    EXPECT_EQ(boost::json::serialize(access.at("acrs")), R"(["c1"])");
    EXPECT_EQ(boost::json::serialize(access.at("roles")), R"(["Auditor","Teller"])");
    EXPECT_EQ(access.at("ver"), "2.0");
    const auto id = claims_of(reply->text("id_token"));
    EXPECT_EQ(id.at("email"), "amy@bank.example");
    EXPECT_EQ(id.at("email_verified"), true);
    EXPECT_EQ(boost::json::serialize(id.at("roles")), R"(["Auditor","Teller"])");
  }
}

TEST_F(ClaimsTable, S13_TheSmallestTokensHaveWhatIsAlwaysThereAndNoMore) {
  change_amy(true);
  const Reply tokens = server_.sign_in("openid offline_access");
  ASSERT_EQ(tokens.status, 200);
  EXPECT_EQ(claims_in(tokens.text("id_token")), claims_in(&Row::id, true))
      << "neither profile nor email was asked for";
  const Reply without_roles = server_.sign_in("openid", "", "carl");
  EXPECT_EQ(claims_in(without_roles.text("access_token")), claims_in(&Row::access, true));
}

TEST_F(ClaimsTable, S13_AnAddressThatIsNotProvenIsNotSigned) {
  const auto email = [this] {
    const Reply tokens = server_.sign_in("openid email offline_access");
    const Reply renewed = server_.refresh(tokens.text("refresh_token"), "openid email");
    EXPECT_EQ(tokens.status, 200);
    EXPECT_EQ(renewed.status, 200);
    const auto now = claims_of(tokens.text("id_token"));
    const auto later = claims_of(renewed.text("id_token"));
    EXPECT_EQ(now.contains("email"), later.contains("email"));
    EXPECT_EQ(now.contains("email"), now.contains("email_verified"));
    return now.contains("email") ? std::string(now.at("email").as_string()) : std::string();
  };
  EXPECT_EQ(email(), "amy@bank.example");
  change_amy(false);
  EXPECT_EQ(email(), "");
  change_amy(true);
  const std::vector<Channel> channels = server_.channels("amy-id");
  for (const Channel& channel : channels) {
    server_.set_blocked("amy-id", channel, true);
  }
  EXPECT_EQ(email(), "") << "a blocked mailbox may be in other hands";
  const Reply nobodys = server_.sign_in("openid email", "", "carl");
  ASSERT_EQ(nobodys.status, 200);
  EXPECT_FALSE(claims_of(nobodys.text("id_token")).contains("email")) << "carl has no mailbox";
}

TEST_F(ClaimsTable, S13_DiscoveryNamesTheClaimsOfIdTokens) {
  HttpRequest request;
  request.method = "GET";
  request.path = std::string("/") + TestServer::kTenant + "/v2.0/.well-known/openid-configuration";
  const Reply reply = TestServer::read(server_.send(request));
  ASSERT_EQ(reply.status, 200);
  Names listed;
  for (const auto& claim : reply.body.at("claims_supported").as_array()) {
    EXPECT_TRUE(listed.insert(std::string(claim.as_string())).second) << claim;
  }
  EXPECT_EQ(listed, claims_in(&Row::id, false));
}

}  // namespace
}  // namespace gate::server::testing_support
