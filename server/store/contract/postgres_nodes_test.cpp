// Several nodes on one PostgreSQL database, and faults between them and it: histories are still
// those that the model could have produced (T1, T6).

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <random>
#include <utility>

#include "server/crypto/aead.h"
#include "server/crypto/openssl_random.h"
#include "server/store/contract/scenes.h"
#include "server/store/contract/store_contract.h"
#include "server/store/postgres/fault_proxy.h"
#include "server/store/postgres/postgres_store.h"
#include "server/store/postgres/test_server.h"

namespace gate::server::store_contract {
namespace {

constexpr const Scene* kScenes[] = {&kRacingCodes, &kRacingSteps, &kRacingEnrolments,
                                    &kRacingRotations, &kRacingRevocations};

/// Nodes that share a database: each call goes to one of them, in turn.
class Nodes final : public Store {
 public:
  void add(std::unique_ptr<PostgresStore> node) { nodes_.push_back(std::move(node)); }
  Result<void> read(const Look& look) override { return next().read(look); }
  Result<void> write(const Work& work) override { return next().write(work); }
  Result<std::size_t> sweep(Micros now, std::size_t rows) override {
    return next().sweep(now, rows);
  }
  Result<std::vector<OutboxMessage>> claim_outbox(Micros now, std::size_t limit) override {
    return next().claim_outbox(now, limit);
  }
  Result<void> finish_outbox(std::int64_t seq, DeliveryOutcome outcome, Micros retry_at) override {
    return next().finish_outbox(seq, outcome, retry_at);
  }

 private:
  PostgresStore& next() { return *nodes_[turn_++ % nodes_.size()]; }
  std::vector<std::unique_ptr<PostgresStore>> nodes_;
  std::atomic<std::size_t> turn_{0};
};

class PostgresNodes : public testing::Test {
 protected:
  void SetUp() override {
    std::string why_not;
    server_ = PostgresTestServer::shared(why_not);
    if (server_ == nullptr) {
      ASSERT_EQ(why_not.find("skipped"), 0U) << why_not;
      GTEST_SKIP() << why_not;
    }
    url_ = server_->new_schema();
    std::string pattern = (std::filesystem::temp_directory_path() / "gate-proxy-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override {
    if (server_ != nullptr) {
      server_->drop_schema(url_);
      std::filesystem::remove_all(folder_);
    }
  }
  /// The URL through a proxy.
  [[nodiscard]] std::string proxied() const {
    std::string url = url_;
    const std::string direct = server_->socket_folder();
    return url.replace(url.find(direct), direct.size(), folder_.string());
  }
  void add_node(const std::string& url) {
    // Behind a bad network an operator starts a node again.
    for (int tries = 0; tries < 20; ++tries) {
      auto store = PostgresStore::open(url, Secret(Bytes(kAeadKeyBytes, 1)), random_);
      if (store) {
        nodes_.add(std::move(store).value());
        return;
      }
    }
    GATE_CHECK(false, "a node did not find its store");
  }
  void expect_explained(const Scene& scene, int rounds) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE(std::string(scene.name) + ", seed " + std::to_string(seed));
    // Rounds have names of their own, also over the scenes of a test.
    const int first = std::exchange(next_round_, next_round_ + rounds);
    for (int round = first; round < first + rounds; ++round) {
      const int threads = 2 + round % 7;
      const std::vector<Event> events = play(nodes_, scene, round, threads, seed);
      EXPECT_TRUE(too_late(events).empty()) << describe(too_late(events)) << "in\n"
                                            << describe(events);
      ASSERT_TRUE(explained(*model_of(scene, round), events))
          << "round " << round << " with " << threads << " threads\n"
          << describe(events);
    }
  }

  PostgresTestServer* server_ = nullptr;
  std::string url_;
  std::filesystem::path folder_;
  OpensslRandom random_;
  Nodes nodes_;
  int next_round_ = 0;
};

TEST_F(PostgresNodes, T1_T6_HistoriesOfTwoNodesAreThoseOfOne) {
  add_node(url_);
  add_node(url_);
  for (const Scene* scene : kScenes) {
    expect_explained(*scene, 40);
  }
}

TEST_F(PostgresNodes, T1_T2_LostConnectionsAndLateAnswersChangeNoOutcome) {
  const FaultProxy proxy(server_->socket_file(), folder_, {.one_in = 60}, std::random_device{}());
  add_node(proxied());
  add_node(proxied());
  for (const Scene* scene : kScenes) {
    expect_explained(*scene, 30);
  }
  EXPECT_GT(proxy.count().lost_before, 0);
  EXPECT_GT(proxy.count().lost_after, 0);
  EXPECT_GT(proxy.count().serialization, 0);
  EXPECT_GT(proxy.count().late, 0);
}

// The commit is where a client cannot know by itself what happened.
TEST_F(PostgresNodes, T2_AnAnswerToACommitThatIsLostChangesNoOutcome) {
  const FaultProxy proxy(server_->socket_file(), folder_, {.one_in = 6, .on_commit_only = true},
                         std::random_device{}());
  add_node(proxied());
  for (const Scene* scene : kScenes) {
    expect_explained(*scene, 20);
  }
  EXPECT_GT(proxy.count().lost_commits, 0);
  EXPECT_GT(proxy.count().refused_commits, 0);
}

// Every unit of work is carried out once, although half of the commits go wrong.
TEST_F(PostgresNodes, T2_NoWorkIsLostAndNoneIsDoneTwice) {
  FaultProxy proxy(server_->socket_file(), folder_, {.one_in = 3, .on_commit_only = true},
                   std::random_device{}());
  add_node(proxied());
  fill(nodes_);
  std::atomic<int> done{0};
  in_threads(4, [&](int) {
    for (int i = 0; i < 50; ++i) {
      done +=
          nodes_.write([](UnitOfWork& unit) { return unit.raise_epoch(kTenant, kUser); }) ? 1 : 0;
    }
  });
  EXPECT_EQ(done, 200);
  proxy.be_fair();
  EXPECT_TRUE(nodes_.read([&](StoreReads& reads) -> Result<void> {
    GATE_TRY(const SubjectGuard now, guard_of(reads, kUser));
    EXPECT_EQ(now.epoch, done);
    return {};
  }));
  EXPECT_GT(proxy.count().lost_commits, 0);
}

TEST_F(PostgresNodes, B5_ALimitHoldsOverAllNodes) {
  for (int i = 0; i < 3; ++i) {
    add_node(url_);
  }
  for (const bool hot : {false, true}) {
    const ThrottleClaim claims[] = {{hot ? "hot" : "cap", ThrottleRule{kMicrosPerHour, 37}, hot}};
    std::atomic<int> admitted{0};
    in_threads(12, [&](int) {
      for (int i = 0; i < 6; ++i) {
        ThrottleSetVerdict verdict;
        EXPECT_TRUE(nodes_.write([&](UnitOfWork& unit) -> Result<void> {
          GATE_TRY(verdict, unit.take(kTenant, claims, kNow));
          return {};
        }));
        admitted += verdict.admitted ? 1 : 0;
      }
    });
    EXPECT_EQ(admitted, 37);
  }
}

}  // namespace
}  // namespace gate::server::store_contract
