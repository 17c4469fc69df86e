#include "bench/load/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace gate::load {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

TEST(Latencies, PercentilesAreNearestRanks) {
  Latencies of;
  EXPECT_EQ(of.percentile(50), Nanos{});
  for (int i = 100; i >= 1; --i) {
    of.add(milliseconds(i));
  }
  EXPECT_EQ(of.percentile(50), milliseconds(50));
  EXPECT_EQ(of.percentile(99), milliseconds(99));
  EXPECT_EQ(of.percentile(99.5), milliseconds(100));
  EXPECT_EQ(of.percentile(100), milliseconds(100));
  EXPECT_EQ(of.percentile(0), milliseconds(1));
}

Outcome sample() {
  Outcome outcome;
  outcome.took = std::chrono::seconds(2);
  outcome.signed_in = 10;
  outcome.requests = 30;
  outcome.of(Phase::kSignIn).add(milliseconds(20));
  outcome.failures["token: 400 invalid_grant"] = 2;
  return outcome;
}

TEST(Report, TextHasRatesPercentilesAndEveryFailure) {
  const std::string text = report_text(sample(), 4);
  EXPECT_THAT(text, HasSubstr("10 sign-ins in 2.0 s over 4 connections: 5.0 sign-ins/s"));
  EXPECT_THAT(text, HasSubstr("15.0 requests/s; 2 failed"));
  EXPECT_THAT(text, HasSubstr("20.00"));
  EXPECT_THAT(text, HasSubstr("failed 2 times: token: 400 invalid_grant"));
  EXPECT_THAT(text, ::testing::Not(HasSubstr("introspect")));
}

TEST(Report, JsonHasTheSameNumbers) {
  const auto report = boost::json::parse(report_json(sample(), 4));
  EXPECT_EQ(report.at("sign_ins_per_second").as_double(), 5.0);
  EXPECT_EQ(report.at("failed").to_number<int>(), 2);
  EXPECT_EQ(report.at("latency").at("sign_in").at("p50_us").as_double(), 20'000.0);
}

}  // namespace
}  // namespace gate::load
