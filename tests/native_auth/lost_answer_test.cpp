// T4: a client whose answer was lost sends the same bytes again. It gets the same answer, and
// nothing happens a second time: no step, no message, no count.

#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "server/crypto/hmac.h"
#include "tests/native_auth/repeated_request.h"
#include "tests/native_auth/scenes.h"

namespace gate::server::testing_support {
namespace {

bool is_refused(const Reply& reply) {
  return reply.error() == "invalid_grant" && reply.code() == 55200 && !reply.has_tokens();
}

class LostAnswers : public testing::Test {
 protected:
  explicit LostAnswers(ServiceSettings settings = TestServer::relaxed())
      : server_(std::move(settings)) {
    server_.decider.set(require_two_methods);
  }
  Reply once(const std::string& path, const Params& params) {
    return TestServer::read(server_.send(server_.request(path, params)));
  }
  std::size_t messages() {
    static_cast<void>(server_.last_code());
    return server_.delivered.size();
  }
  /// Sends the request, and the same bytes twice more. Expects three equal answers, and that only
  /// the first changed anything.
  Reply thrice(const std::string& path, const Params& params) {
    const Reply first = once(path, params);
    const std::size_t sent = messages();
    const std::size_t rows = server_.audit_rows(1000).size();
    for (int i = 0; i < 2; ++i) {
      server_.clock.advance(kMicrosPerSecond);
      EXPECT_EQ(shape(once(path, params)), shape(first)) << path;
    }
    EXPECT_EQ(messages(), sent) << path;
    EXPECT_EQ(server_.audit_rows(1000).size(), rows) << path;
    return first;
  }
  std::int64_t wrong_tries(const std::string& counter) { return count_on(server_, counter); }

  TestServer server_;
};

TEST_F(LostAnswers, T4_EveryStepOfASignInWithTwoFactors) {
  const std::string begun = server_.initiate("dora").token();
  const Reply sent = thrice(kChallenge, asked(begun));
  ASSERT_EQ(sent.text("challenge_type"), "oob");
  const Reply wrong = thrice(kToken, submitted("oob", sent.token(), "00000000"));
  EXPECT_EQ(wrong.suberror(), "invalid_oob_value");
  const Reply resent = thrice(kChallenge, asked(sent.token()));
  const Reply demanded = thrice(kToken, submitted("oob", resent.token(), server_.last_code()));
  EXPECT_EQ(demanded.suberror(), "mfa_required");
  const Reply listed =
      thrice("/oauth2/v2.0/introspect", {{"continuation_token", demanded.token()}});
  const Reply text =
      thrice(kChallenge, asked(listed.token(), TestServer::method_id(listed, "sms")));
  EXPECT_EQ(text.text("challenge_channel"), "sms");
  const Reply late = thrice(kToken, submitted("mfa_oob", text.token(), "00000000"));
  EXPECT_EQ(late.suberror(), "invalid_oob_value");
  const Reply done = thrice(kToken, submitted("mfa_oob", text.token(), server_.last_code()));
  EXPECT_TRUE(done.has_tokens());
  EXPECT_EQ(server_.refresh(done.text("refresh_token")).status, 200) << "one family";
  EXPECT_EQ(messages(), 3U);
}

TEST_F(LostAnswers, T4_EveryStepOfAPasswordAndAnEnrolment) {
  const Reply prompted = thrice(kChallenge, asked(server_.initiate("carl").token()));
  EXPECT_EQ(prompted.text("challenge_type"), "password");
  const Reply wrong = thrice(kToken, submitted("password", prompted.token(), "guess"));
  EXPECT_EQ(wrong.code(), 50126);
  const Reply demanded =
      thrice(kToken, submitted("password", prompted.token(), TestServer::kPassword));
  EXPECT_EQ(demanded.suberror(), "registration_required");
  const Reply listed =
      thrice("/register/v1.0/introspect", {{"continuation_token", demanded.token()}});
  const auto enrol = [&](const std::string& token, const std::string& number) {
    return thrice("/register/v1.0/challenge", {{"continuation_token", token},
                                               {"challenge_type", "oob"},
                                               {"challenge_channel", "sms"},
                                               {"challenge_target", number}});
  };
  const Reply sent = enrol(listed.token(), "+15550100777");
  const Reply other = enrol(sent.token(), "+15550100778");
  const auto proven = [&](const std::string& code) {
    return thrice("/register/v1.0/continue",
                  {{"continuation_token", other.token()}, {"grant_type", "oob"}, {"oob", code}});
  };
  EXPECT_EQ(proven("00000000").suberror(), "invalid_oob_value");
  const Reply enrolled = proven(server_.last_code());
  EXPECT_EQ(enrolled.status, 200);
  EXPECT_TRUE(thrice(kToken, submitted("continuation_token", enrolled.token(), "")).has_tokens());
  EXPECT_EQ(server_.channels("carl-id").size(), 1U);
}

TEST_F(LostAnswers, T4_AnUnknownNameIsAnsweredAgainLikeAKnownOne) {
  for (int i = 0; i < 8; ++i) {
    const std::string begun = server_.initiate("unknown" + std::to_string(i)).token();
    const Reply sent = thrice(kChallenge, asked(begun));
    const bool code = sent.text("challenge_type") == "oob";
    const Reply wrong = thrice(
        kToken, submitted(code ? "oob" : "password", sent.token(), code ? "00000000" : "guess"));
    EXPECT_EQ(wrong.code(), code ? 50181 : 50126);
  }
}

TEST_F(LostAnswers, T4_ARefusalThatEndsTheFlowIsRepeatedToo) {
  const std::string token = server_.begin("ben");
  for (int i = 0; i < 9; ++i) {
    EXPECT_EQ(server_.submit("oob", token, "00000000").suberror(), "invalid_oob_value") << i;
  }
  EXPECT_EQ(thrice(kToken, submitted("oob", token, "00000000")).error(), "expired_token");
  server_.decider.set([](const SignInFacts&) { return block(); });
  const std::string other = server_.begin("dora");
  EXPECT_EQ(thrice(kToken, submitted("oob", other, server_.last_code())).code(), 53003);
}

/// All steps whose answers are given again, with right requests and with wrong ones.
std::vector<Scene> repeated_scenes() {
  std::vector<Scene> all = scenes();
  std::erase_if(all, [](const Scene& scene) { return scene.repeat != Scene::Repeat::kSame; });
  all.insert(all.end(), scenes_of_failures().begin(), scenes_of_failures().end());
  return all;
}

TEST(LostAnswersOfAllFlows, S18_T4_TheSameBytesGetTheSameAnswerAtEveryStepAndWriteNothing) {
  for (const Scene& scene : repeated_scenes()) {
    SCOPED_TRACE(scene.name);
    TestServer server(TestServer::relaxed());
    const HttpRequest request = scene.begin(server).request();
    const Reply first = TestServer::read(server.send(request));
    EXPECT_TRUE(first.body.contains(scene.member)) << boost::json::serialize(first.body);
    const std::string written = server.written();
    for (const Micros later : {3 * kMicrosPerSecond, 7 * kMicrosPerSecond - 1}) {
      server.clock.advance(later);
      EXPECT_EQ(shape(TestServer::read(server.send(request))), shape(first));
    }
    EXPECT_TRUE(server.written() == written) << "a step, a message or a count";
    EXPECT_TRUE(server.failures.empty());
  }
}

TEST(LostAnswersOfAllFlows, S18_T4_EqualRequestsAtTheSameTimeAreOneAtEveryStep) {
  for (const Scene& scene : repeated_scenes()) {
    SCOPED_TRACE(scene.name);
    TestServer alone(TestServer::relaxed());
    const HttpRequest once = scene.begin(alone).request();
    const std::size_t before = alone.delivered.size();
    static_cast<void>(alone.send(once));
    static_cast<void>(alone.last_code());
    const std::size_t messages = alone.delivered.size() - before;

    TestServer server(TestServer::relaxed());
    const HttpRequest request = scene.begin(server).request();
    std::vector<std::string> answers(16);
    std::vector<std::thread> threads;
    for (std::string& answer : answers) {
      threads.emplace_back(
          [&server, &request, &answer] { answer = shape(TestServer::read(server.send(request))); });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    EXPECT_EQ(std::set<std::string>(answers.begin(), answers.end()).size(), 1U) << answers[0];
    const std::size_t sent_before = server.delivered.size();
    static_cast<void>(server.last_code());
    EXPECT_EQ(server.delivered.size() - sent_before, messages);
    EXPECT_EQ(server.audit_rows(100).size(), alone.audit_rows(100).size());
    EXPECT_TRUE(server.failures.empty());
  }
}

// 64 clients are one client whose requests were all delayed.
class Parallel : public LostAnswers {
 protected:
  explicit Parallel(ServiceSettings settings = TestServer::relaxed())
      : LostAnswers(std::move(settings)) {}
  /// The different answers to 64 equal requests.
  std::set<std::string> storm(const std::string& path, const Params& params) {
    const HttpRequest request = server_.request(path, params);
    std::mutex mutex;
    std::set<std::string> answers;
    std::vector<std::thread> threads;
    for (int i = 0; i < 64; ++i) {
      threads.emplace_back([&] {
        const Reply reply = TestServer::read(server_.send(request));
        const std::lock_guard lock(mutex);
        answers.insert(shape(reply));
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    return answers;
  }
};

TEST_F(Parallel, T4_64EqualRequestsSendOneMessageAndGetOneAnswer) {
  const std::string begun = server_.initiate("ben").token();
  EXPECT_EQ(storm(kChallenge, asked(begun)).size(), 1U);
  EXPECT_EQ(messages(), 1U);
}

// The first of them fills the limit, and the others are not refused by it.
TEST_F(Parallel, T4_64EqualTriesAreOneUseOfTheLimitOnTries) {
  const std::string token = server_.begin("ben");
  for (int i = 0; i < 9; ++i) {
    EXPECT_EQ(server_.submit("oob", server_.begin("ben"), "00000000").code(), 50181);
  }
  const auto answers = storm(kToken, submitted("oob", token, "00000000"));
  EXPECT_EQ(answers.size(), 1U);
  EXPECT_NE(answers.begin()->find("50181"), std::string::npos) << *answers.begin();
  EXPECT_TRUE(server_.submit("oob", token, "00000001").is_locked());
}

class ParallelAtTheCap : public Parallel {
 protected:
  static ServiceSettings one_message() {
    ServiceSettings settings = TestServer::relaxed();
    settings.sends_per_hour = 1;
    settings.resend_spacing = kMicrosPerMinute;
    return settings;
  }
  ParallelAtTheCap() : Parallel(one_message()) {}
};

TEST_F(ParallelAtTheCap, T4_64EqualRequestsAreOneUseOfTheLimitOnMessages) {
  const std::string begun = server_.initiate("ben").token();
  const auto answers = storm(kChallenge, asked(begun));
  EXPECT_EQ(answers.size(), 1U);
  EXPECT_NE(answers.begin()->find("challenge_target_label"), std::string::npos);
  EXPECT_EQ(messages(), 1U);
  EXPECT_TRUE(server_.challenge(server_.initiate("ben").token()).is_limited());
}

TEST_F(Parallel, T4_A4_64EqualSubmitsOfARightCodeAreOneSignIn) {
  server_.decider.set([](const SignInFacts&) { return allow(); });
  const std::string token = server_.begin("ben");
  const auto answers = storm(kToken, submitted("oob", token, server_.last_code()));
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_NE(answers.begin()->find("access_token"), std::string::npos);
  EXPECT_EQ(server_.audit_rows(100).size(), 1U);
}

TEST_F(Parallel, T4_64EqualSubmitsOfARightPasswordAreOneSignIn) {
  server_.decider.set([](const SignInFacts&) { return allow(); });
  const auto answers =
      storm(kToken, submitted("password", server_.begin("amy"), TestServer::kPassword));
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_NE(answers.begin()->find("access_token"), std::string::npos);
  EXPECT_EQ(server_.audit_rows(100).size(), 1U);
  EXPECT_EQ(wrong_tries("password:amy-id"), 0);
}

TEST_F(Parallel, T4_64EqualWrongTriesCountOnce) {
  const std::string token = server_.begin("ben");
  EXPECT_EQ(storm(kToken, submitted("oob", token, "00000000")).size(), 1U);
  EXPECT_EQ(wrong_tries(code_counter(server_, "ben-id")), 1);
  const std::string prompted = server_.begin("amy");
  EXPECT_EQ(storm(kToken, submitted("password", prompted, "guess")).size(), 1U);
  EXPECT_EQ(wrong_tries("password:amy-id"), 1);
}

TEST_F(LostAnswers, T4_AnAnswerIsGivenAgainForTenSeconds) {
  const std::string begun = server_.initiate("ben").token();
  const Reply sent = once(kChallenge, asked(begun));
  server_.clock.advance(10 * kMicrosPerSecond - 1);
  EXPECT_EQ(shape(once(kChallenge, asked(begun))), shape(sent));
  server_.clock.advance(1);
  EXPECT_TRUE(is_refused(once(kChallenge, asked(begun))));
  EXPECT_EQ(messages(), 1U);
}

TEST_F(LostAnswers, T4_AFailedTryIsCountedAgainAfterTenSeconds) {
  const std::string counter = code_counter(server_, "ben-id");
  const Params wrong = submitted("oob", server_.begin("ben"), "00000000");
  const Params guess = submitted("password", server_.begin("amy"), "guess");
  for (int i = 1; i <= 3; ++i) {
    EXPECT_EQ(once(kToken, wrong).suberror(), "invalid_oob_value");
    EXPECT_EQ(once(kToken, guess).code(), 50126);
    EXPECT_EQ(wrong_tries(counter), i);
    EXPECT_EQ(wrong_tries("password:amy-id"), i);
    server_.clock.advance(10 * kMicrosPerSecond);
  }
}

TEST_F(LostAnswers, T4_C5_OtherBytesWithTheOldTokenAreRefused) {
  server_.decider.set([](const SignInFacts&) { return allow(); });
  const std::string begun = server_.initiate("ben").token();
  const std::string sent = once(kChallenge, asked(begun)).token();
  EXPECT_TRUE(is_refused(once(
      kChallenge, {{"challenge_type", "password oob redirect"}, {"continuation_token", begun}})))
      << "another order is another request";
  EXPECT_TRUE(is_refused(once("/oauth2/v2.0/introspect", asked(begun)))) << "another endpoint";
  const std::string code = server_.last_code();
  const Params right = submitted("oob", sent, code);
  ASSERT_TRUE(once(kToken, right).has_tokens());
  Params other = right;
  other.emplace_back("more", "1");
  EXPECT_TRUE(is_refused(once(kToken, other)));
  EXPECT_TRUE(is_refused(once(kToken, submitted("oob", sent, "00000000"))));
  other = right;
  other.emplace_back("client_id", TestServer::kOtherClient);
  EXPECT_TRUE(is_refused(once(kToken, other))) << "another client";
  server_.device_key = std::string(43, 'k');
  EXPECT_TRUE(is_refused(once(kToken, right))) << "another device";
  server_.device_key.clear();
  EXPECT_TRUE(once(kToken, right).has_tokens()) << "the same bytes: still its own answer";
}

TEST_F(LostAnswers, T4_TheNewestRequestOfAFlowIsTheOneThatIsRemembered) {
  const std::string begun = server_.initiate("ben").token();
  const std::string sent = once(kChallenge, asked(begun)).token();
  EXPECT_EQ(once(kToken, submitted("oob", sent, "00000000")).suberror(), "invalid_oob_value");
  EXPECT_TRUE(is_refused(once(kChallenge, asked(begun))))
      << "its answer arrived: the client went on with the token in it";
}

// What was given is not given again to a user who was revoked since (T6).
TEST_F(LostAnswers, T4_T6_NothingIsGivenAgainAfterARevocation) {
  const auto to_tokens = [&](const std::string& user) {
    const Reply demanded = server_.first_factor(user);
    const Reply sent = server_.challenge(demanded.token());
    const Params last = submitted("mfa_oob", sent.token(), server_.last_code());
    EXPECT_TRUE(once(kToken, last).has_tokens());
    EXPECT_TRUE(once(kToken, last).has_tokens());
    return last;
  };
  const Params of_amy = to_tokens("amy");
  server_.revoke("amy-id");
  EXPECT_TRUE(is_refused(once(kToken, of_amy)));

  const Params of_dora = to_tokens("dora");
  for (const Channel& channel : server_.channels("dora-id")) {
    if (channel.kind == ChannelKind::kSms) {
      server_.set_blocked("dora-id", channel, true);
      EXPECT_TRUE(is_refused(once(kToken, of_dora))) << "the factor went over it";
      server_.set_blocked("dora-id", channel, false);
    }
  }
  EXPECT_TRUE(once(kToken, of_dora).has_tokens());

  server_.device_key = std::string(43, 'k');
  const Params on_device = to_tokens("dora");
  const std::string refresh = once(kToken, on_device).text("refresh_token");
  ASSERT_TRUE(server_.store->write([&](UnitOfWork& work) -> Result<void> {
    GATE_TRY(const auto row, work.find_refresh(TestServer::kTenant, sha256(as_bytes(refresh))));
    EXPECT_FALSE(row->session.device_id.empty());
    return work.raise_device_epoch(TestServer::kTenant, "dora-id", row->session.device_id);
  }));
  EXPECT_TRUE(is_refused(once(kToken, on_device))) << "its session ended with its device";
}

class Guesses : public LostAnswers {
 protected:
  static ServiceSettings many_tries() {
    ServiceSettings settings = TestServer::relaxed();
    settings.tries_delay_from = 100;
    settings.tries_stop_at = 100;
    settings.password_tries = 100;
    settings.known_devices = 0;  // the settings allow at most 100 tries together
    return settings;
  }
  Guesses() : LostAnswers(many_tries()) {}
};

// A repeated guess reveals nothing, because its answer is known. Every other guess is counted, also
// one that was made before another. So the different guesses never outnumber the counted ones.
TEST_F(Guesses, T4_RepeatedBytesAreNoFreeGuesses) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 dice(seed);
  const std::string counter = code_counter(server_, "ben-id");
  std::int64_t counted = 0;
  std::size_t different = 0;
  for (int flow = 0; flow < 6; ++flow) {
    const std::string token = server_.begin("ben");
    std::set<std::string> made;
    std::string last;
    Micros last_at = 0;
    for (int in_flow = 0; in_flow < 9;) {
      const std::string guess = "0000000" + std::to_string(dice() % 3);
      EXPECT_EQ(once(kToken, submitted("oob", token, guess)).suberror(), "invalid_oob_value");
      if (guess != last || server_.clock.now() - last_at >= 10 * kMicrosPerSecond) {
        ++in_flow;
        ++counted;
        last = guess;
        last_at = server_.clock.now();
      }
      made.insert(guess);
      ASSERT_EQ(wrong_tries(counter), counted);
      server_.clock.advance(static_cast<Micros>(dice() % 5) * kMicrosPerSecond);
    }
    different += made.size();
  }
  EXPECT_LE(static_cast<std::int64_t>(different), counted);
}

TEST_F(LostAnswers, T4_TheStoreHoldsOneSealedAnswerForAFlowAndSoonNone) {
  server_.decider.set([](const SignInFacts&) { return allow(); });
  const std::string token = server_.begin("ben");
  const Reply done = once(kToken, submitted("oob", token, server_.last_code()));
  ASSERT_TRUE(done.has_tokens());
  const std::string dump = server_.dump();
  for (const std::string& text : {done.text("access_token"), done.text("id_token"), token}) {
    EXPECT_EQ(dump.find(text), std::string::npos);
  }
  ASSERT_TRUE(server_.store->read([&](StoreReads& reads) -> Result<void> {
    const std::string flow = server_.audit_rows(10).back().flow_id;
    GATE_TRY(const auto answer, reads.find_answer(TestServer::kTenant, flow));
    EXPECT_GT(answer->sealed.size(), done.text("access_token").size());
    EXPECT_LT(answer->sealed.size(), 4096U);
    return {};
  }));
  server_.clock.advance(10 * kMicrosPerSecond + 1);
  EXPECT_EQ(*server_.store->sweep(server_.clock.now(), 100), 1U);
  EXPECT_EQ(*server_.store->sweep(server_.clock.now(), 100), 0U);
}

}  // namespace
}  // namespace gate::server::testing_support
