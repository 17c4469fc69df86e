// Requests that are wrong in one thing: a member missing, doubled, of a wrong type or too long, or
// a continuation token of another flow, tenant, client or step. Each gets the error of the
// protocol; nothing is written, and nothing is issued. The right request works afterwards.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "tests/native_auth/scenes.h"

namespace gate::server::testing_support {
namespace {

constexpr const char* kOtherTenant = "44444444-4444-4444-8444-444444444444";
constexpr PasswordCost kCheap{.memory_kib = 8, .passes = 1, .lanes = 1};
constexpr int kMalformed = 900144;
constexpr int kBadContinuation = 55200;

struct Bad {
  std::string value;
  int code;
};
using BadValues = std::vector<Bad>;

std::string nested(int depth) {
  return R"({"city":)" + std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']') + "}";
}

/// The wrong values of each parameter, and the code of the error that each gets.
const std::map<std::string, BadValues>& bad_values() {
  static const std::map<std::string, BadValues> kValues = {
      {"client_id", {{"", 90100}, {"nobody", 700016}, {std::string(5000, '2'), 700016}}},
      {"username",
       {{"amy", 90100},
        {"@", 90100},
        {"amy@", 90100},
        {"a b@bank.example", 90100},
        {std::string(330, 'a') + "@bank.example", 90100}}},
      {"challenge_type",
       {{"telepathy redirect", 901007}, {"OOB redirect", 901007}, {"oob", 901007}}},
      {"continuation_token",
       {{"", kBadContinuation},
        {"x", kBadContinuation},
        {std::string(9000, 'A'), kBadContinuation}}},
      {"grant_type", {{"", 70003}, {"OOB", 70003}, {"implicit", 70003}}},
      {"oob", {{"", kMalformed}, {std::string(33, '1'), kMalformed}}},
      {"attributes",
       {{"[]", kMalformed},
        {"{", kMalformed},
        {R"({"city":"a"}{})", kMalformed},
        {R"({"city":"a","city":"b"})", kMalformed},
        {"\"city\"", kMalformed},
        {nested(40), kMalformed},
        {R"({"city":")" + std::string(9000, 'x') + R"("})", 1003038},
        {R"({"city":7})", 1003038},
        {R"({"city":["a"]})", 1003038},
        {R"({"city":{"a":"b"}})", 1003038},
        {R"({"city":")" + std::string(41, 'x') + R"("})", 1003038}}},
      {"claims",
       {{"{", 900146},
        {"[]", 900146},
        {nested(40), 900146},
        {R"({"access_token":{"acrs":"c1"}})", 900146},
        {R"({"access_token":{"acrs":{"value":7}}})", 900146},
        {R"({"access_token":{"acrs":{"value":"c99"}}})", 900146}}},
      {"scope",
       {{"api://payments/steal", 70011},
        {"api://payments/pay api://statements/read", 28000},
        {std::string(2049, 's'), 70011}}},
      {"challenge_target",
       {{"", 901001},
        {"5550100", 901001},
        {"+1 555 0100 777 000 000", 901001},
        {"amy@bank.example", 901001},
        {std::string(400, '1'), 901001}}},
      {"challenge_channel", {{"", 901001}, {"voice", 901001}, {"SMS", 901001}}},
      {"id", {{"nothing", kMalformed}, {std::string(9000, 'i'), kMalformed}}},
      {"refresh_token", {{"", 70008}, {"x", 70008}, {std::string(9000, 'r'), 70008}}},
      {"new_password", {{"", kMalformed}, {"short", 399246}, {std::string(2000, 'p'), 399246}}},
      {"password", {{"", kMalformed}}},
      {"capabilities", {}},
      {"client_info", {}},
  };
  return kValues;
}

/// What `bad_values` does not know, because it depends on the endpoint: a value that has a meaning
/// there, or another error.
BadValues bad_values_of(const Shot& shot, const std::string& parameter) {
  BadValues values = bad_values().at(parameter);
  const bool starts = shot.path.ends_with("/initiate") || shot.path.ends_with("/start");
  if (parameter == "challenge_type" && starts) {
    values.push_back({"", 901007});
  }
  if (parameter == "challenge_type" && shot.path == "/register/v1.0/challenge") {
    values = {{"", 901007}, {"password", 901007}, {"OOB", 901007}};
  }
  const bool renews = !shot.get("refresh_token").empty();
  if (parameter == "challenge_type" && renews) {
    values.push_back({"redirect oob password other", 901007});
  }
  if (parameter == "scope" && renews) {
    values[1].code = 70011;  // a refresh never widens: the second one was not granted
  }
  if (parameter == "username" && starts) {
    values.push_back({"", 90100});
  }
  if (parameter == "username" && !starts) {
    values.push_back({"carl@bank.example", kBadContinuation});  // another user's flow
  }
  if (parameter == "password" && shot.path == "/signup/v1.0/start") {
    values = {};  // optional
  }
  if (parameter == "password" && shot.path.starts_with("/signup")) {
    values.push_back({"short", 399246});
    values.push_back({std::string(2000, 'p'), 399246});
  }
  if (parameter == "attributes" && shot.path != "/signup/v1.0/start") {
    values.push_back({"", kMalformed});
  }
  return values;
}

/// The error when the parameter is missing; 0: it is optional. Missing and empty are one.
int missing_code(const Shot& shot, const std::string& parameter) {
  const BadValues values = bad_values_of(shot, parameter);
  const auto empty =
      std::find_if(values.begin(), values.end(), [](const Bad& bad) { return bad.value.empty(); });
  return empty == values.end() ? 0 : empty->code;
}

class BadInput : public testing::Test {
 protected:
  /// A new server, with a second tenant that has the same clients.
  void open() {
    server_ = std::make_unique<TestServer>(TestServer::relaxed(), flow_machines(), nullptr, nullptr,
                                           kCheap);
    Provisioning wanted;
    wanted.tenants = {{kOtherTenant, "Shop", "shop.example"}};
    wanted.clients = {{kOtherTenant, TestServer::kClient, "app", {}}};
    server_->provision(wanted);
  }
  Reply send(const HttpRequest& request) { return TestServer::read(server_->send(request)); }
  Reply send(const Shot& shot) { return send(shot.request()); }

  /// Expects that the request is refused with this code, and that nothing else happens.
  void expect_refused(const HttpRequest& request, int code, const std::string& what) {
    const std::string before = server_->written();
    const Reply reply = send(request);
    const std::string shown = what + ": " + boost::json::serialize(reply.body);
    EXPECT_EQ(reply.status, 400) << shown;
    EXPECT_EQ(reply.code(), code) << shown;
    EXPECT_FALSE(reply.error().empty()) << shown;
    EXPECT_TRUE(reply.token().empty()) << shown;
    EXPECT_FALSE(reply.has_tokens()) << shown;
    EXPECT_TRUE(server_->written() == before) << "something was written, " << shown;
    EXPECT_TRUE(server_->failures.empty()) << shown;
  }
  void expect_refused(const Shot& shot, int code, const std::string& what) {
    expect_refused(shot.request(), code, what);
  }
  /// The request with more text at the end of its body.
  static HttpRequest with_more(const Shot& shot, const std::string& more) {
    HttpRequest request = shot.request();
    request.body += more;
    return request;
  }

  /// One after the other, on a server of its own: every wrong form of the request of the scene, and
  /// then the right one.
  template <typename Attack>
  void for_each_scene(Attack attack) {
    for (const Scene& scene : scenes()) {
      SCOPED_TRACE(scene.name);
      open();
      const Shot right = scene.begin(*server_);
      attack(right);
      const Reply reply = send(right);
      EXPECT_TRUE(reply.body.contains(scene.member)) << boost::json::serialize(reply.body);
      if (HasFatalFailure()) {
        return;
      }
    }
  }

  std::unique_ptr<TestServer> server_;
};

TEST_F(BadInput, EveryEndpointAndEveryParameterHasAScene) {
  open();
  std::set<std::string> missing;
  for (const std::string& endpoint : server_->front->endpoints()) {
    if (endpoint.starts_with("POST ")) {
      missing.insert(endpoint);
    }
  }
  EXPECT_GE(missing.size(), 15U);
  std::set<std::string> parameters;
  for (const Scene& scene : scenes()) {
    open();
    const Shot right = scene.begin(*server_);
    missing.erase("POST /{tenant}" + right.path);
    for (const auto& [name, value] : right.params) {
      parameters.insert(name);
    }
  }
  EXPECT_TRUE(missing.empty()) << "no scene for " << *missing.begin();

  // What the code reads, by its own text.
  std::set<std::string> read;
  for (const char* file : {"commands.cpp", "endpoints.cpp"}) {
    std::ostringstream text;
    text << std::ifstream(std::string(GATE_SOURCE_DIR "/server/protocol/native_auth_v1/") + file)
                .rdbuf();
    const std::string all = text.str();
    const std::regex get(R"re(form[.>-]+get\("([a-z_]+)"\))re");
    for (std::sregex_iterator i(all.begin(), all.end(), get); i != std::sregex_iterator(); ++i) {
      read.insert((*i)[1]);
    }
  }
  EXPECT_GE(read.size(), 12U);
  for (const std::string& parameter : read) {
    EXPECT_TRUE(bad_values().contains(parameter)) << "no wrong values for " << parameter;
    EXPECT_TRUE(parameters.contains(parameter) || parameter == "client_id" || parameter == "claims")
        << "no scene sends " << parameter;
  }
}

TEST_F(BadInput, AMemberIsMissingOrOfAWrongKind) {
  for_each_scene([this](const Shot& right) {
    expect_refused(TestServer::form_request("/" + right.tenant + right.path, right.params), 90100,
                   "without client_id");
    for (const Bad& bad : bad_values().at("client_id")) {
      Shot wrong = right;
      wrong.client = bad.value;
      expect_refused(wrong, bad.code, "client_id=" + bad.value.substr(0, 80));
    }
    for (const auto& [name, value] : right.params) {
      if (const int code = missing_code(right, name); code != 0) {
        expect_refused(right.without(name), code, "without " + name);
      }
      for (const Bad& bad : bad_values_of(right, name)) {
        expect_refused(right.with(name, bad.value), bad.code, name + "=" + bad.value.substr(0, 80));
      }
    }
    if (right.path.ends_with("/token")) {
      for (const Bad& bad : bad_values().at("claims")) {
        expect_refused(right.with("claims", bad.value), bad.code,
                       "claims=" + bad.value.substr(0, 80));
      }
    }
  });
}

TEST_F(BadInput, C8_AMemberIsDoubledTooLongOrNoText) {
  for_each_scene([this](const Shot& right) {
    Params all = right.params;
    all.emplace_back("client_id", right.client);
    for (const auto& [name, value] : all) {
      expect_refused(with_more(right, "&" + name + "=" + (name == "client_id" ? value : "")),
                     kMalformed, name + " twice");
      expect_refused(with_more(right, "&" + name + "=other"), kMalformed, name + " twice");
      if (name == "client_id") {
        continue;
      }
      expect_refused(right.with(name, std::string(17'000, 'x')), kMalformed, name + " too long");
      for (const char* bytes : {"%00", "%FF", "%ED%A0%80", "%4", "%zz", "%0A"}) {
        expect_refused(with_more(right.without(name), "&" + name + "=" + bytes), kMalformed,
                       name + "=" + bytes);
      }
    }
    std::string many;
    for (int i = 0; i < 70; ++i) {
      many += "&p" + std::to_string(i) + "=1";
    }
    expect_refused(with_more(right, many), kMalformed, "too many parameters");
    for (const char* type : {"", "application/json", "text/plain", "multipart/form-data"}) {
      HttpRequest request = right.request();
      request.headers[0].second = type;
      expect_refused(request, kMalformed, std::string("content type ") + type);
    }
    for (const std::string& key : {std::string(42, 'k'), std::string(43, '+')}) {
      HttpRequest request = right.request();
      request.headers.emplace_back("x-gate-device-key", key);
      expect_refused(request, kMalformed, "device key " + key);
    }
  });
}

TEST_F(BadInput, C5_NoCharacterOfAContinuationTokenCanBeChanged) {
  open();
  const Shot right = scenes().at(1).begin(*server_);
  const std::string token = right.get("continuation_token");
  ASSERT_GT(token.size(), 40U);
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string other = token;
    other[i] = other[i] == 'A' ? 'B' : 'A';
    expect_refused(right.with("continuation_token", other), kBadContinuation, std::to_string(i));
  }
  // The last character of base64url has bits that say nothing: only one spelling is accepted.
  for (const char last :
       std::string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")) {
    std::string other = token;
    other.back() = last;
    if (other != token) {
      expect_refused(right.with("continuation_token", other), kBadContinuation, other);
    }
  }
  for (const std::string& other : {token.substr(1), token.substr(0, token.size() - 1), token + "A",
                                   token + "=", " " + token, token + token}) {
    expect_refused(right.with("continuation_token", other), kBadContinuation, other);
  }
  EXPECT_EQ(send(right).status, 200);
}

TEST_F(BadInput, C5_ATokenOfAnotherTenantOrClientIsRefused) {
  for_each_scene([this](const Shot& right) {
    if (right.get("continuation_token").empty() && right.get("refresh_token").empty()) {
      return;
    }
    const int code = right.get("refresh_token").empty() ? kBadContinuation : 70008;
    Shot wrong = right;
    wrong.client = TestServer::kOtherClient;
    expect_refused(wrong, code, "of another client");
    wrong = right;
    wrong.tenant = kOtherTenant;
    expect_refused(wrong, code, "of another tenant");
    wrong.tenant = "nowhere.example";
    expect_refused(wrong, 90002, "of no tenant");
  });
}

// The token of each step, with the right request of each other step.
TEST_F(BadInput, C5_ATokenOfAnotherFlowOrStepIsRefused) {
  std::size_t pairs = 0;
  std::vector<Shot> others;
  for (const Scene& other : scenes()) {
    open();
    others.push_back(other.begin(*server_));
  }
  for (const Scene& scene : scenes()) {
    SCOPED_TRACE(scene.name);
    open();
    const Shot right = scene.begin(*server_);
    const std::string token = right.get("continuation_token");
    if (token.empty()) {
      continue;
    }
    for (const Shot& other : others) {
      const std::string use = Scene::use(other);
      const bool allowed = use == Scene::use(right) ||
                           std::find(scene.also.begin(), scene.also.end(), use) != scene.also.end();
      if (other.get("continuation_token").empty() || allowed) {
        continue;
      }
      ++pairs;
      Shot wrong = other.with("continuation_token", token);
      if (!other.get("oob").empty() && !server_->last_code().empty()) {
        wrong = wrong.with("oob", server_->last_code());  // the right one of this flow
      }
      expect_refused(wrong, kBadContinuation, use);
    }
    EXPECT_TRUE(send(right).body.contains(scene.member));
  }
  EXPECT_GT(pairs, 250U);
}

/// A template of a path with a tenant in it, which stands first on most endpoints.
std::string path_for(std::string path, std::string_view tenant) {
  constexpr std::string_view kPlace = "{tenant}";
  return path.replace(path.find(kPlace), kPlace.size(), tenant);
}

TEST_F(BadInput, EveryEndpointRefusesOtherMethodsAndUnknownTenants) {
  open();
  for (const std::string& endpoint : server_->front->endpoints()) {
    const std::string own = endpoint.substr(0, endpoint.find(' '));
    const std::string path = endpoint.substr(endpoint.find('/'));
    HttpRequest request = TestServer::form_request(path_for(path, TestServer::kTenant),
                                                   {{"client_id", TestServer::kClient}});
    for (const char* method : {"GET", "PUT", "DELETE", "PATCH", "POST"}) {
      request.method = method;
      const Reply reply = send(request);
      EXPECT_EQ(reply.status == 405, method != own) << method << " " << path;
    }
    request.method = own;
    request.path = path_for(path, "nowhere.example");
    EXPECT_EQ(send(request).code(), 90002) << path;
  }
}

}  // namespace
}  // namespace gate::server::testing_support
