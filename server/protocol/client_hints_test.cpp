#include "server/protocol/client_hints.h"

#include <gtest/gtest.h>

namespace gate::server {
namespace {

class ClientHintsTest : public testing::Test {
 protected:
  HttpRequest request_;
};

TEST_F(ClientHintsTest, ClientAndPlatformAreWhatMsalSends) {
  request_.headers = {{"x-client-sku", "msal.browser"},
                      {"x-client-os", ""},
                      {"user-agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)"}};
  EXPECT_EQ(client_app_of(request_), ClientApp::kBrowser);
  EXPECT_EQ(platform_of(request_), Platform::kIos);
  request_.headers = {{"x-client-sku", "MSAL.Android"}, {"x-client-os", "Android 15"}};
  EXPECT_EQ(client_app_of(request_), ClientApp::kNativeApp);
  EXPECT_EQ(platform_of(request_), Platform::kAndroid);
  request_.headers = {{"origin", "https://app.bank.example"}};
  EXPECT_EQ(client_app_of(request_), ClientApp::kBrowser);
  EXPECT_EQ(platform_of(request_), Platform::kUnknown);
}

TEST_F(ClientHintsTest, AreAddressKeyAndSignals) {
  request_.peer_ip = "198.51.100.7";
  request_.headers = {{"x-gate-signal-amount", "5000"}, {"x-gate-signal-", "1"}, {"x-other", "2"}};
  const ClientHints hints = client_hints_of(request_);
  EXPECT_EQ(hints.address, "198.51.100.7");
  EXPECT_EQ(hints.device_key, "");
  ASSERT_EQ(hints.signals.size(), 1U);
  EXPECT_EQ(hints.signals[0].first, "amount");
  EXPECT_EQ(hints.signals[0].second, "5000");
}

}  // namespace
}  // namespace gate::server
