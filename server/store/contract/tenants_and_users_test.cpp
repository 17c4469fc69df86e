// The contract of the store for tenants, clients, users, passwords and channels.

#include "server/store/contract/store_contract.h"

namespace gate::server::store_contract {
namespace {

TEST_P(StoreContract, WhatWasPutIsFoundAgainByEveryName) {
  EXPECT_EQ(found([](StoreReads& reads) { return reads.find_tenant(kTenant); })->domain,
            "bank.example");
  EXPECT_EQ(found([](StoreReads& reads) { return reads.find_tenant("bank.example"); })->id,
            kTenant);
  EXPECT_FALSE(found([](StoreReads& reads) { return reads.find_tenant("other.example"); }));
  const auto client = found([](StoreReads& reads) { return reads.find_client(kTenant, "app-1"); });
  EXPECT_EQ(client->scopes, (std::vector<std::string>{"api://ledger/read", "api://ledger/write"}));
  const auto listed = [&](const char* origin) {
    return found([&](StoreReads& reads) { return reads.origin_is_listed(kTenant, origin); });
  };
  EXPECT_TRUE(listed("https://app.bank.example"));
  EXPECT_FALSE(listed("https://app.bank.example.evil.example"));
  const auto user =
      found([](StoreReads& reads) { return reads.find_user_by_name(kTenant, "amy@bank.example"); });
  ASSERT_TRUE(user);
  EXPECT_EQ(user->user_id, kUser);
  EXPECT_EQ(user->groups, std::vector<std::string>{"Pilot"});
  EXPECT_EQ(user->kind, "member");
  EXPECT_EQ(user->attributes, sample_user().attributes);
  EXPECT_EQ(found([](StoreReads& reads) { return reads.find_password(kTenant, kUser); }),
            "$argon2id$fake");
  const auto channels = found([](StoreReads& reads) { return reads.channels_of(kTenant, kUser); });
  ASSERT_EQ(channels.size(), 2U);
  EXPECT_EQ(channels[0], sample_channel(ChannelKind::kSms)) << "the preferred one is first";
  EXPECT_EQ(channels[1], sample_channel(ChannelKind::kEmail));
  EXPECT_FALSE(found([](StoreReads& reads) { return reads.find_user("other-tenant", kUser); }));
}

TEST_P(StoreContract, TheAttributesOfTenantAndUserAreReplacedAsAWhole) {
  const auto schema = [&] {
    return found([](StoreReads& reads) { return reads.find_tenant("bank.example"); })->attributes;
  };
  EXPECT_EQ(schema(), sample_schema());
  AttributeSchema other = sample_schema();
  other.pop_back();
  must([&](UnitOfWork& unit) { return unit.put_tenant({kTenant, "Bank", "bank.example", other}); });
  EXPECT_EQ(schema(), other);
  must([&](UnitOfWork& unit) { return unit.put_tenant({kTenant, "Bank", "bank.example"}); });
  EXPECT_TRUE(schema().empty());
  User user = sample_user();
  user.attributes = {{"city", "Graz"}};
  must([&](UnitOfWork& unit) { return unit.put_user(user); });
  EXPECT_EQ(amy().attributes, user.attributes);
  EXPECT_EQ(amy().language, "de");
  user.attributes.clear();
  must([&](UnitOfWork& unit) { return unit.put_user(user); });
  EXPECT_TRUE(amy().attributes.empty());
  EXPECT_EQ(amy().language, "de");
  user.language.clear();
  must([&](UnitOfWork& unit) { return unit.put_user(user); });
  EXPECT_EQ(amy().language, "");
  EXPECT_EQ(amy().first_factors, kFirstFactors);
  user.first_factors = MethodSet();
  must([&](UnitOfWork& unit) { return unit.put_user(user); });
  EXPECT_EQ(amy().first_factors, MethodSet()) << "an empty list is not the absence of one";
  user.first_factors.reset();
  must([&](UnitOfWork& unit) { return unit.put_user(user); });
  EXPECT_EQ(amy().first_factors, std::nullopt);
}

TEST_P(StoreContract, TheRulesOfATenantAreReplacedAsAWholeAndAllTenantsAreListed) {
  const auto rules = [&] {
    return found([](StoreReads& reads) { return reads.find_tenant("bank.example"); })->rules;
  };
  EXPECT_EQ(rules(), TenantRules());
  Tenant bank{kTenant, "Bank", "bank.example", sample_schema()};
  bank.rules.answers = Answers::kCompatible;
  bank.rules.first_factors = MethodSet::of(Method::kPassword);
  bank.rules.second_factors = MethodSet();
  bank.rules.lifetimes = {1, 2, 3, 4};
  bank.rules.language = "pt-br";
  must([&](UnitOfWork& unit) { return unit.put_tenant(bank); });
  EXPECT_EQ(rules(), bank.rules);
  EXPECT_EQ(found([](StoreReads& reads) { return reads.find_tenant(kTenant); })->attributes,
            sample_schema());
  must([&](UnitOfWork& unit) {
    return unit.put_tenant({"a-tenant", "Shop", "shop.example", {}, SignUpMode::kCode});
  });
  const auto all = found([](StoreReads& reads) { return reads.tenants(); });
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].id, kTenant) << "by id";
  EXPECT_EQ(all[0].rules, bank.rules);
  EXPECT_EQ(all[1].id, "a-tenant");
  EXPECT_EQ(all[1].sign_up, SignUpMode::kCode);
  bank.rules = {};
  must([&](UnitOfWork& unit) { return unit.put_tenant(bank); });
  EXPECT_EQ(rules(), TenantRules());
}

TEST_P(StoreContract, PuttingTheSameAgainChangesNothing) {
  const std::string before = picture(store_);
  fill(store_);
  EXPECT_EQ(picture(store_), before);
}

TEST_P(StoreContract, S5_AResourceIsFoundByTheAudienceOfItsTenantAlone) {
  const auto find = [&](const char* tenant, const char* audience) {
    return found([&](StoreReads& reads) { return reads.find_resource(tenant, audience); });
  };
  EXPECT_EQ(find(kTenant, "api://ledger"), sample_resource());
  for (const char* other : {"api://Ledger", "api://ledger/", "api://ledge", "ledger", ""}) {
    EXPECT_FALSE(find(kTenant, other)) << other;
  }
  EXPECT_FALSE(find("other", "api://ledger"));
  Resource changed = sample_resource();
  changed.name = "books";
  changed.scopes = {"read"};
  changed.contexts = {};
  Resource foreign = sample_resource();
  foreign.tenant_id = "other";
  must([&](UnitOfWork& unit) -> Result<void> {
    GATE_TRY_VOID(unit.put_tenant({"other", "Other", "other.example"}));
    GATE_TRY_VOID(unit.put_resource(foreign));
    return unit.put_resource(changed);
  });
  EXPECT_EQ(find(kTenant, "api://ledger"), changed);
  EXPECT_EQ(find("other", "api://ledger"), foreign);
}

TEST_P(StoreContract, ADomainBelongsToOneTenant) {
  refused([](UnitOfWork& unit) { return unit.put_tenant({"other", "Other", "bank.example"}); });
  refused([](UnitOfWork& unit) { return unit.put_tenant({"bank.example", "Other", "o.example"}); });
  refused([](UnitOfWork& unit) { return unit.put_tenant({"other", "Other", kTenant}); });
  must([](UnitOfWork& unit) -> Result<void> {
    GATE_TRY_VOID(unit.put_tenant({kTenant, "Bank", "new.example"}));
    return unit.put_tenant({"other", "Other", "bank.example"});
  });
  EXPECT_EQ(found([](StoreReads& reads) { return reads.find_tenant("new.example"); })->id, kTenant);
  EXPECT_EQ(found([](StoreReads& reads) { return reads.find_tenant("bank.example"); })->id,
            "other");
}

TEST_P(StoreContract, AUserNameBelongsToOneUserOfATenant) {
  User other = sample_user();
  other.user_id = "bob-id";
  refused([&](UnitOfWork& unit) { return unit.put_user(other); });
  User renamed = sample_user();
  renamed.username = "amy2@bank.example";
  must([&](UnitOfWork& unit) -> Result<void> {
    GATE_TRY_VOID(unit.put_user(renamed));
    return unit.put_user(other);
  });
  const auto holder = [&](const char* name) {
    return found([&](StoreReads& reads) { return reads.find_user_by_name(kTenant, name); })
        ->user_id;
  };
  EXPECT_EQ(holder("amy@bank.example"), "bob-id");
  EXPECT_EQ(holder("amy2@bank.example"), kUser);
  must([&](UnitOfWork& unit) -> Result<void> {
    GATE_TRY_VOID(unit.put_tenant({"other", "Other", "other.example"}));
    User same_name = sample_user();
    same_name.tenant_id = "other";
    return unit.put_user(same_name);
  });
}

TEST_P(StoreContract, F1_DisablingAUserMovesTheEpochOnce) {
  User user = sample_user();
  user.enabled = false;
  user.epoch = 70;  // the store ignores both counters in the value that a caller passes
  user.methods_gen = 70;
  const std::int64_t methods = amy().methods_gen;
  for (int i = 0; i < 2; ++i) {
    must([&](UnitOfWork& unit) { return unit.put_user(user); });
    EXPECT_EQ(amy().epoch, 1);
    EXPECT_FALSE(amy().enabled);
    EXPECT_EQ(amy().methods_gen, methods);
  }
  user.enabled = true;
  must([&](UnitOfWork& unit) { return unit.put_user(user); });
  EXPECT_EQ(amy().epoch, 1) << "what died stays dead";
}

TEST_P(StoreContract, T6_ANewUserStartsAtZero) {
  User bob = sample_user();
  bob.user_id = "bob-id";
  bob.username = "bob@bank.example";
  bob.epoch = 3;
  bob.methods_gen = 3;
  must([&](UnitOfWork& unit) { return unit.put_user(bob); });
  const auto user = found([](StoreReads& reads) { return reads.find_user(kTenant, "bob-id"); });
  EXPECT_EQ(user->epoch, 0);
  EXPECT_EQ(user->methods_gen, 0);
}

TEST_P(StoreContract, T6_EveryChangeOfPasswordOrChannelsMovesTheirCounter) {
  std::int64_t last = amy().methods_gen;
  const auto moves = [&](const Store::Work& work) {
    must(work);
    const std::int64_t before = std::exchange(last, amy().methods_gen);
    return last != before;
  };
  const auto put = [&](bool verified, bool preferred) {
    Channel channel = sample_channel(ChannelKind::kEmail);
    channel.verified = verified;
    channel.preferred = preferred;
    return moves([=](UnitOfWork& unit) { return unit.put_channel(kTenant, kUser, channel, kNow); });
  };
  const auto block = [&](const char* id, bool blocked) {
    return moves(
        [=](UnitOfWork& unit) { return unit.set_channel_blocked(kTenant, kUser, id, blocked); });
  };
  const auto password = [&](const char* encoded) {
    return moves(
        [=](UnitOfWork& unit) { return unit.put_password(kTenant, kUser, encoded, kNow); });
  };
  EXPECT_TRUE(password("$argon2id$other"));
  EXPECT_FALSE(password("$argon2id$other"));
  EXPECT_TRUE(put(false, false));
  EXPECT_TRUE(put(false, true));
  EXPECT_FALSE(put(false, true));
  EXPECT_TRUE(block("mail", true));
  EXPECT_FALSE(block("mail", true));
  EXPECT_FALSE(put(false, true)) << "a block stays";
  EXPECT_TRUE(block("mail", false));
  EXPECT_FALSE(block("mail", false));
  EXPECT_FALSE(block("no such channel", true));
  EXPECT_EQ(amy().epoch, 0);
}

TEST_P(StoreContract, ABlockSurvivesPuttingAndEnrolling) {
  must([](UnitOfWork& unit) { return unit.set_channel_blocked(kTenant, kUser, "phone", true); });
  Channel again = sample_channel(ChannelKind::kSms);
  again.preferred = false;
  again.verified = false;
  must([&](UnitOfWork& unit) -> Result<void> {
    GATE_TRY(const SubjectGuard now, guard_of(unit, kUser));
    return unit.enrol_channel(now, again, kNow);
  });
  auto channels = found([](StoreReads& reads) { return reads.channels_of(kTenant, kUser); });
  EXPECT_TRUE(channels[0].blocked);
  EXPECT_TRUE(channels[0].preferred) << "an enrolment does not take it away";
  EXPECT_FALSE(channels[0].verified);
  must([&](UnitOfWork& unit) { return unit.put_channel(kTenant, kUser, again, kNow); });
  channels = found([](StoreReads& reads) { return reads.channels_of(kTenant, kUser); });
  EXPECT_EQ(channels[1].channel_id, "phone") << "not preferred any more";
  EXPECT_TRUE(channels[1].blocked);
}

TEST_P(StoreContract, T6_AnEnrolmentMovesTheCounterAndASecondOneOfTheSameLookFails) {
  const SubjectGuard seen = guard();
  const Channel fresh{"new", ChannelKind::kEmail, "new@bank.example", true, false, false};
  must([&](UnitOfWork& unit) { return unit.enrol_channel(seen, fresh, kNow); });
  EXPECT_EQ(amy().methods_gen, seen.methods_gen + 1);
  refused([&](UnitOfWork& unit) { return unit.enrol_channel(seen, fresh, kNow); });
}

TEST_P(StoreContract, ARehashKeepsTheMethodsAndNeedsAPassword) {
  const SubjectGuard seen = guard();
  must([&](UnitOfWork& unit) { return unit.rehash_password(seen, "$argon2id$stronger", kNow); });
  EXPECT_EQ(found([](StoreReads& reads) { return reads.find_password(kTenant, kUser); }),
            "$argon2id$stronger");
  EXPECT_EQ(amy().methods_gen, seen.methods_gen);
  User bob = sample_user();
  bob.user_id = "bob-id";
  bob.username = "bob@bank.example";
  must([&](UnitOfWork& unit) { return unit.put_user(bob); });
  refused([&](UnitOfWork& unit) {
    return unit.rehash_password({kTenant, "bob-id", 0, 0, "", 0}, "$argon2id$x", kNow);
  });
}

TEST_P(StoreContract, WhatBelongsToAnUnknownOneIsNotKept) {
  const Channel channel = sample_channel(ChannelKind::kEmail);
  const std::string before = picture(store_);
  EXPECT_FALSE(store_.write([](UnitOfWork& unit) {
    return unit.put_client({"other", "app-1", "Portal", {}, false, {}});
  }));
  EXPECT_FALSE(store_.write([](UnitOfWork& unit) {
    Resource resource = sample_resource();
    resource.tenant_id = "other";
    return unit.put_resource(resource);
  }));
  EXPECT_FALSE(store_.write(
      [](UnitOfWork& unit) { return unit.put_password(kTenant, "unknown", "$argon2id$x", kNow); }));
  EXPECT_FALSE(store_.write(
      [&](UnitOfWork& unit) { return unit.put_channel(kTenant, "unknown", channel, kNow); }));
  EXPECT_EQ(picture(store_), before);
}

TEST_P(StoreContract, SigningKeysAreReplacedAndKeepTheirBirth) {
  must([](UnitOfWork& unit) -> Result<void> {
    GATE_TRY_VOID(unit.put_signing_key({"b", KeyState::kPending, 2, 10, Bytes(3, 1)}));
    GATE_TRY_VOID(unit.put_signing_key({"a", KeyState::kPending, 3, 10, Bytes(3, 1)}));
    return unit.put_signing_key({"b", KeyState::kActive, 99, 20, Bytes(4, 1)});
  });
  const auto keys = found([](StoreReads& reads) { return reads.signing_keys(); });
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys[0].kid, "b") << "in the order of their birth";
  EXPECT_EQ(keys[0].created_at, 2);
  EXPECT_EQ(keys[0].state, KeyState::kActive);
  EXPECT_EQ(keys[0].retire_at, 20);
  EXPECT_EQ(keys[0].private_sealed, Bytes(4, 1));
}

}  // namespace
}  // namespace gate::server::store_contract
