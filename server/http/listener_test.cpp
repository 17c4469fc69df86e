#include "server/http/listener.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

#include "server/http/raw_client.h"
#include "server/http/request_guard.h"
#include "server/log/log.h"

namespace gate::server {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

/// Answers with the parsed request, so that a test sees how the bytes were read.
HttpResponse echo(const HttpRequest& request) {
  std::string body = request.method + " " + request.path + "?" + request.query + "\n";
  for (const auto& [name, value] : request.headers) {
    body += name + "=" + value + "\n";
  }
  body += "peer=" + request.peer_ip + "\n\n" + request.body;
  return {.status = 200, .headers = {{"content-type", "text/plain"}}, .body = std::move(body)};
}

class ListenerTest : public ::testing::Test {
 protected:
  ListenerTest()
      : null_(open("/dev/null", O_WRONLY | O_CLOEXEC)),
        log_(null_, LogLevel::kError, LogFormat::kJson) {}
  ~ListenerTest() override {
    listener_.reset();
    close(null_);
  }

  void start(HttpHandler handler = echo, ReadinessProbe probe = {}) {
    auto started = Listener::start(settings_, std::move(handler), std::move(probe), log_);
    ASSERT_TRUE(started.has_value()) << started.error().message;
    listener_ = std::move(started).value();
  }
  std::uint16_t port() const { return listener_->port(); }
  /// Sends these bytes on one connection and returns everything that comes back.
  std::string exchange(std::string_view bytes) {
    RawClient client(port());
    client.send(bytes);
    client.finish();
    return client.read_all();
  }

  int null_;
  Logger log_;
  ListenerSettings settings_;
  std::unique_ptr<Listener> listener_;
};

std::string post(std::string_view body, std::string_view fields = "") {
  return "POST /t/x?a=b HTTP/1.1\r\nHost: h\r\n" + std::string(fields) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

TEST_F(ListenerTest, HandsTheHandlerTheRequestWithLowerCaseNames) {
  start();
  const std::string answer = exchange(post("k=v", "X-Thing:  Value \r\n"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("POST /t/x?a=b\n"));
  EXPECT_THAT(answer, HasSubstr("x-thing=Value\n"));
  EXPECT_THAT(answer, HasSubstr("peer=127.0.0.1\n\nk=v"));
  EXPECT_THAT(answer, HasSubstr("\r\nDate: "));
  EXPECT_THAT(answer, HasSubstr("X-Content-Type-Options: nosniff"));
}

TEST_F(ListenerTest, KeepsTheConnectionAndAnswersPipelinedRequestsInOrder) {
  start();
  RawClient client(port());
  client.send(post("1") + post("2") + post("3"));
  for (const char* body : {"\n\n1", "\n\n2", "\n\n3"}) {
    EXPECT_THAT(client.read_response(), HasSubstr(body));
  }
}

TEST_F(ListenerTest, ClosesAfterTheLastRequestThatAConnectionMayCarry) {
  settings_.limits.requests_per_connection_max = 2;
  start();
  RawClient client(port());
  client.send(post("1") + post("2") + post("3"));
  EXPECT_THAT(client.read_response(), Not(HasSubstr("Connection: close")));
  EXPECT_THAT(client.read_response(), HasSubstr("Connection: close"));
  EXPECT_THAT(client.read_response(), IsEmpty());
}

TEST_F(ListenerTest, RefusesSmuggledRequestsAndClosesBeforeTheSecondIsSeen) {
  std::atomic<int> calls{0};
  start([&](const HttpRequest& request) {
    ++calls;
    return echo(request);
  });
  const std::string hidden = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";
  const std::vector<std::pair<std::string, const char*>> attacks = {
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: "
       "chunked\r\n\r\n0\r\n\r\n",
       "length_and_coding"},
      {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: "
       "4\r\n\r\n0\r\n\r\n",
       "length_and_coding"},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nContent-Length: 44\r\n\r\n",
       "repeated_length"},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0, 44\r\n\r\n", "bad_length"},
      {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
       "unknown_coding"},
      {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
       "bad_field_name"},
      {"POST / HTTP/1.1\r\nHost: h\r\nX: a\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       "folded_field"},
      {"POST / HTTP/1.1\nHost: h\nContent-Length: 0\n\n", "bare_line_feed"},
      {"POST / HTTP/1.1\r\nHost: h\r\nX: a\rContent-Length: 0\r\n\r\n", "bare_carriage_return"},
      {"GET / HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n", "repeated_host"},
      {"GET / HTTP/1.1\r\n\r\n", "missing_host"},
      {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "coding_in_old_version"},
  };
  for (const auto& [attack, code] : attacks) {
    SCOPED_TRACE(code);
    const std::string answer = exchange(attack + hidden);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 "));
    EXPECT_THAT(answer, HasSubstr(std::string(R"("suberror":")") + code + '"'));
    EXPECT_THAT(answer, HasSubstr("Connection: close"));
    EXPECT_EQ(answer.find("\r\nConnection: ", answer.find("\r\nConnection: ") + 1),
              std::string::npos)
        << "a second answer was given";
  }
  EXPECT_EQ(calls.load(), 0);
}

TEST_F(ListenerTest, ReadsChunkedContentAndForgetsTrailers) {
  start();
  const std::string answer = exchange(
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Forwarded-For: 1.2.3.4\r\nX-Late: 1\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("\n\nabcde"));
  EXPECT_THAT(answer, Not(HasSubstr("x-late")));
}

TEST_F(ListenerTest, RefusesChunksThatDoNotFollowTheirFraming) {
  std::atomic<int> calls{0};
  start([&](const HttpRequest& request) {
    ++calls;
    return echo(request);
  });
  for (const char* chunks :
       {"zz\r\nabc\r\n0\r\n\r\n", "-1\r\na\r\n0\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n",
        "3\nabc\r\n0\r\n\r\n", "ffffffffffffffffff\r\na\r\n0\r\n\r\n", " 3\r\nabc\r\n0\r\n\r\n"}) {
    SCOPED_TRACE(chunks);
    const std::string answer = exchange(
        std::string("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n") + chunks);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 4"));
    EXPECT_THAT(answer, HasSubstr("Connection: close"));
  }
  EXPECT_EQ(calls.load(), 0);
}

TEST_F(ListenerTest, ReadsContentOfExactlyTheLimitAndRefusesOneByteMore) {
  start();
  const std::size_t limit = settings_.limits.body_bytes_max;
  EXPECT_THAT(exchange(post(std::string(limit, 'x'))), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(exchange(post(std::string(limit + 1, 'x'))), StartsWith("HTTP/1.1 413"));
  const auto chunked = [](std::size_t size) {
    char length[16];
    std::snprintf(length, sizeof length, "%zx", size);
    return "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" +
           std::string(length) + "\r\n" + std::string(size, 'x') + "\r\n0\r\n\r\n";
  };
  EXPECT_THAT(exchange(chunked(limit)), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(exchange(chunked(limit + 1)), StartsWith("HTTP/1.1 413"));
}

TEST_F(ListenerTest, ReadsAHeadOfExactlyTheLimitAndRefusesOneByteMore) {
  settings_.limits.target_bytes_max = 64;
  start();
  const auto sized = [](std::size_t size) {
    const std::string front = "GET / HTTP/1.1\r\nHost: h\r\nX: ";
    return front + std::string(size - front.size() - 4, 'x') + "\r\n\r\n";
  };
  EXPECT_THAT(exchange(sized(settings_.limits.head_bytes_max)), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(exchange(sized(settings_.limits.head_bytes_max + 1)), StartsWith("HTTP/1.1 431"));
  EXPECT_THAT(exchange("GET /" + std::string(64, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n"),
              StartsWith("HTTP/1.1 414"));
  std::string many = "GET / HTTP/1.1\r\nHost: h\r\n";
  for (std::size_t i = 0; i < settings_.limits.header_count_max; ++i) {
    many += "a: b\r\n";
  }
  EXPECT_THAT(exchange(many + "\r\n"), StartsWith("HTTP/1.1 431"));
}

TEST_F(ListenerTest, ASlowRequestIsCutOffByOneDeadlineHoweverManyBytesItSends) {
  settings_.limits.head_timeout = std::chrono::milliseconds(100);
  settings_.limits.body_timeout = std::chrono::milliseconds(100);
  start();
  RawClient head(port());
  head.send("GET / HTTP/1.1\r\nHost:");
  EXPECT_THAT(head.read_all(), IsEmpty());
  RawClient body(port());
  body.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_THAT(body.read_all(), IsEmpty());
}

TEST_F(ListenerTest, AnIdleConnectionIsClosedWithoutAWord) {
  settings_.limits.idle_timeout = std::chrono::milliseconds(50);
  start();
  RawClient client(port());
  EXPECT_THAT(client.read_all(), IsEmpty());
}

TEST_F(ListenerTest, AnswersContinueBeforeItReadsTheContent) {
  start();
  RawClient client(port());
  client.send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 100"));
  client.send("ok");
  EXPECT_THAT(client.read_response(), HasSubstr("\n\nok"));
}

TEST_F(ListenerTest, HeadIsAnsweredWithoutContent) {
  start();
  const std::string answer = exchange("HEAD /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 15"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST_F(ListenerTest, OverloadIsToldAtOnceWithRetryAfterWhileHealthStillAnswers) {
  settings_.worker_threads = 1;
  settings_.worker_queue_max = 1;
  std::latch busy(1);
  std::latch release(1);
  std::atomic<int> running{0};
  start([&](const HttpRequest& request) {
    if (running++ == 0) {
      busy.count_down();
    }
    release.wait();
    return echo(request);
  });
  RawClient first(port());
  first.send(post("1"));
  busy.wait();
  RawClient second(port());
  second.send(post("2"));
  // One thread serves all sockets in turn. So once a later connection was answered, the second
  // request has been read and fills the queue.
  const std::string health = "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n";
  EXPECT_THAT(exchange(health), StartsWith("HTTP/1.1 200"));
  RawClient third(port());
  third.send(post("3"));
  const std::string refused = third.read_response();
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(refused, HasSubstr("retry-after: 1"));
  EXPECT_THAT(refused, HasSubstr("temporarily_unavailable"));
  EXPECT_THAT(exchange(health), StartsWith("HTTP/1.1 200"));
  release.count_down();
  EXPECT_THAT(first.read_response(), HasSubstr("\n\n1"));
  EXPECT_THAT(second.read_response(), HasSubstr("\n\n2"));
  listener_.reset();  // before the latches that its workers use
}

TEST_F(ListenerTest, OneConnectionBeyondTheLimitIsTurnedAway) {
  settings_.limits.connections_max = 2;
  start();
  RawClient first(port());
  RawClient second(port());
  first.send(post("1"));
  second.send(post("2"));
  EXPECT_THAT(first.read_response(), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(second.read_response(), StartsWith("HTTP/1.1 200"));
  RawClient third(port());
  EXPECT_THAT(third.read_all(), StartsWith("HTTP/1.1 503"));
}

TEST_F(ListenerTest, StopFinishesWhatIsUnderWayAndClosesWhatIsIdle) {
  std::latch entered(1);
  std::latch release(1);
  start([&](const HttpRequest& request) {
    entered.count_down();
    release.wait();
    return echo(request);
  });
  RawClient idle(port());
  RawClient busy(port());
  busy.send(post("last"));
  entered.wait();
  std::thread stopper([&] { listener_->stop(); });
  EXPECT_THAT(idle.read_all(), IsEmpty());
  release.count_down();
  const std::string answer = busy.read_all();
  EXPECT_THAT(answer, HasSubstr("\n\nlast"));
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
  stopper.join();
  EXPECT_FALSE(RawClient(port()).connected());
  listener_.reset();  // before the latches that its workers use
}

TEST_F(ListenerTest, ReadinessFollowsTheProbe) {
  std::atomic<bool> ready{false};
  start(echo, [&] { return Readiness{.ready = ready.load(), .detail = R"({"policies":"none"})"}; });
  const std::string ask = "GET /readyz HTTP/1.1\r\nHost: h\r\n\r\n";
  EXPECT_THAT(exchange(ask),
              ::testing::AllOf(StartsWith("HTTP/1.1 503"), HasSubstr(R"({"policies":"none"})")));
  ready = true;
  EXPECT_THAT(exchange(ask), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(exchange("POST /readyz HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"),
              StartsWith("HTTP/1.1 405"));
}

TEST_F(ListenerTest, BelievesAForwardedAddressOnlyFromATrustedProxy) {
  start();
  const std::string request =
      post("x", "X-Forwarded-For: 203.0.113.1\r\nX-Forwarded-For: 198.51.100.7\r\n");
  EXPECT_THAT(exchange(request), HasSubstr("peer=127.0.0.1"));
  listener_.reset();
  settings_.trusted_proxies = {"127.0.0.0/8"};
  start();
  EXPECT_THAT(exchange(request), HasSubstr("peer=198.51.100.7"));
  EXPECT_THAT(exchange(post("x", "X-Forwarded-For: 198.51.100.7:443\r\n")), HasSubstr("peer=\n\n"))
      << "S8: unknown";
}

TEST_F(ListenerTest, S8_BehindAProxyWithoutTrustedOnesTheAddressIsUnknown) {
  settings_.behind_proxy = true;
  start();
  EXPECT_THAT(exchange(post("x", "X-Forwarded-For: 198.51.100.7\r\n")), HasSubstr("peer=\n\n"));
}

TEST_F(ListenerTest, E10_RefusesToListenBeyondLoopbackWithoutTlsUnlessAProxyEndsIt) {
  settings_.address = "0.0.0.0";
  const auto refused = Listener::start(settings_, echo, {}, log_);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kDenied);
  settings_.behind_proxy = true;
  EXPECT_TRUE(Listener::start(settings_, echo, {}, log_).has_value());
}

TEST_F(ListenerTest, SaysPreciselyWhyItCannotListen) {
  settings_.address = "localhost";
  settings_.behind_proxy = true;
  EXPECT_THAT(Listener::start(settings_, echo, {}, log_).error().message,
              HasSubstr("`localhost` is not an IP address"));
  settings_.address = "127.0.0.1";
  start();
  settings_.port = port();
  EXPECT_THAT(Listener::start(settings_, echo, {}, log_).error().message,
              HasSubstr("cannot listen on 127.0.0.1"));
}

}  // namespace
}  // namespace gate::server
