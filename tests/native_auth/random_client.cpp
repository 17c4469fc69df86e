#include "tests/native_auth/random_client.h"

#include "server/account/provision.h"
#include "server/factor/password.h"

namespace gate::server::testing_support {
namespace {

constexpr const char* kOtherTenant = "44444444-4444-4444-8444-444444444444";
constexpr const char* kToken = "/oauth2/v2.0/token";
constexpr std::string_view kPost = "POST /{tenant}";
constexpr PasswordCost kCheap{.memory_kib = 8, .passes = 1, .lanes = 1};
const std::vector<std::string> kNewPasswords = {
    "seven quiet lanterns drift", "eight slow herons wade north", "nine grey harbours listen"};
const std::vector<std::string> kContacts = {"+15550100501", "+15550100502", "mail1@other.example",
                                            "mail2@other.example"};

ServiceSettings patient() {
  ServiceSettings settings = TestServer::relaxed();
  settings.tries_delay_from = 100;
  settings.tries_stop_at = 100;
  settings.known_devices = 0;  // the settings allow at most 100 tries together
  settings.password_tries = 100;
  settings.password_window = kMicrosPerMinute;
  return settings;
}

/// The base of the endpoints of a kind of flow.
std::string base_of(FactorLedger::Kind kind) {
  switch (kind) {
    case FactorLedger::Kind::kSignIn:
    case FactorLedger::Kind::kStepUp:
      return "/oauth2/v2.0";
    case FactorLedger::Kind::kSignUp:
      return "/signup/v1.0";
    case FactorLedger::Kind::kReset:
      break;
  }
  return "/resetpassword/v1.0";
}

/// A step-up that asks for a second factor alone.
bool is_second(const Reply& reply) {
  const auto* missing = reply.body.if_contains("missing_factors");
  return missing != nullptr && missing->as_array().at(0).as_string() == "second_factor";
}

Params challenge_params(const std::string& token, const std::string& id = "") {
  Params params = {{"continuation_token", token}, {"challenge_type", "oob password redirect"}};
  if (!id.empty()) {
    params.emplace_back("id", id);
  }
  return params;
}

}  // namespace

RandomClient::RandomClient(unsigned seed, const FlowMachines& machines, Fault fault)
    : dice_(seed),
      fault_(std::move(fault)),
      server_(patient(), machines, nullptr, nullptr, kCheap),
      ledger_([this](const std::string& audience, bool in_context) -> std::size_t {
        if (demanded_ == Demanded::kBlock) {
          return 100;
        }
        return demanded_ == Demanded::kTwo || audience == "api://payments" || in_context ? 2 : 1;
      }) {
  server_.decider.set([this](const SignInFacts& facts) { return decide(facts); });
  provision_people();
  for (const std::string& endpoint : server_.front->endpoints()) {
    if (endpoint.starts_with(kPost)) {
      endpoints_.push_back(endpoint.substr(kPost.size()));
    }
  }
}

PolicyVerdict RandomClient::decide(const SignInFacts& facts) const {
  if (fault_) {
    if (auto wrong = fault_(facts, demanded_)) {
      return std::move(*wrong);
    }
  }
  if (demanded_ == Demanded::kBlock) {
    return block();
  }
  const bool two = demanded_ == Demanded::kTwo || facts.target == "payments" ||
                   (facts.target_kind == TargetKind::kAuthContext && facts.target == "c1");
  return two ? require_two_methods(facts) : allow();
}

void RandomClient::add_tenant(const char* id, const char* domain, SignUpMode mode,
                              const char* password) {
  Provisioning wanted;
  AttributeSchema schema;
  if (mode == SignUpMode::kPassword) {
    schema.emplace_back().name = "city";
    schema.back().required = true;
  }
  wanted.tenants = {{id, "Bank", domain, schema, mode}};
  wanted.resources = {{id, "payments", "api://payments", {"pay"}, {"c1"}}};
  for (const char* client : {TestServer::kClient, TestServer::kOtherClient}) {
    wanted.clients.push_back({id, client, "app", {}, false, {TestServer::kPay}});
  }
  const PasswordHasher hasher(server_.secrets.password_pepper.clone(), server_.random, kCheap);
  const std::string hash = hasher.hash(password).value();
  const auto add = [&](const std::string& name, bool has_password, bool mail, bool phone) {
    Provisioning::User user;
    user.tenant_id = id;
    user.id = name + "-id";
    user.username = name + "@bank.example";
    user.password_hash = has_password ? hash : "";
    FactorLedger::Account account{has_password ? password : "", {}, "", "", 0};
    if (mail) {
      user.channels.push_back({ChannelKind::kEmail, user.username, true, false});
      account.addresses.insert(user.username);
    }
    if (phone) {
      user.channels.push_back({ChannelKind::kSms, "+15550100104", true, true});
      account.addresses.insert("+15550100104");
    }
    wanted.users.push_back(user);
    ledger_.add_account(id, user.username, account);
  };
  add("amy", true, true, true);
  add("ben", false, true, false);
  add("carl", true, false, false);
  add("dora", false, true, true);
  add("fay", true, true, false);
  server_.provision(wanted);
}

void RandomClient::provision_people() {
  // The same users, clients and mailboxes in both; with other passwords.
  add_tenant(TestServer::kTenant, "bank.example", SignUpMode::kPassword, TestServer::kPassword);
  add_tenant(kOtherTenant, "shop.example", SignUpMode::kCode, "another horse battery staple");
}

void RandomClient::step() {
  server_.clock.advance(one_in(60) ? 3 * kMicrosPerMinute : kMicrosPerSecond / 2);
  if (one_in(25)) {
    demanded_ = one_in(5) ? Demanded::kBlock : one_in(3) ? Demanded::kOne : Demanded::kTwo;
  }
  if (one_in(200)) {
    revoke_one();
  }
  fire(next_shot());
}

void RandomClient::revoke_one() {
  const std::string name = any_of<std::string>({"amy", "ben", "carl", "dora", "fay"});
  server_.revoke(name + "-id");
  ledger_.revoke(TestServer::kTenant, name + "@bank.example");
}

Shot RandomClient::next_shot() {
  const std::size_t flows = ledger_.flows().size();
  if (flows == 0 || one_in(9)) {
    return beginning();
  }
  if (!fired_.empty() && one_in(12)) {
    return one_in(2) ? fired_.back() : any_of(fired_);  // the same bytes again (T4)
  }
  if (!ledger_.sessions().empty() && one_in(15)) {
    return renewal();
  }
  if (one_in(3)) {
    return wild();
  }
  // Mostly one of the newest flows, so that some end with tokens.
  return proper(one_in(6) ? dice_() % flows
                          : flows - 1 - dice_() % std::min<std::size_t>(3, flows));
}

std::string RandomClient::some_name() {
  return any_of<std::string>({"amy@bank.example", "amy@bank.example", "ben@bank.example",
                              "carl@bank.example", "dora@bank.example", "fay@bank.example",
                              "new" + std::to_string(serial_ / 60) + "@mail.example"});
}

std::string RandomClient::scope() {
  return std::string("openid offline_access") +
         (one_in(3) ? std::string(" ") + TestServer::kPay : "");
}

std::string RandomClient::some_code(const std::string& right) {
  if (!right.empty() && !one_in(6)) {
    return right;
  }
  const FlowSeen& other = any_of(ledger_.flows());
  return other.code.empty() ? "00000000" : other.code;
}

std::string RandomClient::some_password(const FlowSeen& seen) {
  const auto account = ledger_.accounts().find({seen.tenant, seen.name});
  if (account != ledger_.accounts().end() && !one_in(5)) {
    return account->second.password.empty() ? "guess" : account->second.password;
  }
  return one_in(2) ? std::string(TestServer::kPassword) : any_of(kNewPasswords);
}

std::string RandomClient::some_token() {
  const FlowSeen& flow = any_of(ledger_.flows());
  return one_in(3) ? any_of(flow.tokens) : flow.tokens.back();
}

Shot RandomClient::beginning() {
  const std::string path = any_of<std::string>({"/oauth2/v2.0/initiate", "/oauth2/v2.0/initiate",
                                                "/signup/v1.0/start", "/resetpassword/v1.0/start"});
  Params params = {{"username", some_name()},
                   {"challenge_type", "oob password redirect"},
                   {"capabilities", "mfa_required registration_required"}};
  if (path.starts_with("/signup")) {
    params[0].second = one_in(8) ? some_name() : "new" + std::to_string(serial_) + "@mail.example";
    if (one_in(4)) {
      params.emplace_back("password", any_of(kNewPasswords));
    }
  }
  return {any_of<std::string>({TestServer::kTenant, TestServer::kTenant, kOtherTenant}),
          any_of<std::string>({TestServer::kClient, TestServer::kOtherClient}), path, params};
}

/// What a well-behaved client sends next in this flow.
Shot RandomClient::proper(std::size_t flow) {
  const FlowSeen& seen = ledger_.flows()[flow];
  const Position& at = positions_[flow];
  const std::string token = seen.tokens.back();
  const std::string base = base_of(seen.kind);
  const auto shot = [&](const std::string& path, const Params& params) {
    return Shot{seen.tenant, seen.client, path, params};
  };
  if (at.last.suberror() == "mfa_required") {
    return one_in(2) ? shot("/oauth2/v2.0/introspect", {{"continuation_token", token}})
                     : shot("/oauth2/v2.0/challenge", challenge_params(token));
  }
  if (at.last.suberror() == "registration_required" || at.path.starts_with("/register")) {
    return proper_enrolment(seen, at.last);
  }
  if (const auto* methods = at.last.body.if_contains("methods")) {
    const auto& all = methods->as_array();
    const std::string id(all[dice_() % all.size()].at("id").as_string());
    return shot("/oauth2/v2.0/challenge", challenge_params(token, id));
  }
  if (at.last.body.contains("challenge_type")) {
    return proper_submit(seen, at.last, at.second);
  }
  if (at.last.error() == "attributes_required") {
    return shot(base + "/continue", {{"continuation_token", token},
                                     {"grant_type", "attributes"},
                                     {"attributes", R"({"city":"Riga"})"}});
  }
  if (at.path.ends_with("/continue") && seen.kind == FactorLedger::Kind::kReset) {
    return shot(base + "/submit",
                {{"continuation_token", token}, {"new_password", any_of(kNewPasswords)}});
  }
  const bool done =
      at.last.status == 200 && (at.path.ends_with("/continue") || at.path.ends_with("/submit"));
  if (done) {
    return shot(kToken, {{"continuation_token", token},
                         {"grant_type", "continuation_token"},
                         {"username", seen.name},
                         {"scope", scope()}});
  }
  return shot(base + "/challenge", challenge_params(token));
}

Shot RandomClient::proper_submit(const FlowSeen& seen, const Reply& last, bool second) {
  const bool password = last.text("challenge_type") == "password";
  const bool in_token = second || base_of(seen.kind) == "/oauth2/v2.0";
  const std::string grant = password ? "password" : second ? "mfa_oob" : "oob";
  Params params = {{"continuation_token", seen.tokens.back()}, {"grant_type", grant}};
  if (in_token) {
    params.emplace_back("scope", scope());
    if (one_in(6)) {
      params.emplace_back("claims", R"({"access_token":{"acrs":{"essential":true,"value":"c1"}}})");
    }
  }
  if (!password) {
    params.emplace_back("oob", some_code(seen.code));
  } else if (in_token) {
    params.emplace_back("password", some_password(seen));
  } else {
    params.emplace_back("password", any_of(kNewPasswords));
  }
  return {seen.tenant, seen.client, in_token ? kToken : base_of(seen.kind) + "/continue", params};
}

Shot RandomClient::proper_enrolment(const FlowSeen& seen, const Reply& last) {
  const std::string token = seen.tokens.back();
  const auto shot = [&](const std::string& path, const Params& params) {
    return Shot{seen.tenant, seen.client, path, params};
  };
  if (last.text("challenge_type") == "oob") {
    return shot(
        "/register/v1.0/continue",
        {{"continuation_token", token}, {"grant_type", "oob"}, {"oob", some_code(seen.code)}});
  }
  if (last.suberror() == "registration_required" && one_in(2)) {
    return shot("/register/v1.0/introspect", {{"continuation_token", token}});
  }
  if (last.suberror() == "registration_required" || last.body.contains("methods")) {
    const std::string contact = one_in(6) ? seen.name : any_of(kContacts);
    return shot("/register/v1.0/challenge",
                {{"continuation_token", token},
                 {"challenge_type", "oob"},
                 {"challenge_target", contact},
                 {"challenge_channel", contact.front() == '+' ? "sms" : "email"}});
  }
  return shot(
      kToken,
      {{"continuation_token", token}, {"grant_type", "continuation_token"}, {"scope", scope()}});
}

Shot RandomClient::renewal() {
  const auto& session = any_of(ledger_.sessions());
  Shot shot{session.tenant,
            session.client,
            kToken,
            {{"grant_type", "refresh_token"},
             {"refresh_token", one_in(5) ? any_of(session.tokens) : session.tokens.back()},
             {"scope", scope()}}};
  if (!one_in(3)) {
    shot.params.emplace_back("capabilities", "mfa_required registration_required");
  }
  if (one_in(6)) {
    shot.client = TestServer::kClient;
    shot.tenant = kOtherTenant;
  }
  return shot;
}

/// Any request with any of what was seen.
Shot RandomClient::wild() {
  const FlowSeen& own = any_of(ledger_.flows());
  const std::string grant = any_of<std::string>(
      {"password", "oob", "mfa_oob", "continuation_token", "attributes", "refresh_token"});
  Shot shot{own.tenant,
            own.client,
            one_in(3) ? std::string(kToken) : any_of(endpoints_),
            {{"continuation_token", one_in(3) ? some_token() : own.tokens.back()},
             {"grant_type", grant},
             {"scope", scope()}}};
  if (one_in(6)) {
    shot.tenant = any_of<std::string>({TestServer::kTenant, kOtherTenant});
    shot.client = any_of<std::string>({TestServer::kClient, TestServer::kOtherClient});
  }
  const Params more = {
      {"oob", some_code(own.code)},
      {"password", some_password(own)},
      {"new_password", any_of(kNewPasswords)},
      {"attributes", R"({"city":"Riga"})"},
      {"username", one_in(2) ? own.name : some_name()},
      {"challenge_type", any_of<std::string>({"oob", "oob password redirect"})},
      {"challenge_target", any_of(kContacts)},
      {"challenge_channel", any_of<std::string>({"sms", "email"})},
      {"claims", R"({"access_token":{"acrs":{"value":"c1"}}})"},
      {"id", any_of<std::string>({"sms", "email"})},
      {"refresh_token",
       ledger_.sessions().empty() ? "x" : any_of(ledger_.sessions()).tokens.back()}};
  for (const auto& entry : more) {
    const bool secret = entry.first == "oob" || entry.first == "password";
    if (secret || one_in(2)) {
      shot.params.push_back(entry);
    }
  }
  return shot;
}

void RandomClient::fire(const Shot& planned) {
  Shot shot = planned;
  if (shot.get("unknown").empty()) {
    shot.params.emplace_back("unknown", std::to_string(++serial_));  // bytes of its own
  }
  const std::size_t before = server_.delivered.size();
  const Reply reply = TestServer::read(server_.send(shot.request()));
  static_cast<void>(server_.last_code());
  const std::vector<OutboxMessage> sent(
      server_.delivered.begin() + static_cast<std::ptrdiff_t>(before), server_.delivered.end());
  const std::string token = shot.get("continuation_token");
  ledger_.observe(shot, reply, sent, server_.clock.now());
  fired_.push_back(shot);
  positions_.resize(ledger_.flows().size());
  const int at = ledger_.flow_of(reply.token());
  if (reply.token().empty() || at < 0 ||
      ledger_.flows()[static_cast<std::size_t>(at)].tokens.back() != reply.token()) {
    return;
  }
  Position& position = positions_[static_cast<std::size_t>(at)];
  position.path = shot.path;
  position.last = reply;
  position.second = position.second || reply.suberror() == "mfa_required" || is_second(reply);
}

}  // namespace gate::server::testing_support
