#include "server/app/policy_folders.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "server/config/config.h"
#include "server/log/log.h"

namespace gate::server {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kBlock = "block";
constexpr const char* kMfa = "require mfa";

std::string policy(const std::string& grant) {
  return "policy \"P\" {\n  users include all\n  target include all apps\n  grant " + grant +
         "\n}\n";
}

class PolicyFoldersTest : public testing::Test {
 protected:
  PolicyFoldersTest() {
    fs::remove_all(root_);
    put("bank.example", policy(kBlock));
    put("shop-id", policy(kMfa));
    config_.policies_backend = "interpreter";
    config_.policies_tenants_folder = root_.string();
    tenants_ = {{"bank-id", "Bank", "bank.example"}, {"shop-id", "Shop", "shop.example"}};
    folders_.emplace(config_, log_, [this]() -> Result<std::vector<Tenant>> { return tenants_; });
  }
  ~PolicyFoldersTest() override {
    fs::remove_all(root_);
    close(log_file_);
  }

  void put(const std::string& tenant, const std::string& text,
           const std::string& file = "a.gate") const {
    fs::create_directories(root_ / tenant);
    std::ofstream(root_ / tenant / file, std::ios::trunc) << text;
  }
  /// A change is loaded when the files did not change again until the next look.
  void look() {
    folders_->look();
    folders_->look();
  }
  [[nodiscard]] Outcome outcome(const std::string& tenant_id) const {
    SignInFacts facts;
    facts.user = "amy@bank.example";
    facts.target = "app";
    facts.completed = {{Method::kPassword, 0}};
    return EvaluatorDecider(*folders_).decide(tenant_id, facts).outcome;
  }
  [[nodiscard]] std::string digest(const std::string& tenant_id) const {
    return EvaluatorDecider(*folders_).digest(tenant_id);
  }
  std::string load_error() {
    const auto loaded = folders_->load();
    return loaded ? std::string() : loaded.error().message;
  }
  [[nodiscard]] std::string logged() const {
    std::ifstream in(log_path_);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  fs::path root_ = fs::path(testing::TempDir()) / ("policy_folders_" + std::to_string(getpid()));
  fs::path log_path_ = root_.string() + ".log";
  int log_file_ = open(log_path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  Logger log_{log_file_, LogLevel::kInfo, LogFormat::kJson};
  Config config_;
  std::vector<Tenant> tenants_;
  std::optional<PolicyFolders> folders_;
};

TEST_F(PolicyFoldersTest, EachTenantIsDecidedByItsOwnPolicies) {
  ASSERT_EQ(load_error(), "");
  EXPECT_EQ(outcome("bank-id"), Outcome::kBlock);
  EXPECT_EQ(outcome("shop-id"), Outcome::kChallenge);
  EXPECT_NE(digest("bank-id"), digest("shop-id"));
  EXPECT_EQ(folders_->status().tenants, 2U);
  EXPECT_THAT(folders_->status().refused, IsEmpty());
}

TEST_F(PolicyFoldersTest, ATenantWithoutASetIsRefusedEverything) {
  put("bank.example", policy("block"));
  ASSERT_EQ(load_error(), "");
  EXPECT_EQ(outcome("other-id"), Outcome::kBlock);
  EXPECT_EQ(outcome(""), Outcome::kBlock);
  EXPECT_EQ(outcome("bank.example"), Outcome::kBlock) << "sets are by id";
  EXPECT_EQ(digest("other-id"), "");
  EXPECT_FALSE(EvaluatorDecider(*folders_).protects_context("other-id", "c1"));
}

TEST_F(PolicyFoldersTest, TheStartNamesEveryTenantThatHasNoUsableFolder) {
  tenants_.push_back({"club-id", "Club", "club.example"});
  put("shop.example", policy(kBlock));
  put("bank.example", "policy \"A\" {");
  EXPECT_THAT(load_error(), ::testing::AllOf(HasSubstr("tenant club.example: there is no folder"),
                                             HasSubstr("tenant shop.example: "),
                                             HasSubstr("are both there: keep one of them"),
                                             HasSubstr("tenant bank.example: the policy set in")));
}

TEST_F(PolicyFoldersTest, ABrokenSetKeepsTheOldOneOfItsTenantAndConcernsNoOther) {
  ASSERT_EQ(load_error(), "");
  const std::string before = digest("bank-id");
  put("bank.example", "policy \"A\" {");
  put("shop-id", policy(kBlock));
  look();
  EXPECT_EQ(digest("bank-id"), before);
  EXPECT_EQ(outcome("bank-id"), Outcome::kBlock);
  EXPECT_EQ(outcome("shop-id"), Outcome::kBlock) << "the other one is reloaded all the same";
  EXPECT_THAT(folders_->status().refused, ElementsAre("bank.example"));
  EXPECT_TRUE(folders_->status().ready);
  EXPECT_THAT(logged(), HasSubstr(R"("event":"policies_refused")"));
  EXPECT_THAT(logged(), HasSubstr(R"("tenant":"bank.example")"));
  put("bank.example", policy(kMfa));
  look();
  EXPECT_EQ(outcome("bank-id"), Outcome::kChallenge);
  EXPECT_THAT(folders_->status().refused, IsEmpty());
}

TEST_F(PolicyFoldersTest, ANewTenantIsRefusedUntilItsFolderIsThere) {
  ASSERT_EQ(load_error(), "");
  tenants_.push_back({"club-id", "Club", "club.example"});
  look();
  EXPECT_EQ(outcome("club-id"), Outcome::kBlock);
  EXPECT_THAT(folders_->status().refused, ElementsAre("club.example"));
  EXPECT_TRUE(folders_->status().ready) << "the other tenants are served";
  put("club.example", policy(kMfa));
  look();
  EXPECT_EQ(outcome("club-id"), Outcome::kChallenge);
  EXPECT_THAT(folders_->status().refused, IsEmpty());
}

TEST_F(PolicyFoldersTest, ANewFolderWithoutPoliciesIsTold) {
  ASSERT_EQ(load_error(), "");
  tenants_.push_back({"club-id", "Club", "club.example"});
  fs::create_directories(root_ / "club.example");
  look();
  EXPECT_EQ(outcome("club-id"), Outcome::kBlock);
  EXPECT_THAT(folders_->status().refused, ElementsAre("club.example"));
  EXPECT_THAT(logged(), HasSubstr("G0502"));
}

TEST_F(PolicyFoldersTest, NoDecisionOfATenantIsMadeByTheSetOfAnotherWhileBothAreReloaded) {
  constexpr int kReloads = 40;
  const auto replace = [this](const std::string& folder, const std::string& who, bool strict) {
    std::string text = policy(strict ? kBlock : kMfa);
    put(folder, text.replace(text.find("\"P\""), 3, "\"" + who + "\""));
    EXPECT_EQ(load_error(), "");
  };
  std::map<std::string, std::set<std::string>> own;
  for (const bool strict : {true, false}) {
    replace("bank.example", "Bank", strict);
    replace("shop-id", "Shop", strict);
    own["bank-id"].insert(digest("bank-id"));
    own["shop-id"].insert(digest("shop-id"));
  }
  ASSERT_EQ(own["bank-id"].size() + own["shop-id"].size(), 4U);
  std::atomic<int> decisions = 0;
  std::atomic<int> strays = 0;
  {
    std::vector<std::jthread> deciding;
    for (const auto& [tenant, digests] : own) {
      deciding.emplace_back([&, tenant = tenant](const std::stop_token& stop) {
        SignInFacts facts;
        facts.user = "amy@bank.example";
        facts.target = "app";
        while (!stop.stop_requested()) {
          const PolicyVerdict verdict = EvaluatorDecider(*folders_).decide(tenant, facts);
          strays += own.at(tenant).contains(verdict.policy_digest) ? 0 : 1;
          ++decisions;
        }
      });
    }
    for (int i = 0; i < kReloads; ++i) {
      replace("bank.example", "Bank", i % 2 == 0);
      replace("shop-id", "Shop", i % 3 == 0);
    }
  }
  EXPECT_EQ(strays, 0);
  EXPECT_GT(decisions, 0);
}

TEST_F(PolicyFoldersTest, AFolderMayBeThereBeforeItsTenant) {
  put("club.example", policy(kMfa));
  ASSERT_EQ(load_error(), "");
  EXPECT_THAT(logged(), HasSubstr("policy_folder_of_no_tenant"));
  EXPECT_EQ(outcome("club-id"), Outcome::kBlock);
  tenants_.push_back({"club-id", "Club", "club.example"});
  look();
  EXPECT_EQ(outcome("club-id"), Outcome::kChallenge);
}

TEST_F(PolicyFoldersTest, AFolderThatVanishedLeavesItsSetInForceAndIsTold) {
  ASSERT_EQ(load_error(), "");
  fs::rename(root_ / "shop-id", root_ / ".away");
  look();
  EXPECT_EQ(outcome("shop-id"), Outcome::kChallenge);
  EXPECT_THAT(folders_->status().refused, ElementsAre("shop.example"));
  EXPECT_THAT(logged(), HasSubstr("policy_folder_missing"));
  EXPECT_THAT(load_error(), HasSubstr("tenant shop.example: there is no folder"));
  EXPECT_EQ(outcome("shop-id"), Outcome::kChallenge);
  fs::rename(root_ / ".away", root_ / "shop-id");
  ASSERT_EQ(load_error(), "");
  EXPECT_THAT(folders_->status().refused, IsEmpty());
}

TEST_F(PolicyFoldersTest, AFolderMayBeRenamedFromIdToDomain) {
  ASSERT_EQ(load_error(), "");
  fs::rename(root_ / "shop-id", root_ / "shop.example");
  look();
  EXPECT_EQ(outcome("shop-id"), Outcome::kChallenge);
  put("shop.example", policy(kBlock));
  look();
  EXPECT_EQ(outcome("shop-id"), Outcome::kBlock);
  EXPECT_THAT(folders_->status().refused, IsEmpty());
}

TEST_F(PolicyFoldersTest, ASecondFolderOfATenantIsToldAndChangesNothing) {
  ASSERT_EQ(load_error(), "");
  put("shop.example", policy(kBlock));
  look();
  EXPECT_EQ(outcome("shop-id"), Outcome::kChallenge);
  EXPECT_THAT(folders_->status().refused, ElementsAre("shop.example"));
}

TEST_F(PolicyFoldersTest, AnIdThatLeadsOutOfTheFolderHasNoPolicies) {
  put("_shared", policy(kMfa));
  for (const char* id : {"../policy", "bank.example/..", ".", "..", "_shared", ""}) {
    EXPECT_FALSE(policy_place(root_.string(), {id, "X", "x.example"}).problem.empty()) << id;
  }
  EXPECT_EQ(policy_place(root_.string(), {"i", "X", "bank.example"}).problem, "");
}

TEST_F(PolicyFoldersTest, WhatTenantsShareIsImportedAndWatched) {
  const auto groups = [](const std::string& who) {
    return "users Staff = group \"" + who + "\"\n";
  };
  put("_shared", groups("Tellers"));
  put("bank.example", "import \"../_shared\"\n" + policy(kBlock));
  ASSERT_EQ(load_error(), "") << logged();
  EXPECT_THAT(logged(), Not(HasSubstr("policy_folder_of_no_tenant")));
  look();
  put("_shared", "users Staff = {");
  look();
  EXPECT_THAT(folders_->status().refused, ElementsAre("bank.example"))
      << "a change of an imported file is noticed, and concerns only who imports it";
  put("_shared", groups("Clerks"));
  look();
  EXPECT_THAT(folders_->status().refused, IsEmpty());
}

TEST_F(PolicyFoldersTest, S2_AFactThatIsNotSuppliedIsRefusedForItsTenantAlone) {
  put("bank.example",
      "policy \"A\" {\n users include all\n target include all apps\n when device.reported_lost\n "
      "grant block\n}\n");
  EXPECT_THAT(load_error(),
              ::testing::AllOf(HasSubstr("tenant bank.example"), Not(HasSubstr("shop.example"))));
  EXPECT_EQ(outcome("shop-id"), Outcome::kChallenge);
  EXPECT_EQ(outcome("bank-id"), Outcome::kBlock);
}

TEST_F(PolicyFoldersTest, OneFolderServesAllTenants) {
  config_.policies_tenants_folder.clear();
  config_.policies_folder = (root_ / "shop-id").string();
  folders_.emplace(config_, log_, TenantList());
  ASSERT_EQ(load_error(), "");
  EXPECT_EQ(outcome("bank-id"), Outcome::kChallenge);
  EXPECT_EQ(outcome("shop-id"), Outcome::kChallenge);
  EXPECT_EQ(folders_->status().set.digest, digest("any"));
  EXPECT_TRUE(folders_->status().ready);
}

TEST_F(PolicyFoldersTest, AStoreThatDoesNotAnswerStopsTheStartAndNoRunningServer) {
  bool broken = true;
  folders_.emplace(config_, log_, [&]() -> Result<std::vector<Tenant>> {
    return broken ? Result<std::vector<Tenant>>(Error{ErrorCode::kUnavailable, "no disk"})
                  : tenants_;
  });
  EXPECT_EQ(load_error(), "no disk");
  EXPECT_EQ(outcome("bank-id"), Outcome::kBlock);
  broken = false;
  ASSERT_EQ(load_error(), "");
  broken = true;
  put("shop-id", policy(kBlock));
  look();
  EXPECT_EQ(outcome("shop-id"), Outcome::kBlock) << "files are looked at all the same";
}

}  // namespace
}  // namespace gate::server
