#include "server/account/provision.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/account/attributes.h"
#include "server/store/memory/memory_store.h"

namespace gate::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr Micros kNow = 1'800'000'000'000'000;

class ProvisionTest : public testing::Test {
 protected:
  ProvisionTest() {
    wanted_.tenants.push_back({"t", "Bank", "bank.example"});
    AttributeDefinition city;
    city.name = "city";
    city.max_length = 10;
    AttributeDefinition shown;
    shown.name = "displayName";
    wanted_.tenants[0].attributes = {city, shown};
    Provisioning::User amy;
    amy.tenant_id = "t";
    amy.id = "amy";
    amy.username = "amy@bank.example";
    amy.attributes = {{"city", "Zu\xCC\x88rich"}};
    wanted_.users.push_back(amy);
  }
  Result<void> apply() {
    return store_.write([&](UnitOfWork& work) { return apply_provisioning(work, wanted_, kNow); });
  }
  User amy() {
    std::optional<User> found;
    EXPECT_TRUE(store_.read([&](StoreReads& reads) -> Result<void> {
      GATE_TRY(found, reads.find_user("t", "amy"));
      return {};
    }));
    return found.value_or(User{});
  }

  MemoryStore store_;
  Provisioning wanted_;
};

TEST_F(ProvisionTest, TheSchemaIsStoredAndValuesOfUsersFitIt) {
  const auto applied = apply();
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_THAT(amy().attributes, ElementsAre(Pair("city", "Z\xC3\xBCrich"))) << "in NFC";
  EXPECT_TRUE(store_.read([&](StoreReads& reads) -> Result<void> {
    GATE_TRY(const std::optional<Tenant> tenant, reads.find_tenant("bank.example"));
    EXPECT_EQ(tenant->attributes, wanted_.tenants[0].attributes);
    return {};
  }));
}

TEST_F(ProvisionTest, WhatASignUpCollectedStaysWhenTheFileDoesNotNameIt) {
  ASSERT_TRUE(apply());
  wanted_.users[0].attributes.clear();
  ASSERT_TRUE(apply());
  EXPECT_THAT(amy().attributes, ElementsAre(Pair("city", "Z\xC3\xBCrich")));
  wanted_.users[0].attributes = {{"city", "Graz"}};
  ASSERT_TRUE(apply());
  EXPECT_THAT(amy().attributes, ElementsAre(Pair("city", "Graz")));
}

TEST_F(ProvisionTest, EveryMistakeIsNamedAndNothingIsStored) {
  const auto refusal = [&](const AttributeValues& values) {
    wanted_.users[0].attributes = values;
    const auto applied = apply();
    EXPECT_FALSE(applied);
    EXPECT_EQ(amy().user_id, "");
    return applied ? "" : applied.error().message;
  };
  EXPECT_THAT(refusal({{"state", "Tyrol"}}),
              HasSubstr("user amy: attribute `state`: is not in the schema"));
  EXPECT_THAT(refusal({{"city", "a city that is too long"}}),
              HasSubstr("user amy: attribute `city`: its value breaks the schema"));
  EXPECT_THAT(refusal({{"displayName", "Amy"}}), HasSubstr("written as display_name"));
  wanted_.tenants[0].attributes[0].regex = "(";
  EXPECT_THAT(refusal({}), HasSubstr("tenant t: attribute `city`: the expression cannot be used"));
}

TEST_F(ProvisionTest, OfTwoUsersWithOneNameBothPlacesAreNamed) {
  Provisioning::User other = wanted_.users[0];
  other.id = "other";
  other.username = "AMY@bank.example";
  wanted_.users.push_back(other);
  const auto within = apply();
  ASSERT_FALSE(within);
  EXPECT_EQ(within.error().message,
            "users[1].username: `amy@bank.example` is the name of users[0] as well");
  wanted_.users.pop_back();
  ASSERT_TRUE(apply());
  wanted_.users[0].id = "another";
  const auto stored = apply();
  ASSERT_FALSE(stored);
  EXPECT_EQ(stored.error().message, "users[0]: user another: its user name belongs to user amy");
}

TEST_F(ProvisionTest, AChannelIsBlockedUntilTheFileSaysOtherwise) {
  const auto blocked = [&] {
    EXPECT_TRUE(apply());
    std::vector<Channel> channels;
    EXPECT_TRUE(store_.read([&](StoreReads& reads) -> Result<void> {
      GATE_TRY(channels, reads.channels_of("t", "amy"));
      return {};
    }));
    return channels.at(0).blocked;
  };
  wanted_.users[0].channels = {{ChannelKind::kSms, "+15550100104", true, false}};
  EXPECT_FALSE(blocked());
  wanted_.users[0].channels[0].blocked = true;
  EXPECT_TRUE(blocked());
  wanted_.users[0].channels[0].blocked.reset();
  EXPECT_TRUE(blocked()) << "a file that does not say it leaves it";
  wanted_.users[0].channels[0].blocked = false;
  EXPECT_FALSE(blocked());
}

}  // namespace
}  // namespace gate::server
