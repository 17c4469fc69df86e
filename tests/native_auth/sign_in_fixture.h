#pragma once

#include <gtest/gtest.h>

#include "server/crypto/encoding.h"
#include "tests/native_auth/test_server.h"

namespace gate::server::testing_support {

/// The claims of a token. The signature is not looked at.
inline boost::json::object claims_of(const std::string& jwt) {
  const std::size_t first = jwt.find('.') + 1;
  const auto bytes = parse_base64url(jwt.substr(first, jwt.find('.', first) - first));
  return boost::json::parse(std::string(bytes->begin(), bytes->end())).as_object();
}

/// `amr` of the ID token, as JSON.
inline std::string amr_of_reply(const Reply& reply) {
  return boost::json::serialize(claims_of(reply.text("id_token")).at("amr"));
}

/// What the tests of sign-in and enrolment have in common.
class SignIn : public testing::Test {
 protected:
  void require_mfa() { server_.decider.set(require_two_methods); }
  TestServer server_;
};

}  // namespace gate::server::testing_support
