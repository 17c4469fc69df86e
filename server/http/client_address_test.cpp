#include "server/http/client_address.h"

#include <gtest/gtest.h>

#include <utility>

namespace gate::server {
namespace {

TrustedProxies proxies(const std::vector<std::string>& ranges, bool behind_proxy = false) {
  auto parsed = TrustedProxies::parse(ranges, behind_proxy);
  EXPECT_TRUE(parsed.has_value());
  return std::move(parsed).value();
}

TEST(ClientAddress, IsThePeerUnlessThePeerIsATrustedProxy) {
  EXPECT_EQ(proxies({}).client_of("127.0.0.1", "203.0.113.9"), "127.0.0.1");
  EXPECT_EQ(proxies({"10.0.0.0/8"}).client_of("192.0.2.1", "203.0.113.9"), "192.0.2.1");
  EXPECT_EQ(proxies({"10.0.0.0/8"}).client_of("10.1.2.3", "203.0.113.9"), "203.0.113.9");
}

TEST(ClientAddress, S8_AnAddressThatCannotBeReadIsUnknownAndNeverTheProxys) {
  const TrustedProxies trusting = proxies({"10.0.0.0/8", "2001:db8::/32"});
  for (const char* forwarded :
       {"", " ", ",", "unknown", "203.0.113.9:443", "[2001:db9::1]", "[2001:db9::1]:443",
        "203.0.113.9, _hidden", "203.0.113.9,", "203.0.113.9, 10.0.0.2:80", "1.2.3"}) {
    EXPECT_EQ(trusting.client_of("10.1.2.3", forwarded), "") << forwarded;
  }
  EXPECT_EQ(trusting.client_of("10.1.2.3", "_hidden, 203.0.113.9"), "203.0.113.9")
      << "what the client wrote itself is not looked at";
  EXPECT_EQ(trusting.client_of("not an address", "203.0.113.9"), "");
}

TEST(ClientAddress, S8_BehindAProxyThatIsNotTrustedEveryAddressIsUnknown) {
  const TrustedProxies none = proxies({}, true);
  EXPECT_EQ(none.client_of("10.1.2.3", "203.0.113.9"), "");
  EXPECT_EQ(none.client_of("203.0.113.9", ""), "");
  EXPECT_EQ(proxies({"10.0.0.1"}, true).client_of("10.0.0.1", "203.0.113.9"), "203.0.113.9");
}

TEST(ClientAddress, AClientInTheNetworkOfTheProxiesIsNamedByThem) {
  EXPECT_EQ(proxies({"10.0.0.0/8"}).client_of("10.1.2.3", "10.9.9.9"), "10.9.9.9");
}

TEST(ClientAddress, AClientCannotPrependAnAddressOfItsChoice) {
  EXPECT_EQ(proxies({"10.0.0.1"}).client_of("10.0.0.1", "203.0.113.9, 198.51.100.7"),
            "198.51.100.7");
  EXPECT_EQ(proxies({"10.0.0.1", "10.0.0.2"})
                .client_of("10.0.0.1", "203.0.113.9, 198.51.100.7, 10.0.0.2"),
            "198.51.100.7");
}

TEST(ClientAddress, MappedAddressesCountAsTheirPlainForm) {
  EXPECT_EQ(proxies({"127.0.0.0/8"}).client_of("::ffff:127.0.0.1", "2001:DB8::1"), "2001:db8::1");
  EXPECT_EQ(proxies({"2001:db8::/32"}).client_of("2001:db8::5", "198.51.100.7"), "198.51.100.7");
}

TEST(ClientAddress, RefusesRangesThatAreNone) {
  for (const char* range :
       {"", "localhost", "10.0.0.0/33", "10.0.0", "2001:db8::/129", "10.0.0.0/"}) {
    EXPECT_FALSE(TrustedProxies::parse({range}).has_value()) << range;
  }
}

TEST(ClientAddress, LoopbackIsKnownByItsAddressOnly) {
  EXPECT_TRUE(is_loopback("127.0.0.1"));
  EXPECT_TRUE(is_loopback("127.8.9.10"));
  EXPECT_TRUE(is_loopback("::1"));
  EXPECT_FALSE(is_loopback("0.0.0.0"));
  EXPECT_FALSE(is_loopback("::"));
  EXPECT_FALSE(is_loopback("localhost"));
}

}  // namespace
}  // namespace gate::server
