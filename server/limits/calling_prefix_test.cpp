#include "server/limits/calling_prefix.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace gate::server {
namespace {

TEST(CallingPrefix, B5_IsTheCountryCodeOfE164) {
  EXPECT_EQ(calling_prefix("+436605550001"), "43");
  EXPECT_EQ(calling_prefix("+393312345678"), "39");
  EXPECT_EQ(calling_prefix("+79161234567"), "7");
  EXPECT_EQ(calling_prefix("+358401234567"), "358");
  EXPECT_EQ(calling_prefix("+8801712345678"), "880");
  EXPECT_EQ(calling_prefix("+96170123456"), "961");
}

TEST(CallingPrefix, B5_TellsTheCountriesOfTheNorthAmericanPlanApart) {
  EXPECT_EQ(calling_prefix("+18765550123"), "1876");
  EXPECT_EQ(calling_prefix("+12125550123"), "1212");
}

TEST(CallingPrefix, B5_AnUnassignedCodeHasAPrefixToo) {
  EXPECT_EQ(calling_prefix("+2155550123"), "215");
  EXPECT_EQ(calling_prefix("+99955501"), "999");
}

// Every number has one prefix, and no prefix begins another: no two counters count the same number.
TEST(CallingPrefix, B5_NoPrefixIsTheBeginningOfAnother) {
  std::set<std::string> prefixes;
  for (int head = 1000; head < 10000; ++head) {
    prefixes.insert(std::string(calling_prefix("+" + std::to_string(head) + "5550")));
  }
  EXPECT_EQ(prefixes.size(), 1U + 1000U + 44U + (800U - 100U - 440U));
  std::string last = "none";
  for (const std::string& prefix : prefixes) {
    EXPECT_FALSE(prefix.starts_with(last)) << prefix;
    last = prefix;
  }
}

}  // namespace
}  // namespace gate::server
