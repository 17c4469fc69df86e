// Memory that is given back while a request is answered holds no code, password or key (A8).

#include <gtest/gtest.h>
#include <malloc.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <new>
#include <string_view>

#include "tests/native_auth/test_server.h"

namespace {

/// What `operator delete` looks for in the memory that it is given, in all threads.
struct Watch {
  std::array<std::string_view, 4> secrets;
  std::array<std::atomic<int>, 4> found{};
  std::atomic<bool> on = false;
};
Watch watch;

void look_into(void* memory) noexcept {
  const std::string_view bytes(static_cast<const char*>(memory), ::malloc_usable_size(memory));
  for (std::size_t i = 0; i < watch.secrets.size(); ++i) {
    if (!watch.secrets[i].empty() && bytes.find(watch.secrets[i]) != std::string_view::npos) {
      watch.found[i].fetch_add(1);
    }
  }
}

}  // namespace

// The other forms of new and delete call these.
[[gnu::noinline]] void* operator new(std::size_t size) {
  // Zeroed: what a test left behind itself must not be found in memory that is used again.
  void* memory = std::calloc(size == 0 ? 1 : size, 1);
  if (memory == nullptr) {
    throw std::bad_alloc();
  }
  return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  if (memory != nullptr && watch.on) {
    look_into(memory);
  }
  std::free(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
  operator delete(memory);
}

namespace gate::server::testing_support {
namespace {

/// Watches while it lives. The secrets must outlive it.
class Watched {
 public:
  explicit Watched(std::array<std::string_view, 4> secrets) {
    watch.secrets = secrets;
    for (std::atomic<int>& found : watch.found) {
      found = 0;
    }
    watch.on = true;
  }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
  ~Watched() { watch.on = false; }

  /// How often each secret was found, as a text.
  [[nodiscard]] std::string found() const {
    watch.on = false;
    std::string all;
    for (std::size_t i = 0; i < watch.secrets.size(); ++i) {
      all += watch.secrets[i].empty() ? "" : std::to_string(watch.found[i]) + " ";
    }
    return all;
  }
};

constexpr const char* kDeviceKey = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";

class Wiping : public testing::Test {
 protected:
  static HttpRequest request(const std::string& path, Params params) {
    params.insert(params.begin(), {"client_id", TestServer::kClient});
    HttpRequest made =
        TestServer::form_request(std::string("/") + TestServer::kTenant + path, params);
    made.headers.emplace_back("x-gate-device-key", kDeviceKey);
    return made;
  }
  static HttpRequest submission(const std::string& grant, const std::string& token,
                                const std::string& name, const std::string& value) {
    return request("/oauth2/v2.0/token", {{"continuation_token", token},
                                          {"grant_type", grant},
                                          {name, value},
                                          {"scope", "openid offline_access"}});
  }

  TestServer server_;
};

TEST_F(Wiping, A8_TheWatchFindsASecretThatWasGivenBack) {
  const Watched watched({"a secret that is long enough"});
  {
    const std::string forgotten("a secret that is long enough");
  }
  EXPECT_EQ(watched.found(), "1 ");
}

TEST_F(Wiping, A8_AMessageLeavesNoCopyOfItsCodeWhenItIsWrittenOrClaimed) {
  const std::string token = server_.initiate("ben").token();
  const HttpRequest asked = request("/oauth2/v2.0/challenge", {{"continuation_token", token},
                                                               {"challenge_type", "oob redirect"}});
  HttpResponse answered;
  {
    // The code is not known yet; the text of the message begins with it.
    const Watched watched({"is your verification code for", kDeviceKey});
    answered = server_.send(asked);
    EXPECT_EQ(watched.found(), "0 0 ");
  }
  ASSERT_EQ(answered.status, 200);
  const auto first = server_.store->claim_outbox(server_.clock.now(), 10);
  ASSERT_EQ(first->size(), 1U);
  const std::string code = first->at(0).code;
  // Mail is claimed again when its lease has run out.
  server_.clock.advance(kOutboxLease);
  const Watched watched({"is your verification code for", code});
  const auto second = server_.store->claim_outbox(server_.clock.now(), 10);
  EXPECT_EQ(watched.found(), "0 0 ");
  ASSERT_EQ(second->size(), 1U);
  EXPECT_EQ(second->at(0).code, code);
}

TEST_F(Wiping, A8_ASubmittedCodeAndDeviceKeyLeaveNoCopy) {
  const std::string token = server_.begin("ben");
  const std::string code = server_.last_code();
  for (const std::string& tried : {std::string("73519462"), code}) {
    const HttpRequest submitted = submission("oob", token, "oob", tried);
    const Watched watched({tried, kDeviceKey});
    const HttpResponse answered = server_.send(submitted);
    EXPECT_EQ(watched.found(), "0 0 ");
    EXPECT_EQ(answered.status, tried == code ? 200 : 400);
  }
}

TEST_F(Wiping, A8_ASubmittedPasswordLeavesNoCopy) {
  for (const std::string_view tried : {std::string_view("not it, but long enough to see"),
                                       std::string_view(TestServer::kPassword)}) {
    const HttpRequest submitted =
        submission("password", server_.begin("amy"), "password", std::string(tried));
    const Watched watched({tried, kDeviceKey});
    const HttpResponse answered = server_.send(submitted);
    EXPECT_EQ(watched.found(), "0 0 ");
    EXPECT_EQ(answered.status, tried == TestServer::kPassword ? 200 : 400);
  }
}

TEST_F(Wiping, A8_APresentedRefreshTokenLeavesNoCopy) {
  const std::string token = server_.first_factor("ben").text("refresh_token");
  const HttpRequest asked =
      request("/oauth2/v2.0/token", {{"grant_type", "refresh_token"}, {"refresh_token", token}});
  for (const bool fails : {true, false}) {
    server_.random.broken = fails;
    const Watched watched({token, kDeviceKey});
    const HttpResponse answered = server_.send(asked);
    EXPECT_EQ(watched.found(), "0 0 ");
    EXPECT_EQ(answered.status, fails ? 500 : 200);
  }
}

}  // namespace
}  // namespace gate::server::testing_support
