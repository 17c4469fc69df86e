#include "tests/native_auth/name_chains.h"

#include "server/factor/password.h"

namespace gate::server::testing_support {
namespace {

constexpr const char* kTypes = "oob password redirect";
constexpr const char* kChosen = "seven quiet lanterns drift";

Shot shot(const char* path, Params params) {
  Shot made;
  made.path = path;
  made.params = std::move(params);
  return made;
}

template <const char* const& Path>
Shot start(const std::string& username, const std::string& /*token*/) {
  return shot(Path, {{"username", username},
                     {"challenge_type", kTypes},
                     {"capabilities", "mfa_required registration_required"}});
}

template <const char* const& Path>
Shot challenge(const std::string& /*username*/, const std::string& token) {
  return shot(Path, {{"continuation_token", token}, {"challenge_type", kTypes}});
}

template <const char* const& Path>
Shot wrong_code(const std::string& /*username*/, const std::string& token) {
  return shot(Path, {{"continuation_token", token}, {"grant_type", "oob"}, {"oob", "00000000"}});
}

Shot wrong_password(const std::string& /*username*/, const std::string& token) {
  return shot("/oauth2/v2.0/token",
              {{"continuation_token", token}, {"grant_type", "password"}, {"password", "guess"}});
}

constexpr const char* kInitiate = "/oauth2/v2.0/initiate";
constexpr const char* kChallenge = "/oauth2/v2.0/challenge";
constexpr const char* kToken = "/oauth2/v2.0/token";
constexpr const char* kUpStart = "/signup/v1.0/start";
constexpr const char* kUpChallenge = "/signup/v1.0/challenge";
constexpr const char* kUpContinue = "/signup/v1.0/continue";
constexpr const char* kResetStart = "/resetpassword/v1.0/start";
constexpr const char* kResetChallenge = "/resetpassword/v1.0/challenge";
constexpr const char* kResetContinue = "/resetpassword/v1.0/continue";

Shot start_with_password(const std::string& username, const std::string& token) {
  return start<kUpStart>(username, token)
      .with("password", kChosen)
      .with("attributes", R"({"city":"Riga"})");
}

/// start, code, wrong code, another code, wrong code again.
template <const char* const& Start, const char* const& Ask, const char* const& Submit>
std::vector<NameChain::Step> by_code() {
  return {{"start", start<Start>},
          {"challenge", challenge<Ask>},
          {"wrong code", wrong_code<Submit>},
          {"challenge again", challenge<Ask>},
          {"wrong code again", wrong_code<Submit>}};
}

Provisioning::User user_of(const std::string& kind, int number, const std::string& hash) {
  Provisioning::User user;
  user.tenant_id = TestServer::kTenant;
  user.username = name_of(kind, number);
  user.id = user.username + "-id";
  user.enabled = kind != "dsbld";
  user.password_hash = kind == "nopwd" || kind == "mailb" || kind == "squat" ? "" : hash;
  if (kind != "nomai") {
    user.channels = {{ChannelKind::kEmail, user.username, kind != "squat", false}};
  }
  return user;
}

}  // namespace

const std::vector<NameChain>& name_chains() {
  // Kinds: known (password and mailbox), mailb (mailbox alone), blank (no such account), dsbld
  // (disabled), nopwd (no password), nomai (no mailbox), squat (its mailbox was never proven).
  static const std::vector<NameChain> kChains = {
      {"sign-in by password",
       SignUpMode::kPassword,
       {"known", "blank", "dsbld"},
       {{"start", start<kInitiate>},
        {"challenge", challenge<kChallenge>},
        {"wrong password", wrong_password},
        {"challenge again", challenge<kChallenge>}}},
      {"sign-in by code",
       SignUpMode::kCode,
       {"mailb", "blank"},
       by_code<kInitiate, kChallenge, kToken>()},
      {"sign-up",
       SignUpMode::kPassword,
       {"known", "blank", "dsbld", "squat"},
       by_code<kUpStart, kUpChallenge, kUpContinue>()},
      {"sign-up with a password",
       SignUpMode::kPassword,
       {"known", "blank"},
       {{"start", start_with_password}, {"challenge", challenge<kUpChallenge>}}},
      {"reset",
       SignUpMode::kPassword,
       {"known", "blank", "dsbld", "nopwd", "nomai"},
       by_code<kResetStart, kResetChallenge, kResetContinue>()},
  };
  return kChains;
}

std::string name_of(const std::string& kind, int number) {
  const std::string digits = std::to_string(10'000 + number);
  return "u" + kind + digits + "@bank.example";
}

ServiceSettings settings_for_chains() {
  ServiceSettings settings = TestServer::relaxed();
  settings.tries_delay_from = 100;
  settings.tries_stop_at = 100;
  settings.known_devices = 0;  // the settings allow at most 100 tries together
  settings.password_tries = 100;
  return settings;
}

void provision_names(TestServer& server, const NameChain& chain, int count) {
  static const std::string kHash =
      PasswordHasher(server.secrets.password_pepper.clone(), server.random)
          .hash(TestServer::kPassword)
          .value();
  AttributeDefinition city;
  city.name = "city";
  Provisioning wanted;
  wanted.tenants = {{TestServer::kTenant, "Bank", "bank.example", {city}, chain.sign_up}};
  for (const std::string& kind : chain.kinds) {
    for (int i = 0; i < count && kind != "blank"; ++i) {
      wanted.users.push_back(user_of(kind, i, kHash));
    }
  }
  server.provision(wanted);
}

}  // namespace gate::server::testing_support
