// T4, T2: a server that is killed between the commit and the answer. The client sends the same
// bytes again, and the next server gives the answer that was not sent.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <random>
#include <thread>

#include "tests/native_auth/repeated_request.h"

namespace gate::server::testing_support {
namespace {

/// A request, the steps before it, and what it leaves when it is carried out once.
struct Story {
  const char* name;
  HttpRequest (*tell)(TestServer&);
  const char* member;    ///< of the answer
  std::size_t messages;  ///< that wait
  std::size_t rows;      ///< of the audit log
  const char* counter;   ///< of the user's wrong tries; null: none
};

HttpRequest ask_for_code(TestServer& server) {
  return server.request(kChallenge, asked(server.initiate("ben").token()));
}
HttpRequest ask_for_second_code(TestServer& server) {
  return server.request(kChallenge, asked(server.first_factor("dora").token()));
}
HttpRequest submit_last_code(TestServer& server) {
  const Reply sent = server.challenge(server.first_factor("dora").token());
  return server.request(kToken, submitted("mfa_oob", sent.token(), server.last_code()));
}
HttpRequest submit_password(TestServer& server) {
  return server.request(kToken, submitted("password", server.begin("amy"), TestServer::kPassword));
}
HttpRequest submit_wrong_code(TestServer& server) {
  return server.request(kToken, submitted("oob", server.begin("ben"), "00000000"));
}
HttpRequest submit_wrong_password(TestServer& server) {
  return server.request(kToken, submitted("password", server.begin("amy"), "guess"));
}
constexpr Story kStories[] = {
    {"a code", ask_for_code, "challenge_target_label", 1, 0, nullptr},
    {"a second code", ask_for_second_code, "challenge_target_label", 1, 1, nullptr},
    {"the last code", submit_last_code, "access_token", 0, 2, nullptr},
    {"a password", submit_password, "continuation_token", 0, 1, nullptr},
    {"a wrong code", submit_wrong_code, "suberror", 1, 0, "ben-id"},
    {"a wrong password", submit_wrong_password, "error", 0, 0, "amy-id"},
};

class KilledServer : public testing::Test {
 protected:
  void SetUp() override {
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
  pid_t serve(const Story& story, bool dies) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
    const pid_t child = ::fork();
    if (child != 0) {
      return child;
    }
    TestServer server(folder_, TestServer::relaxed());
    server.decider.set(require_two_methods);
    const HttpRequest request = story.tell(server);
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
  /// The answer of the next server to the same bytes. Expects that everything was done once.
  std::string ask_again(const Story& story, const std::string& bytes) const {
    TestServer server(folder_, TestServer::relaxed());
    server.decider.set(require_two_methods);
    const std::size_t end = bytes.find('\n');
    HttpRequest request = TestServer::form_request(bytes.substr(0, end), {});
    request.body = bytes.substr(end + 1);
    const Reply reply = TestServer::read(server.send(request));
    EXPECT_TRUE(reply.body.contains(story.member)) << boost::json::serialize(reply.body);
    EXPECT_EQ(shape(TestServer::read(server.send(request))), shape(reply));
    static_cast<void>(server.last_code());
    EXPECT_EQ(server.delivered.size(), story.messages);
    EXPECT_EQ(server.audit_rows(100).size(), story.rows);
    if (story.counter != nullptr) {
      const bool mail = story.messages > 0;
      EXPECT_EQ(count_on(server, mail ? code_counter(server, story.counter)
                                      : std::string("password:") + story.counter),
                1);
    }
    EXPECT_TRUE(server.failures.empty());
    return shape(reply);
  }

  std::filesystem::path folder_;
  int pipe_[2] = {};
};

TEST_F(KilledServer, T4_AnAnswerThatWasNotSentIsGivenByTheNextServer) {
  for (const Story& story : kStories) {
    SCOPED_TRACE(story.name);
    const pid_t child = serve(story, true);
    const std::string bytes = hear();
    expect_killed(child);
    ask_again(story, bytes);
  }
}

TEST_F(KilledServer, T4_TheNextServerGivesTheVeryAnswerOfTheKilledOne) {
  for (const Story& story : kStories) {
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
  for (int round = 0; round < 24; ++round) {
    const Story& story = kStories[round % std::size(kStories)];
    const bool hashes = std::string_view(story.name).ends_with("password");
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
