#include "server/app/policies.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "server/config/config.h"
#include "server/log/log.h"

namespace gate::server {
namespace {

namespace fs = std::filesystem;

std::string policy(const char* who, const char* grant) {
  return std::string("policy \"") + who + "\" {\n  users include all\n  target include all apps\n" +
         "  grant " + grant + "\n}\n";
}

class PolicyKeeperTest : public testing::Test {
 protected:
  PolicyKeeperTest() {
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "more");
    write("a.gate", policy("A", "block"));
    keeper_.emplace(folder_.string(), CompileOptions{.backend = Backend::kInterpreter}, log_);
    EXPECT_TRUE(keeper_->load());
  }
  ~PolicyKeeperTest() override {
    fs::remove_all(folder_);
    close(null_);
  }
  void write(const char* name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::trunc) << text;
  }
  [[nodiscard]] std::uint64_t generation() const { return keeper_->status().generation; }
  /// A change is loaded when the files did not change again until the next call.
  void expect_noticed(std::uint64_t now) {
    const std::uint64_t before = generation();
    keeper_->look();
    EXPECT_EQ(generation(), before) << "a file that may still be written is not read";
    keeper_->look();
    EXPECT_EQ(generation(), now);
    keeper_->look();
    EXPECT_EQ(generation(), now) << "nothing changed since";
  }

  fs::path folder_ = fs::path(testing::TempDir()) / ("policy_keeper_" + std::to_string(getpid()));
  int null_ = open("/dev/null", O_WRONLY | O_CLOEXEC);
  Logger log_{null_, LogLevel::kError, LogFormat::kJson};
  std::optional<PolicyKeeper> keeper_;
};

TEST_F(PolicyKeeperTest, LoadsNothingWhileNothingChanges) {
  for (int i = 0; i < 5; ++i) {
    keeper_->look();
  }
  EXPECT_EQ(generation(), 1U);
}

TEST_F(PolicyKeeperTest, NoticesFilesThatComeChangeMoveAndGo) {
  write("more/b.gate", policy("B", "require mfa"));
  expect_noticed(2);
  write("more/b.gate", policy("B", "block"));
  expect_noticed(3);
  fs::rename(folder_ / "more/b.gate", folder_ / "c.gate");
  expect_noticed(4);
  fs::remove(folder_ / "c.gate");
  expect_noticed(5);
  write("notes.txt", "no policy");
  keeper_->look();
  keeper_->look();
  EXPECT_EQ(generation(), 5U);
}

TEST_F(PolicyKeeperTest, NoticesWhatChangesInAFolderThatItImports) {
  fs::create_directories(folder_ / "own");
  fs::create_directories(folder_ / "shared");
  write("own/a.gate", "import \"../shared\"\n" + policy("A", "block"));
  write("shared/b.gate", "let risky = user_risk >= medium\n");
  keeper_.emplace((folder_ / "own").string(), CompileOptions{.backend = Backend::kInterpreter},
                  log_);
  ASSERT_TRUE(keeper_->load());
  write("shared/b.gate", policy("B", "block"));
  expect_noticed(2);
  write("shared/c.gate", policy("C", "block"));
  expect_noticed(3);
  fs::create_directories(folder_ / "shared/new");
  write("shared/new/d.gate", policy("D", "block"));
  expect_noticed(4);
  fs::remove_all(folder_ / "shared/new");
  expect_noticed(5);
}

TEST_F(PolicyKeeperTest, NoticesAChangeThatKeepsSizeAndTime) {
  const fs::path file = folder_ / "a.gate";
  const auto time = fs::last_write_time(file);
  write("a.gate", policy("B", "block"));
  fs::last_write_time(file, time);
  expect_noticed(2);
}

TEST_F(PolicyKeeperTest, NoticesThatTwoFilesChangedPlaces) {
  write("b.gate", policy("B", "block"));
  expect_noticed(2);
  fs::rename(folder_ / "a.gate", folder_ / "t");
  fs::rename(folder_ / "b.gate", folder_ / "a.gate");
  fs::rename(folder_ / "t", folder_ / "b.gate");
  expect_noticed(3);
}

TEST_F(PolicyKeeperTest, ManyFilesAreLookedAtLessOftenAndNoChangeIsMissed) {
  for (int i = 0; i < 4000; ++i) {
    write(("more/" + std::to_string(i) + ".gate").c_str(), "");
  }
  keeper_->look();
  for (int i = 0; i < 50; ++i) {
    keeper_->look();
  }
  EXPECT_EQ(generation(), 1U) << "a walk over thousands of files follows upon another at once";
  for (int i = 0; i < 600 && generation() == 1; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    keeper_->look();
  }
  EXPECT_EQ(generation(), 2U);
}

class PolicyKeeperS1Test : public PolicyKeeperTest {
 protected:
  /// The change on disk would allow more sign-ins, so the set in force stays.
  void expect_refused() {
    const std::uint64_t before = keeper_->status().failed_loads;
    EXPECT_FALSE(keeper_->load());
    EXPECT_EQ(generation(), 1U);
    EXPECT_TRUE(keeper_->status().newest_refused);
    EXPECT_EQ(keeper_->status().failed_loads, before + 1);
    // A new keeper would not start with these files either.
    PolicyKeeper starting(folder_.string(), {.backend = Backend::kInterpreter}, log_);
    EXPECT_FALSE(starting.load());
    EXPECT_EQ(starting.status().generation, 0U);
  }
};

TEST_F(PolicyKeeperS1Test, S1_AnEmptySetIsRefusedAndTheOldOneStays) {
  fs::remove(folder_ / "a.gate");
  keeper_->look();
  keeper_->look();
  EXPECT_EQ(generation(), 1U);
  expect_refused();
  write("a.gate", "# every policy was taken out\n");
  expect_refused();
  fs::rename(folder_, folder_.string() + ".away");
  expect_refused();
  fs::rename(folder_.string() + ".away", folder_);
  write("a.gate", policy("A", "block"));
  EXPECT_TRUE(keeper_->load());
  EXPECT_FALSE(keeper_->status().newest_refused);
}

TEST_F(PolicyKeeperS1Test, S1_ASetOfWhichAFileCannotBeReadIsRefused) {
  write("b.gate", policy("B", "block"));
  fs::create_symlink("nowhere.gate", folder_ / "c.gate");
  expect_refused();
  fs::remove(folder_ / "c.gate");
  fs::rename(folder_ / "more", folder_.string() + ".more");
  fs::create_symlink(folder_.string() + ".more", folder_ / "more");
  expect_refused();
  fs::remove(folder_ / "more");
  fs::remove_all(folder_.string() + ".more");
  fs::create_directory(folder_ / "d.gate");
  EXPECT_EQ(mkfifo((folder_ / "d.gate/e.gate").c_str(), 0600), 0);
  expect_refused();
  fs::remove_all(folder_ / "d.gate");
  EXPECT_TRUE(keeper_->load());
}

TEST_F(PolicyKeeperS1Test, S1_OnlyAnExplicitSwitchAdmitsAnEmptySet) {
  fs::remove(folder_ / "a.gate");
  PolicyKeeper allowed(folder_.string(), {.backend = Backend::kInterpreter, .allow_empty = true},
                       log_);
  EXPECT_TRUE(allowed.load());
  // A folder of broken links is not an empty set.
  fs::create_symlink("nowhere.gate", folder_ / "c.gate");
  EXPECT_FALSE(allowed.load());
}

TEST_F(PolicyKeeperS1Test, S1_ASetOfWhichNoPolicyIsInForceIsRefused) {
  const auto loads = [this](const std::string& text, bool allow_empty = false) {
    write("a.gate", text);
    Config config;
    config.policies_backend = "interpreter";
    config.policies_allow_empty = allow_empty;
    PolicyKeeper keeper(folder_.string(), compile_options(config), log_);
    return keeper.load().has_value();
  };
  const auto in_state = [](const std::string& state, const char* more = "") {
    return "policy \"" + state + (*more == 0 ? "" : " never") + "\" {\n state " + state +
           "\n users include all\n target include all apps\n" + more + " grant block\n}\n";
  };
  EXPECT_TRUE(loads(in_state("on")));
  EXPECT_FALSE(loads(in_state("off")));
  EXPECT_FALSE(loads(in_state("report_only")));
  EXPECT_FALSE(loads(in_state("off") + in_state("report_only")));
  EXPECT_FALSE(loads(in_state("on", " when user_risk == low and user_risk == high\n")));
  EXPECT_TRUE(loads(in_state("report_only") + in_state("on")));
  EXPECT_TRUE(loads(in_state("report_only") + "default deny\n")) << "it allows nothing";
  EXPECT_TRUE(loads(in_state("report_only"), true));
}

TEST_F(PolicyKeeperS1Test, S1_FilesThatChangeWhileTheyAreReadAreNotPutInForce) {
  for (int i = 0; i < 300; ++i) {
    write(("more/" + std::to_string(i) + ".gate").c_str(),
          policy(("P" + std::to_string(i)).c_str(), "require mfa"));
  }
  {
    // Writes from before the first file is looked at until after the last one was read.
    std::atomic<bool> written = false;
    const std::jthread writer([&](const std::stop_token& stop) {
      std::ofstream file(folder_ / "a.gate", std::ios::app);
      while (!stop.stop_requested()) {
        file << "# more\n" << std::flush;
        written = true;
      }
    });
    while (!written) {
      std::this_thread::yield();
    }
    EXPECT_FALSE(keeper_->load());
  }
  EXPECT_EQ(generation(), 1U);
  EXPECT_TRUE(keeper_->status().newest_refused);
  for (int i = 0; i < 200 && generation() == 1; ++i) {
    keeper_->look();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(generation(), 2U) << "and once they stand still they are";
}

TEST_F(PolicyKeeperS1Test, S1_AMountThatIsSwappedIsLoadedAgain) {
  const fs::path first = folder_ / "..first";
  const fs::path second = folder_ / "..second";
  fs::create_directories(first);
  fs::create_directories(second);
  fs::rename(folder_ / "a.gate", first / "a.gate");
  write("..second/a.gate", policy("A", "require mfa"));
  fs::create_directory_symlink("..first", folder_ / "..data");
  fs::create_symlink("..data/a.gate", folder_ / "a.gate");
  EXPECT_TRUE(keeper_->load());
  const std::uint64_t before = generation();
  fs::create_directory_symlink("..second", folder_ / "..new");
  fs::rename(folder_ / "..new", folder_ / "..data");
  expect_noticed(before + 1);
}

TEST_F(PolicyKeeperTest, S2_ASetThatAsksForWhatGatedDoesNotSupplyIsRefusedUnlessAccepted) {
  Config config;
  config.policies_backend = "interpreter";
  const auto loads = [&](const std::string& when) {
    write("a.gate", "policy \"A\" {\n users include all\n target include all apps\n when " + when +
                        "\n grant block\n}\n");
    PolicyKeeper keeper(folder_.string(), compile_options(config), log_);
    return keeper.load().has_value();
  };
  EXPECT_TRUE(loads("user_risk >= medium and ip in [\"203.0.113.0/24\"] and session_age > 1h"));
  EXPECT_TRUE(loads("now.time between 07:00 and 19:00 in \"UTC\" or completed.sms_otp"));
  for (const char* when : {"country == KP", "location in [country KP]", "device.reported_lost",
                           "user.department == \"x\"", "app.attributes.Tier == \"x\"",
                           "insider_risk == elevated", "device.first_seen < 1h"}) {
    EXPECT_FALSE(loads(when)) << when;
  }
  config.policies_accept_unsupplied = {"country"};
  EXPECT_TRUE(loads("country == KP"));
  EXPECT_FALSE(loads("device.reported_lost"));
  config.policies_accept_unsupplied = {};
  config.signals_country_file = "countries.mmdb";
  EXPECT_TRUE(loads("country == KP or location in [country KP]"));
  EXPECT_FALSE(loads("device.reported_lost"));
  EXPECT_TRUE(loads("user.email_domain == \"bank.example\""));
  config.policies_accept_unsupplied = {"device.reported_lots"};
  EXPECT_FALSE(loads("user_risk >= medium")) << "a name that is no fact accepts nothing";
}

TEST_F(PolicyKeeperTest, S2_DeclaredSignalsThatNothingSuppliesAreRefused) {
  Config config;
  config.policies_backend = "interpreter";
  const auto loads = [&](const std::string& when) {
    write(
        "a.gate",
        "signal amount : integer\nsignal new_payee : boolean default false\npolicy \"A\" {\n users "
        "include all\n target include all apps\n when " +
            when + "\n grant require mfa\n}\n");
    PolicyKeeper keeper(folder_.string(), compile_options(config), log_);
    return keeper.load().has_value();
  };
  EXPECT_TRUE(loads("user_risk >= medium")) << "no policy reads one";
  EXPECT_FALSE(loads("amount > 100"));
  EXPECT_FALSE(loads("new_payee"));
  config.policies_signals = {"amount"};
  EXPECT_TRUE(loads("amount > 100"));
  EXPECT_FALSE(loads("amount > 100 and new_payee"));
  config.policies_accept_unsupplied = {"signal.new_payee"};
  EXPECT_TRUE(loads("amount > 100 and new_payee"));
}

TEST_F(PolicyKeeperTest, S2_SessionControlsThatNothingEnforcesAreRefused) {
  Config config;
  config.policies_backend = "interpreter";
  const auto loads = [&](const std::string& control) {
    write("a.gate", "policy \"A\" {\n users include all\n target include all apps\n session " +
                        control + "\n}\n");
    PolicyKeeper keeper(folder_.string(), compile_options(config), log_);
    return keeper.load().has_value();
  };
  for (const char* control :
       {"sign_in_frequency 1h", "sign_in_frequency 1h second_factor", "revoke_all"}) {
    EXPECT_TRUE(loads(control)) << control;
  }
  for (const char* control :
       {"persistent_browser never", "forbid_channels_on_device", "secure_sign_in_session",
        "cloud_app_security block_downloads", "continuous_access_evaluation strict_location",
        "app_enforced_restrictions", "disable_resilience_defaults", "filtering_profile \"p\"",
        "network_access_security \"p\""}) {
    EXPECT_FALSE(loads(control)) << control;
  }
  config.policies_accept_unsupplied = {"session.persistent_browser"};
  EXPECT_TRUE(loads("persistent_browser never"));
  EXPECT_FALSE(loads("forbid_channels_on_device"));
  config.policies_accept_unsupplied = {"session.persistent_browsers"};
  EXPECT_FALSE(loads("sign_in_frequency 1h")) << "a name that is no control accepts nothing";
}

TEST_F(PolicyKeeperTest, S2_EverySuppliedFactIsAFactOfTheLanguage) {
  PolicyKeeper keeper(folder_.string(), compile_options(Config{}), log_);
  EXPECT_TRUE(keeper.load());
}

TEST_F(PolicyKeeperTest, KeepsTheOldSetWhenTheNewOneHasAnError) {
  write("a.gate", "policy \"A\" {");
  keeper_->look();
  keeper_->look();
  EXPECT_EQ(generation(), 1U);
  EXPECT_TRUE(keeper_->status().newest_refused);
  EXPECT_EQ(keeper_->status().failed_loads, 1U);
}

}  // namespace
}  // namespace gate::server
