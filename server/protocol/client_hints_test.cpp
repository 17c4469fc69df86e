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

struct SentHeaders {
  const char* client;
  Platform platform;
  HeaderList headers;
};

// The values that each client library sends, as its sources have them; a browser adds its agent.
const SentHeaders kSentHeaders[] = {
    {"MSAL for iOS on an iPhone",
     Platform::kIos,
     {{"x-client-sku", "MSAL.iOS"},
      {"x-client-os", "17.5.1"},
      {"x-client-cpu", "64"},
      {"x-client-dm", "iPhone"},
      {"user-agent", "Bank/42 CFNetwork/1496.0.7 Darwin/23.5.0"}}},
    {"MSAL for iOS on an iPad",
     Platform::kIos,
     {{"x-client-sku", "MSAL.iOS"}, {"x-client-os", "18.0"}, {"x-client-dm", "iPad"}}},
    {"an older library for iOS, without a SKU",
     Platform::kIos,
     {{"x-client-os", "17.5.1"},
      {"x-client-dm", "iPhone"},
      {"user-agent", "Bank/42 CFNetwork/1496.0.7 Darwin/23.5.0"}}},
    {"MSAL for macOS",
     Platform::kMacos,
     {{"x-client-sku", "MSAL.OSX"},
      {"x-client-os", "14.5.0"},
      {"user-agent", "Bank/42 CFNetwork/1496.0.7 Darwin/23.5.0"}}},
    {"MSAL for Android",
     Platform::kAndroid,
     {{"x-client-sku", "MSAL.Android"},
      {"x-client-os", "34"},
      {"x-client-cpu", "arm64-v8a"},
      {"x-client-dm", "Pixel 8"},
      {"user-agent", "Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8 Build/UQ1A)"}}},
    {"MSAL for Android, without an agent",
     Platform::kAndroid,
     {{"x-client-sku", "MSAL.Android"}, {"x-client-os", "34"}, {"x-client-dm", "SM-S911B"}}},
    {"MSAL for JavaScript on Windows",
     Platform::kWindows,
     {{"x-client-sku", "msal.browser"},
      {"x-client-os", ""},
      {"x-client-cpu", ""},
      {"user-agent", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36"}}},
    {"MSAL for JavaScript on an iPhone",
     Platform::kIos,
     {{"x-client-sku", "msal.browser"},
      {"x-client-os", ""},
      {"user-agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)"}}},
    {"MSAL for JavaScript on Android",
     Platform::kAndroid,
     {{"x-client-sku", "msal.browser"},
      {"user-agent", "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36"}}},
    {"MSAL for JavaScript on Linux",
     Platform::kLinux,
     {{"x-client-sku", "msal.browser"},
      {"sec-ch-ua-platform", "\"Linux\""},
      {"user-agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"}}},
    {"MSAL for Node on a Mac",
     Platform::kMacos,
     {{"x-client-sku", "msal.js.node"}, {"x-client-os", "darwin"}}},
    {"MSAL for Node on Windows",
     Platform::kWindows,
     {{"x-client-sku", "msal.js.node"}, {"x-client-os", "win32"}}},
    {"a SKU wins over an agent that says otherwise",
     Platform::kIos,
     {{"x-client-sku", "MSAL.iOS"}, {"user-agent", "Mozilla/5.0 (Windows NT 10.0)"}}},
    {"nothing that names a platform",
     Platform::kUnknown,
     {{"x-client-sku", "msal.browser"},
      {"x-client-os", "17.5.1"},
      {"user-agent", "Bank/42 CFNetwork/1496.0.7 Darwin/23.5.0"}}},
};

TEST_F(ClientHintsTest, S9_ThePlatformIsKnownForEveryClientLibrary) {
  for (const SentHeaders& sent : kSentHeaders) {
    request_.headers = sent.headers;
    EXPECT_EQ(platform_of(request_), sent.platform) << sent.client;
  }
}

TEST_F(ClientHintsTest, LanguagesAreTagsByTheirQuality) {
  const auto of = [](const std::string& header) {
    HttpRequest request;
    request.headers = {{"accept-language", header}};
    std::string all;
    for (const std::string& language : accepted_languages(request)) {
      all += (all.empty() ? "" : " ") + language;
    }
    return all;
  };
  EXPECT_EQ(of("de-AT,de;q=0.9,en;q=0.8"), "de-at de en");
  EXPECT_EQ(of("en;q=0.1, fr ; q=0.55,\tde"), "de fr en");
  EXPECT_EQ(of("fr;q=1.0,de;q=1,it;q=0.001,es;q=0"), "fr de it") << "q=0: not acceptable";
  EXPECT_EQ(of("*,de"), "de");
  EXPECT_EQ(of(""), "");
  EXPECT_EQ(of(",,;q=1,"), "");
  for (const char* bad :
       {"../de", "de;q=2", "de;q=0.1234", "de;q=-1", "de;q=", "de;x", "d\xC3\xA9"}) {
    EXPECT_EQ(of(bad), "") << bad;
  }
  EXPECT_EQ(of("aa,bb,cc,dd,ee,ff,gg,hh,ii"), "aa bb cc dd ee ff gg hh");
  EXPECT_EQ(of(std::string(600, ' ') + "de"), "") << "only so much is read";
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
