// C6: through every endpoint that takes a name, and in the requests after it, the answers to known,
// unknown and suppressed names are equal byte for byte. The time that they take is measured by
// timing_pairs.cpp (`./dev test --long`).

#include "tests/native_auth/name_chains.h"

#include <gtest/gtest.h>

#include <set>

namespace gate::server::testing_support {
namespace {

/// The whole answer, with what is drawn anew for each request replaced by its length.
std::string written(const HttpResponse& response) {
  std::string text = std::to_string(response.status) + "\n";
  for (const auto& [name, value] : response.headers) {
    const bool own = name == "x-ms-request-id";
    text += name + ": " + (own ? std::to_string(value.size()) : value) + "\n";
  }
  boost::json::object body = boost::json::parse(response.body).as_object();
  for (const char* drawn : {"continuation_token", "trace_id", "correlation_id"}) {
    if (boost::json::value* value = body.if_contains(drawn)) {
      *value = value->as_string().size();
    }
  }
  return text + boost::json::serialize(body) + "\n" + std::to_string(response.body.size());
}

/// The answers of the chain for one name.
std::vector<std::string> run(TestServer& server, const NameChain& chain, const std::string& name) {
  std::vector<std::string> answers;
  std::string token;
  for (const NameChain::Step& step : chain.steps) {
    const HttpResponse response = server.send(step.shot(name, token).request());
    const Reply reply = TestServer::read(response);
    token = reply.token().empty() ? token : reply.token();
    answers.push_back(written(response));
  }
  return answers;
}

TEST(NameChains, C6_AnswersAreEqualByteForByteForNamesOfAllKinds) {
  for (const NameChain& chain : name_chains()) {
    TestServer server(settings_for_chains());
    provision_names(server, chain, 2);
    for (const int number : {0, 1}) {
      const std::string ordinary = name_of(chain.kinds.front(), number);
      const std::vector<std::string> expected = run(server, chain, ordinary);
      for (const std::string& kind : chain.kinds) {
        const std::vector<std::string> answers = run(server, chain, name_of(kind, number));
        for (std::size_t i = 0; i < chain.steps.size(); ++i) {
          EXPECT_EQ(answers[i], expected[i])
              << chain.name << ", " << kind << ", " << chain.steps[i].name;
        }
      }
    }
    EXPECT_TRUE(server.failures.empty());
  }
}

// An account that is not there must not be told from others by the limits either: by how many tries
// and codes it gets.
TEST(NameChains, C6_LimitsAreReachedAtTheSameRequest) {
  for (const NameChain& chain : name_chains()) {
    std::set<std::string> seen;
    for (const std::string& kind : chain.kinds) {
      ServiceSettings settings;
      settings.issuer_base_url = "https://id.bank.example";
      settings.resend_spacing = 0;
      TestServer server(settings);
      provision_names(server, chain, 1);
      std::string all;
      for (int i = 0; i < 12; ++i) {
        for (const std::string& answer : run(server, chain, name_of(kind, 0))) {
          all += answer + "\n";
        }
      }
      seen.insert(all);
      EXPECT_EQ(seen.size(), 1U) << chain.name << ", " << kind;
    }
  }
}

}  // namespace
}  // namespace gate::server::testing_support
