#include "bench/load/sign_in.h"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/array.hpp>
#include <chrono>

namespace gate::load {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kTypes = "password oob redirect";
constexpr std::string_view kScope = "openid profile offline_access api://retail-bank/accounts";
constexpr std::chrono::milliseconds kLookAgain{1};
constexpr std::chrono::seconds kCodePatience{10};

/// One person on the way in.
class Attempt {
 public:
  Attempt(Shared& shared, HttpClient& client, const Person& person)
      : shared_(shared), client_(client), person_(person) {}

  asio::awaitable<Result<void>> run() {
    const Fields who = {{"username", person_.username},
                        {"challenge_type", kTypes},
                        {"capabilities", "mfa_required registration_required"}};
    Result<Reply> reply = co_await call(Phase::kInitiate, "/oauth2/v2.0/initiate", who);
    if (reply) {
      reply = co_await first_factor();
    }
    if (reply && reply->text("suberror") == "mfa_required") {
      reply = co_await second_factor();
    }
    if (!reply) {
      co_return std::move(reply).error();
    }
    if (reply->status != 200 || reply->text("access_token").empty()) {
      co_return refused("token", *reply);
    }
    co_return Result<void>();
  }

 private:
  static Error refused(std::string_view what, const Reply& reply) {
    return Error{ErrorCode::kDenied, fmt::format("{}: {} {} {}", what, reply.status,
                                                 reply.text("error"), reply.text("suberror"))};
  }

  /// One request; the continuation token of its answer is kept.
  asio::awaitable<Result<Reply>> call(Phase phase, std::string_view endpoint, Fields fields) {
    fields.emplace_back("client_id", shared_.people.client_id);
    if (phase != Phase::kInitiate) {
      fields.emplace_back("continuation_token", token_);
    }
    const Clock::time_point begun = Clock::now();
    Result<Reply> reply = co_await client_.post(
        fmt::format("/{}{}", shared_.people.tenant_id, endpoint), encode_form(fields));
    shared_.outcome.of(phase).add(Clock::now() - begun);
    ++shared_.outcome.requests;
    if (reply && !reply->text("continuation_token").empty()) {
      token_ = reply->text("continuation_token");
    }
    const bool last = phase == Phase::kFirstToken || phase == Phase::kSecondToken;
    if (reply && reply->status != 200 && !last) {
      co_return refused(name(phase), *reply);
    }
    co_return reply;
  }

  asio::awaitable<Result<Reply>> first_factor() {
    const std::uint64_t before = shared_.outbox.newest(person_.mailbox).count;
    const Fields types = {{"challenge_type", kTypes}};
    Result<Reply> asked = co_await call(Phase::kFirstChallenge, "/oauth2/v2.0/challenge", types);
    if (!asked) {
      co_return asked;
    }
    if (asked->text("challenge_type") == "password") {
      const Fields password = {
          {"grant_type", "password"}, {"password", person_.password}, {"scope", kScope}};
      co_return co_await call(Phase::kFirstToken, "/oauth2/v2.0/token", password);
    }
    co_return co_await redeem(Phase::kFirstToken, "oob", person_.mailbox, before);
  }

  asio::awaitable<Result<Reply>> second_factor() {
    Result<Reply> listed = co_await call(Phase::kIntrospect, "/oauth2/v2.0/introspect", Fields());
    if (!listed) {
      co_return listed;
    }
    const std::string method = first_method(*listed);
    if (method.empty()) {
      co_return refused("introspect", *listed);
    }
    const std::uint64_t mails = shared_.outbox.newest(person_.mailbox).count;
    const std::uint64_t texts = shared_.outbox.newest(person_.phone).count;
    const Fields chosen = {{"challenge_type", "oob redirect"}, {"id", method}};
    Result<Reply> asked = co_await call(Phase::kSecondChallenge, "/oauth2/v2.0/challenge", chosen);
    if (!asked) {
      co_return asked;
    }
    const bool mail = asked->text("challenge_channel") == "email";
    co_return co_await redeem(Phase::kSecondToken, "mfa_oob",
                              mail ? person_.mailbox : person_.phone, mail ? mails : texts);
  }

  /// The id of the method that introspect names first.
  static std::string first_method(const Reply& listed) {
    const boost::json::value* methods = listed.body.if_contains("methods");
    const boost::json::array* list = methods != nullptr ? methods->if_array() : nullptr;
    const boost::json::object* method =
        list != nullptr && !list->empty() ? list->front().if_object() : nullptr;
    const boost::json::value* id = method != nullptr ? method->if_contains("id") : nullptr;
    return id != nullptr && id->is_string() ? std::string(id->get_string()) : std::string();
  }

  /// Waits for the code and submits it.
  asio::awaitable<Result<Reply>> redeem(Phase phase, std::string_view grant, const std::string& to,
                                        std::uint64_t before) {
    const Result<std::string> code = co_await code_for(to, before);
    if (!code) {
      co_return code.error();
    }
    const Fields fields = {{"grant_type", grant}, {"oob", *code}, {"scope", kScope}};
    co_return co_await call(phase, "/oauth2/v2.0/token", fields);
  }

  /// The code that comes to `to` after the first `before`.
  asio::awaitable<Result<std::string>> code_for(const std::string& to, std::uint64_t before) {
    const Clock::time_point begun = Clock::now();
    asio::steady_timer timer(shared_.io);
    while (Clock::now() - begun < kCodePatience) {
      const Result<void> read = shared_.outbox.poll();
      if (!read) {
        co_return read.error();
      }
      OutboxTail::Newest newest = shared_.outbox.newest(to);
      if (newest.count > before) {
        shared_.outcome.of(Phase::kCodeWait).add(Clock::now() - begun);
        co_return std::move(newest.code);
      }
      timer.expires_after(kLookAgain);
      const auto [ignored] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
      static_cast<void>(ignored);
    }
    co_return Error{ErrorCode::kUnavailable, "no code arrived in the outbox within ten seconds"};
  }

  Shared& shared_;
  HttpClient& client_;
  const Person& person_;
  std::string token_;
};

}  // namespace

asio::awaitable<Result<void>> sign_in(Shared& shared, HttpClient& client, const Person& person) {
  const Clock::time_point begun = Clock::now();
  Attempt attempt(shared, client, person);
  Result<void> done = co_await attempt.run();
  if (done) {
    shared.outcome.of(Phase::kSignIn).add(Clock::now() - begun);
    ++shared.outcome.signed_in;
  }
  co_return done;
}

}  // namespace gate::load
