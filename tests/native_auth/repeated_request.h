#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <span>
#include <string>

#include "tests/native_auth/test_server.h"

/// The requests that the tests of T4 send twice, and what they compare.
namespace gate::server::testing_support {

inline constexpr const char* kChallenge = "/oauth2/v2.0/challenge";
inline constexpr const char* kToken = "/oauth2/v2.0/token";

inline Params submitted(const std::string& grant, const std::string& token,
                        const std::string& value) {
  Params params = {{"continuation_token", token},
                   {"grant_type", grant},
                   {"scope", "openid profile offline_access"},
                   {"client_info", "1"}};
  if (grant != "continuation_token") {
    params.emplace_back(grant == "password" ? "password" : "oob", value);
  }
  return params;
}
inline Params asked(const std::string& token, const std::string& id = "") {
  Params params = {{"continuation_token", token}, {"challenge_type", "password oob redirect"}};
  if (!id.empty()) {
    params.emplace_back("id", id);
  }
  return params;
}

/// The answer without what belongs to one request: the time and the ids of error answers.
inline std::string shape(const Reply& reply) {
  boost::json::object body = reply.body;
  for (const char* own : {"timestamp", "trace_id", "correlation_id"}) {
    body.erase(own);
  }
  return std::to_string(reply.status) + boost::json::serialize(body);
}

/// The failures in a row on a counter: the uses that a rule of a hundred no longer admits. Changes
/// nothing.
inline std::int64_t count_on(TestServer& server, const std::string& counter) {
  ThrottleRule rule;
  rule.stop_at = 100;
  const ThrottleClaim claim{counter, rule};
  std::int64_t admitted = 0;
  const auto undone = server.store->write([&](UnitOfWork& work) -> Result<void> {
    bool admits = true;
    for (admitted = 0; admits; admitted += admits ? 1 : 0) {
      GATE_TRY(const auto verdict,
               work.take(TestServer::kTenant, std::span(&claim, 1), server.clock.now()));
      admits = verdict.admitted;
    }
    return Error{ErrorCode::kDenied, "only to count"};
  });
  EXPECT_FALSE(undone);
  return 100 - admitted;
}
inline std::string code_counter(TestServer& server, const std::string& user) {
  return "code:" + user + ":" + server.channels(user).at(0).channel_id;
}

}  // namespace gate::server::testing_support
