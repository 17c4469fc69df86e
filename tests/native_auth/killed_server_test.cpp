// T4, T2: a server that is killed between the commit and the answer. The client sends the same
// bytes again, and the next server gives the answer that was not sent.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <map>
#include <random>
#include <thread>

#include "tests/native_auth/repeated_request.h"
#include "tests/native_auth/scenes.h"
#include "tests/native_auth/test_store.h"

namespace gate::server::testing_support {
namespace {

/// All steps whose answers are given again.
std::vector<Scene> stories() {
  std::vector<Scene> all = scenes();
  std::erase_if(all, [](const Scene& scene) { return scene.repeat != Scene::Repeat::kSame; });
  all.insert(all.end(), scenes_of_failures().begin(), scenes_of_failures().end());
  return all;
}

/// What a request leaves when it is carried out once.
struct Traces {
  std::size_t messages = 0;  ///< that wait
  std::size_t rows = 0;      ///< of the audit log
  std::vector<std::int64_t> counters;
  bool operator==(const Traces&) const = default;
};

Traces traces_of(TestServer& server) {
  Traces traces;
  const std::size_t before = server.delivered.size();
  static_cast<void>(server.last_code());
  traces.messages = server.delivered.size() - before;
  traces.rows = server.audit_rows(100).size();
  for (const char* user : {"amy-id", "dora-id"}) {
    traces.counters.push_back(count_on(server, std::string("password:") + user));
    for (const Channel& channel : server.channels(user)) {
      traces.counters.push_back(
          count_on(server, "code:" + std::string(user) + ":" + channel.channel_id));
    }
  }
  return traces;
}

class KilledServer : public testing::Test {
 protected:
  void SetUp() override {
    start_store_server();
    std::string pattern = (std::filesystem::temp_directory_path() / "gate-kill-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    ASSERT_EQ(::pipe(pipe_), 0);
  }
  void TearDown() override {
    ::close(pipe_[0]);
    ::close(pipe_[1]);
    std::filesystem::remove_all(folder_);
  }
  /// A process of its own: takes the steps of the story, reports the bytes of the last request,
  /// handles it, and reports the answer, unless it is killed before (`dies`).
  pid_t serve(const Scene& story, bool dies) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
    const pid_t child = ::fork();
    if (child != 0) {
      return child;
    }
    TestServer server(folder_, TestServer::relaxed());
    const HttpRequest request = story.begin(server).request();
    report(request.path + "\n" + request.body);
    const HttpResponse answer = server.send(request);
    if (dies) {
      ::kill(::getpid(), SIGKILL);
    }
    report(shape(TestServer::read(answer)));
    while (true) {
      ::pause();
    }
  }
  void report(const std::string& text) const {
    const auto size = static_cast<std::uint32_t>(text.size());
    const std::string all = std::string(reinterpret_cast<const char*>(&size), sizeof size) + text;
    EXPECT_EQ(::write(pipe_[1], all.data(), all.size()), static_cast<ssize_t>(all.size()));
  }
  [[nodiscard]] std::string hear(std::size_t size) const {
    std::string text(size, '\0');
    for (std::size_t at = 0; at < size;) {
      const ssize_t got = ::read(pipe_[0], text.data() + at, size - at);
      if (got <= 0) {
        ADD_FAILURE() << "nothing comes from the child";
        break;
      }
      at += static_cast<std::size_t>(got);
    }
    return text;
  }
  [[nodiscard]] std::string hear() const {
    std::uint32_t size = 0;
    const std::string head = hear(sizeof size);
    std::copy(head.begin(), head.end(), reinterpret_cast<char*>(&size));
    return hear(size);
  }
  static void expect_killed(pid_t child) {
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  }
  /// What the request leaves where nothing is killed.
  static const Traces& undisturbed(const Scene& story) {
    static std::map<std::string, Traces> known;
    const auto [at, is_new] = known.try_emplace(story.name);
    if (is_new) {
      TestServer server(TestServer::relaxed());
      static_cast<void>(server.send(story.begin(server).request()));
      at->second = traces_of(server);
    }
    return at->second;
  }
  /// The answer of the next server to the same bytes. Expects that everything was done once.
  std::string ask_again(const Scene& story, const std::string& bytes) const {
    TestServer server(folder_, TestServer::relaxed());
    story.set_policy(server);
    const std::size_t end = bytes.find('\n');
    HttpRequest request = TestServer::form_request(bytes.substr(0, end), {});
    request.body = bytes.substr(end + 1);
    const Reply reply = TestServer::read(server.send(request));
    EXPECT_TRUE(reply.body.contains(story.member)) << boost::json::serialize(reply.body);
    EXPECT_EQ(shape(TestServer::read(server.send(request))), shape(reply));
    EXPECT_TRUE(traces_of(server) == undisturbed(story)) << "something was done twice, or half";
    EXPECT_TRUE(server.failures.empty());
    return shape(reply);
  }

  std::filesystem::path folder_;
  int pipe_[2] = {};
};

TEST_F(KilledServer, T4_AnAnswerThatWasNotSentIsGivenByTheNextServer) {
  for (const Scene& story : stories()) {
    SCOPED_TRACE(story.name);
    const pid_t child = serve(story, true);
    const std::string bytes = hear();
    expect_killed(child);
    ask_again(story, bytes);
  }
}

TEST_F(KilledServer, T4_TheNextServerGivesTheVeryAnswerOfTheKilledOne) {
  for (const Scene& story : stories()) {
    SCOPED_TRACE(story.name);
    const pid_t child = serve(story, false);
    const std::string bytes = hear();
    const std::string answer = hear();
    ::kill(child, SIGKILL);
    expect_killed(child);
    EXPECT_EQ(ask_again(story, bytes), answer);
  }
}

// Before, in and after the commit: nothing is done twice and nothing is half done.
TEST_F(KilledServer, T4_T2_AKillAtAnyMomentLeavesOneOutcome) {
  std::mt19937 dice(std::random_device{}());
  // More of them with GATE_KILLS, as `./dev test --long` does.
  const std::vector<Scene> all = stories();
  const char* wanted = std::getenv("GATE_KILLS");
  const std::size_t kills = wanted == nullptr ? all.size() : std::strtoul(wanted, nullptr, 10);
  for (std::size_t kill = 0; kill < kills; ++kill) {
    const Scene& story = all[kill % all.size()];
    const bool hashes = std::string_view(story.name).find("password") != std::string_view::npos;
    const auto delay = std::chrono::microseconds(dice() % (hashes ? 80'000 : 4'000));
    SCOPED_TRACE(story.name + (" " + std::to_string(delay.count()) + " us"));
    const pid_t child = serve(story, false);
    const std::string bytes = hear();
    std::this_thread::sleep_for(delay);
    ::kill(child, SIGKILL);
    expect_killed(child);
    ask_again(story, bytes);
    // An answer that came before the kill is not of the next round.
    ::close(pipe_[0]);
    ::close(pipe_[1]);
    ASSERT_EQ(::pipe(pipe_), 0);
  }
}

}  // namespace
}  // namespace gate::server::testing_support
