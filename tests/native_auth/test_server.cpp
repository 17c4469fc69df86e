#include "tests/native_auth/test_server.h"

#include <algorithm>
#include <cstdlib>
#include <gate/export.hpp>

#include "server/account/provision.h"
#include "server/crypto/encoding.h"
#include "server/factor/password.h"
#include "tests/native_auth/test_store.h"

namespace gate::server::testing_support {
namespace {

std::string percent_encode(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      out.push_back(c);
    } else {
      out += "%" + hex(as_bytes(std::string_view(&c, 1)));
    }
  }
  return out;
}

Provisioning people(const std::string& password_hash) {
  Provisioning wanted;
  wanted.tenants = {{TestServer::kTenant, "Bank", "bank.example"}};
  wanted.resources = {
      {TestServer::kTenant, "payments", "api://payments", {"pay", "refund"}, {"c1", "c2"}},
      {TestServer::kTenant, "statements", "api://statements", {"read"}, {}},
      {TestServer::kTenant, "ledger", "api://ledger", {"entries.read"}, {"c2"}}};
  wanted.clients = {{TestServer::kTenant,
                     TestServer::kClient,
                     "retail-app",
                     {TestServer::kOrigin},
                     false,
                     {TestServer::kPay, "api://statements/read"}},
                    {TestServer::kTenant,
                     TestServer::kOtherClient,
                     "staff-portal",
                     {},
                     true,
                     {"api://ledger/entries.read"}}};
  const auto user = [&](const std::string& name, bool password, bool mail, bool phone) {
    Provisioning::User made;
    made.tenant_id = TestServer::kTenant;
    made.id = name + "-id";
    made.username = name + "@bank.example";
    made.display_name = name;
    made.password_hash = password ? password_hash : "";
    if (mail) {
      made.channels.push_back({ChannelKind::kEmail, made.username, true, false});
    }
    if (phone) {
      made.channels.push_back({ChannelKind::kSms, "+15550100104", true, true});
    }
    wanted.users.push_back(made);
  };
  user("amy", true, true, true);
  user("ben", false, true, false);
  user("carl", true, false, false);
  user("dora", false, true, true);
  return wanted;
}

/// Hashing takes 40 ms, so all tests share one hash.
const std::string& shared_password_hash(const ServiceSecrets& secrets, Random& random) {
  static const std::string kHash =
      std::move(PasswordHasher(secrets.password_pepper.clone(), random).hash(TestServer::kPassword))
          .value();
  return kHash;
}

}  // namespace

std::string Reply::text(const char* key) const {
  const boost::json::value* value = body.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::int64_t Reply::code() const {
  const boost::json::value* codes = body.if_contains("error_codes");
  return codes != nullptr ? codes->as_array().at(0).to_number<std::int64_t>() : 0;
}

boost::json::object claims_of(const std::string& jwt) {
  const std::size_t first = jwt.find('.') + 1;
  const auto bytes = parse_base64url(jwt.substr(first, jwt.find('.', first) - first));
  return boost::json::parse(std::string(bytes->begin(), bytes->end())).as_object();
}

bool Reply::has_tokens() const {
  return body.contains("access_token") || body.contains("id_token") ||
         body.contains("refresh_token");
}

bool Reply::is_locked() const {
  return status == 400 && error() == "invalid_grant" && code() == 50053 &&
         headers.contains("retry-after");
}

bool Reply::is_limited() const {
  return status == 400 && error() == "invalid_request" && code() == 90055 &&
         headers.contains("retry-after");
}

PolicyVerdict ScriptedDecider::decide(std::string_view tenant_id, const SignInFacts& facts) const {
  const std::lock_guard lock(mutex_);
  const std::string digest_before = digest(tenant_id);
  PolicyVerdict verdict = policy_(facts);
  verdict.policy_digest = digest_before;
  verdict.facts_json = R"({"user":")" + facts.user + R"("})";
  return verdict;
}

PolicyVerdict allow() {
  PolicyVerdict verdict;
  verdict.outcome = Outcome::kAllow;
  return verdict;
}

PolicyVerdict block() {
  PolicyVerdict verdict;
  verdict.error_code = 53003;
  verdict.reasons = {"policy_blocks: test"};
  return verdict;
}

PolicyVerdict require_two_methods(const SignInFacts& facts) {
  MethodSet done;
  for (const CompletedMethod& completed : facts.completed) {
    done.add(completed.method);
  }
  PolicyVerdict verdict = allow();
  if ((done.bits() & (done.bits() - 1)) == 0) {
    verdict.outcome = Outcome::kChallenge;
    verdict.required_text = "mfa";
    for (const Method method : {Method::kEmailOtp, Method::kSmsOtp}) {
      if (!done.contains(method)) {
        verdict.second_factors.add(method);
      }
    }
  }
  return verdict;
}

ServiceSettings TestServer::relaxed() {
  ServiceSettings settings;
  settings.issuer_base_url = "https://id.bank.example";
  settings.resend_spacing = 0;
  settings.sends_per_hour = 1000;
  settings.sends_per_day = 1000;
  return settings;
}

TestServer::TestServer(ServiceSettings settings, const FlowMachines& machines,
                       const PlaceLookup* places, const RiskEngine* risk_engine,
                       PasswordCost password_cost)
    : audit("main", Secret(Bytes(32, 43))) {
  std::string pattern = (std::filesystem::temp_directory_path() / "gate-proto-XXXXXX").string();
  GATE_CHECK(::mkdtemp(pattern.data()) != nullptr, "no temporary folder");
  folder = pattern;
  open(std::move(settings), machines, places, risk_engine, password_cost);
}

TestServer::TestServer(std::filesystem::path where, ServiceSettings settings)
    : folder(std::move(where)), folder_stays(true), audit("main", Secret(Bytes(32, 43))) {
  open(std::move(settings), flow_machines(), nullptr, nullptr);
}

void TestServer::open(ServiceSettings settings, const FlowMachines& machines,
                      const PlaceLookup* places, const RiskEngine* risk_engine,
                      PasswordCost password_cost) {
  secrets = std::move(ServiceSecrets::derive(Secret(Bytes(32, 42)))).value();
  const bool is_new = !has_store(folder);
  store = open_store(folder, secrets, random);
  if (is_new) {
    provision(people(shared_password_hash(secrets, random)));
  }
  keys =
      std::move(SigningKeys::open(*store, random, secrets.key_encryption_key.clone(), clock.now()))
          .value();
  decider.set([](const SignInFacts&) { return allow(); });
  GATE_CHECK(check(settings).has_value(), "the test's settings are out of bounds");
  front = std::make_unique<Front>(
      Front::Parts{.store = *store,
                   .clock = clock,
                   .random = random,
                   .secrets = secrets,
                   .keys = *keys,
                   .decider = decider,
                   .audit = audit,
                   .password_rules = password_rules,
                   .settings = std::move(settings),
                   .places = places,
                   .risk_engine = risk_engine,
                   .texts = &texts,
                   .on_failure = [this](const Error& error) { failures.push_back(error.message); },
                   .on_cap = [this](const SendCap& cap) { caps.push_back(cap); },
                   .password_cost = password_cost},
      machines);
}

TestServer::~TestServer() {
  front.reset();
  keys.reset();
  store.reset();
  if (!folder_stays) {
    drop_store(folder);
    std::filesystem::remove_all(folder);
  }
}

HttpRequest TestServer::form_request(const std::string& path, const Params& params) {
  HttpRequest request;
  request.method = "POST";
  request.path = path;
  request.peer_ip = "198.51.100.7";
  request.headers = {{"content-type", "application/x-www-form-urlencoded"},
                     {"client-request-id", "0a1b2c3d-0000-4000-8000-000000000001"}};
  for (const auto& [name, value] : params) {
    request.body += request.body.empty() ? "" : "&";
    request.body += percent_encode(name) + "=" + percent_encode(value);
  }
  return request;
}

Reply TestServer::read(const HttpResponse& response) {
  Reply reply;
  reply.status = response.status;
  if (!response.body.empty()) {
    reply.body = boost::json::parse(response.body).as_object();
  }
  for (const auto& [name, value] : response.headers) {
    reply.headers[name] = value;
  }
  return reply;
}

Reply TestServer::post(const std::string& path, Params params) {
  params.emplace_back("unknown", std::to_string(++requests_));
  return read(send(request(path, std::move(params))));
}

HttpRequest TestServer::request(const std::string& path, Params params) {
  if (std::none_of(params.begin(), params.end(),
                   [](const auto& entry) { return entry.first == "client_id"; })) {
    params.insert(params.begin(), {"client_id", kClient});
  }
  HttpRequest made = form_request(std::string("/") + kTenant + path, params);
  made.peer_ip = peer_ip;
  if (!accept_language.empty()) {
    made.headers.emplace_back("accept-language", accept_language);
  }
  if (!device_key.empty()) {
    made.headers.emplace_back("x-gate-device-key", device_key);
  }
  return made;
}

Reply TestServer::initiate(const std::string& user, const std::string& capabilities) {
  return post("/oauth2/v2.0/initiate", {{"username", user + "@bank.example"},
                                        {"challenge_type", "password oob redirect"},
                                        {"capabilities", capabilities}});
}

Reply TestServer::challenge(const std::string& token, const std::string& id) {
  Params params = {{"continuation_token", token}, {"challenge_type", "password oob redirect"}};
  if (!id.empty()) {
    params.emplace_back("id", id);
  }
  return post("/oauth2/v2.0/challenge", params);
}

Reply TestServer::introspect(const std::string& token) {
  return post("/oauth2/v2.0/introspect", {{"continuation_token", token}});
}

Reply TestServer::submit(const std::string& grant, const std::string& token,
                         const std::string& value) {
  Params params = {{"continuation_token", token},
                   {"grant_type", grant},
                   {"scope", "openid profile offline_access"},
                   {"client_info", "1"}};
  if (grant != "continuation_token") {
    params.emplace_back(grant == "password" ? "password" : "oob", value);
  }
  return post("/oauth2/v2.0/token", params);
}

Reply TestServer::refresh(const std::string& token) {
  return post("/oauth2/v2.0/token", {{"grant_type", "refresh_token"},
                                     {"refresh_token", token},
                                     {"scope", "openid profile offline_access"}});
}

Reply TestServer::refresh(const std::string& token, const std::string& scope,
                          const std::string& claims) {
  Params params = {{"grant_type", "refresh_token"}, {"refresh_token", token}, {"scope", scope}};
  if (!claims.empty()) {
    params.emplace_back("claims", claims);
  }
  return post("/oauth2/v2.0/token", params);
}

Reply TestServer::sign_in(const std::string& scope, const std::string& claims,
                          const std::string& user) {
  Params params = {{"continuation_token", begin(user)},
                   {"grant_type", "password"},
                   {"password", kPassword},
                   {"scope", scope}};
  if (!claims.empty()) {
    params.emplace_back("claims", claims);
  }
  return post("/oauth2/v2.0/token", params);
}

std::string TestServer::begin(const std::string& user) {
  return challenge(initiate(user).token()).token();
}

Reply TestServer::first_factor(const std::string& user) {
  const Reply challenged = challenge(initiate(user).token());
  return challenged.text("challenge_type") == "password"
             ? submit("password", challenged.token(), kPassword)
             : submit("oob", challenged.token(), last_code());
}

std::string TestServer::method_id(const Reply& listed, const std::string& channel) {
  const boost::json::value* methods = listed.body.if_contains("methods");
  if (methods != nullptr) {
    for (const auto& method : methods->as_array()) {
      if (method.at("challenge_channel").as_string() == channel) {
        return std::string(method.at("id").as_string());
      }
    }
  }
  return {};
}

std::string TestServer::last_code() {
  auto messages = store->claim_outbox(clock.now(), 100);
  GATE_CHECK(messages.has_value(), "the outbox does not answer");
  for (OutboxMessage& message : *messages) {
    GATE_CHECK(store->finish_outbox(message.seq, DeliveryOutcome::kSent, 0).has_value(),
               "the outbox does not answer");
    delivered.push_back(std::move(message));
  }
  return delivered.empty() ? std::string() : delivered.back().code;
}

std::string TestServer::dump() const {
  return dump_store(folder);
}

std::string TestServer::written() const {
  return committed_in(folder);
}

void TestServer::add_user(const std::string& name, const std::string& number) {
  Provisioning wanted;
  Provisioning::User user;
  user.tenant_id = kTenant;
  user.id = name + "-id";
  user.username = name + "@bank.example";
  user.channels = {{ChannelKind::kEmail, user.username, true, false}};
  if (!number.empty()) {
    user.channels.push_back({ChannelKind::kSms, number, true, true});
  }
  wanted.users = {user};
  provision(wanted);
}

void TestServer::revoke(const std::string& user_id) {
  const auto done =
      store->write([&](UnitOfWork& work) { return work.raise_epoch(kTenant, user_id); });
  GATE_CHECK(done.has_value(), "the epoch does not move");
}

std::vector<Channel> TestServer::channels(const std::string& user_id) {
  std::vector<Channel> channels;
  const auto read = store->read([&](StoreReads& reads) -> Result<void> {
    GATE_TRY(channels, reads.channels_of(kTenant, user_id));
    return {};
  });
  GATE_CHECK(read.has_value(), "the channels cannot be read");
  return channels;
}

void TestServer::set_blocked(const std::string& user_id, const Channel& channel, bool blocked) {
  const auto done = store->write([&](UnitOfWork& work) {
    return work.set_channel_blocked(kTenant, user_id, channel.channel_id, blocked);
  });
  GATE_CHECK(done.has_value(), "the channel cannot be blocked");
}

std::vector<AuditRecord> TestServer::audit_rows(std::size_t limit) {
  std::vector<AuditRecord> rows;
  const auto read = store->read([&](StoreReads& reads) -> Result<void> {
    GATE_TRY(rows, reads.read_audit(0, limit));
    return {};
  });
  GATE_CHECK(read.has_value(), "the audit log cannot be read");
  return rows;
}

void TestServer::set_rules(const TenantRules& rules) {
  const auto done = store->write([&](UnitOfWork& work) -> Result<void> {
    GATE_TRY(std::optional<Tenant> tenant, work.find_tenant(kTenant));
    tenant->rules = rules;
    return work.put_tenant(*tenant);
  });
  GATE_CHECK(done.has_value(), "the rules cannot be set");
}

void TestServer::provision(const Provisioning& wanted) {
  const auto done =
      store->write([&](UnitOfWork& work) { return apply_provisioning(work, wanted, clock.now()); });
  GATE_CHECK(done.has_value(), "the people are refused");
}

}  // namespace gate::server::testing_support
