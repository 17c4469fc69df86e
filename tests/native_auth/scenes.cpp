#include "tests/native_auth/scenes.h"

namespace gate::server::testing_support {
namespace {

constexpr const char* kInitiate = "/oauth2/v2.0/initiate";
constexpr const char* kChallenge = "/oauth2/v2.0/challenge";
constexpr const char* kIntrospect = "/oauth2/v2.0/introspect";
constexpr const char* kToken = "/oauth2/v2.0/token";
constexpr const char* kEnrolMethods = "/register/v1.0/introspect";
constexpr const char* kEnrolChallenge = "/register/v1.0/challenge";
constexpr const char* kEnrolContinue = "/register/v1.0/continue";
constexpr const char* kUpStart = "/signup/v1.0/start";
constexpr const char* kUpChallenge = "/signup/v1.0/challenge";
constexpr const char* kUpContinue = "/signup/v1.0/continue";
constexpr const char* kResetStart = "/resetpassword/v1.0/start";
constexpr const char* kResetChallenge = "/resetpassword/v1.0/challenge";
constexpr const char* kResetContinue = "/resetpassword/v1.0/continue";
constexpr const char* kResetSubmit = "/resetpassword/v1.0/submit";
constexpr const char* kResetPoll = "/resetpassword/v1.0/poll_completion";

constexpr const char* kTypes = "oob password redirect";
constexpr const char* kScope = "openid profile offline_access";
constexpr const char* kNewName = "nora@mail.example";
constexpr const char* kNewPassword = "seven quiet lanterns drift";
constexpr const char* kNewPhone = "+15550100777";
constexpr const char* kWrongCode = "00000000";

Shot shot(const char* path, Params params) {
  Shot made;
  made.path = path;
  made.params = std::move(params);
  return made;
}

Reply send(TestServer& server, const Shot& shot) {
  return TestServer::read(server.send(shot.request()));
}

Params begun(const std::string& username) {
  return {{"username", username},
          {"challenge_type", kTypes},
          {"capabilities", "mfa_required registration_required"}};
}

Params asked(const std::string& token) {
  return {{"continuation_token", token}, {"challenge_type", kTypes}};
}

Params granted(const std::string& token, const std::string& grant, const std::string& parameter,
               const std::string& value) {
  return {{"continuation_token", token}, {"grant_type", grant}, {parameter, value}};
}

Shot submitted(const std::string& token, const std::string& grant, const std::string& parameter,
               const std::string& value) {
  return shot(kToken, granted(token, grant, parameter, value))
      .with("scope", kScope)
      .with("client_info", "1");
}

Shot redeemed(const std::string& token, const std::string& username) {
  Shot made = shot(
      kToken,
      {{"continuation_token", token}, {"grant_type", "continuation_token"}, {"scope", kScope}});
  return username.empty() ? made : made.with("username", username);
}

// Sign-in.

Shot sign_in(TestServer& /*server*/) {
  return shot(kInitiate, begun("amy@bank.example"));
}
Shot password_prompt(TestServer& server) {
  return shot(kChallenge, asked(server.initiate("amy").token()));
}
Shot first_code(TestServer& server) {
  return shot(kChallenge, asked(server.initiate("dora").token()));
}
Shot password(TestServer& server) {
  return submitted(server.begin("amy"), "password", "password", TestServer::kPassword);
}
Shot wrong_password(TestServer& server) {
  return password(server).with("password", "guess");
}
Shot code(TestServer& server) {
  const std::string token = server.begin("dora");
  return submitted(token, "oob", "oob", server.last_code());
}
Shot wrong_first_code(TestServer& server) {
  return code(server).with("oob", kWrongCode);
}
std::string demanded(TestServer& server) {
  const Shot right = code(server);
  return send(server, right).token();
}
Shot methods(TestServer& server) {
  return shot(kIntrospect, {{"continuation_token", demanded(server)}});
}
Shot second_code(TestServer& server) {
  const Reply listed = send(server, methods(server));
  return shot(kChallenge, asked(listed.token())).with("id", TestServer::method_id(listed, "sms"));
}
Shot last_code(TestServer& server) {
  const Reply sent = send(server, second_code(server));
  return submitted(sent.token(), "mfa_oob", "oob", server.last_code());
}
Shot wrong_last_code(TestServer& server) {
  return last_code(server).with("oob", kWrongCode);
}
Shot renewal(TestServer& server) {
  const Reply done = server.first_factor("ben");
  return shot(kToken, {{"grant_type", "refresh_token"},
                       {"refresh_token", done.text("refresh_token")},
                       {"scope", kScope}});
}

// Step-up: a session of one factor, and policies that now demand two.

Shot step_up(TestServer& server) {
  server.decider.set([](const SignInFacts&) { return allow(); });
  const Reply done = server.first_factor("dora");
  server.decider.set(require_two_methods);
  return shot(kToken, {{"grant_type", "refresh_token"},
                       {"refresh_token", done.text("refresh_token")},
                       {"scope", kScope},
                       {"capabilities", "mfa_required registration_required"},
                       {"challenge_type", kTypes}});
}
Shot step_up_methods(TestServer& server) {
  return shot(kIntrospect, {{"continuation_token", send(server, step_up(server)).token()}});
}
Shot step_up_code(TestServer& server) {
  const Reply listed = send(server, step_up_methods(server));
  return shot(kChallenge, asked(listed.token())).with("id", TestServer::method_id(listed, "sms"));
}
Shot step_up_proof(TestServer& server) {
  const Reply sent = send(server, step_up_code(server));
  return submitted(sent.token(), "mfa_oob", "oob", server.last_code());
}
Shot wrong_step_up_code(TestServer& server) {
  return step_up_proof(server).with("oob", kWrongCode);
}

// Enrolment, after the password of a user who has no other method.

Shot enrolment_methods(TestServer& server) {
  const Reply offered =
      send(server, submitted(server.begin("carl"), "password", "password", TestServer::kPassword));
  return shot(kEnrolMethods, {{"continuation_token", offered.token()}});
}
Shot enrolment_code(TestServer& server) {
  const Reply listed = send(server, enrolment_methods(server));
  return shot(kEnrolChallenge, {{"continuation_token", listed.token()},
                                {"challenge_type", "oob"},
                                {"challenge_target", kNewPhone},
                                {"challenge_channel", "sms"}});
}
Shot enrolment_proof(TestServer& server) {
  const Reply sent = send(server, enrolment_code(server));
  return shot(kEnrolContinue, granted(sent.token(), "oob", "oob", server.last_code()));
}
Shot wrong_enrolment_code(TestServer& server) {
  return enrolment_proof(server).with("oob", kWrongCode);
}
Shot enrolled(TestServer& server) {
  const Reply bound = send(server, enrolment_proof(server));
  return redeemed(bound.token(), "");
}

// Sign-up: code, password, attributes.

void open_sign_up(TestServer& server) {
  AttributeDefinition city;
  city.name = "city";
  city.required = true;
  city.max_length = 40;
  Provisioning wanted;
  wanted.tenants = {{TestServer::kTenant, "Bank", "bank.example", {city}, SignUpMode::kPassword}};
  server.provision(wanted);
}
Shot sign_up(TestServer& server) {
  open_sign_up(server);
  return shot(kUpStart, begun(kNewName))
      .with("password", kNewPassword)
      .with("attributes", R"({"city":"Riga"})");
}
Shot mailbox_code(TestServer& server) {
  open_sign_up(server);
  return shot(kUpChallenge, asked(send(server, shot(kUpStart, begun(kNewName))).token()));
}
Shot mailbox_proof(TestServer& server) {
  const Reply sent = send(server, mailbox_code(server));
  return shot(kUpContinue, granted(sent.token(), "oob", "oob", server.last_code()));
}
Shot wrong_mailbox_code(TestServer& server) {
  return mailbox_proof(server).with("oob", kWrongCode);
}
Shot new_password_prompt(TestServer& server) {
  return shot(kUpChallenge, asked(send(server, mailbox_proof(server)).token()));
}
Shot new_password(TestServer& server) {
  const Reply prompted = send(server, new_password_prompt(server));
  return shot(kUpContinue, granted(prompted.token(), "password", "password", kNewPassword));
}
Shot weak_password(TestServer& server) {
  return new_password(server).with("password", "short");
}
Shot attributes(TestServer& server) {
  const Reply wanted = send(server, new_password(server));
  return shot(kUpContinue,
              granted(wanted.token(), "attributes", "attributes", R"({"city":"Riga"})"));
}
Shot bad_attributes(TestServer& server) {
  return attributes(server).with("attributes", R"({"city":")" + std::string(41, 'x') + R"("})");
}
Shot signed_up(TestServer& server) {
  return redeemed(send(server, attributes(server)).token(), kNewName);
}

// Password reset.

Shot reset(TestServer& /*server*/) {
  return shot(kResetStart, begun("amy@bank.example"));
}
Shot reset_code(TestServer& server) {
  return shot(kResetChallenge, asked(send(server, reset(server)).token()));
}
Shot reset_proof(TestServer& server) {
  const Reply sent = send(server, reset_code(server));
  return shot(kResetContinue, granted(sent.token(), "oob", "oob", server.last_code()));
}
Shot wrong_reset_code(TestServer& server) {
  return reset_proof(server).with("oob", kWrongCode);
}
Shot other_password(TestServer& server) {
  const Reply proven = send(server, reset_proof(server));
  return shot(kResetSubmit,
              {{"continuation_token", proven.token()}, {"new_password", kNewPassword}});
}
Shot same_password(TestServer& server) {
  return other_password(server).with("new_password", TestServer::kPassword);
}
Shot poll(TestServer& server) {
  const Reply changed = send(server, other_password(server));
  return shot(kResetPoll, {{"continuation_token", changed.token()}});
}
Shot after_reset(TestServer& server) {
  return redeemed(send(server, other_password(server)).token(), "amy@bank.example");
}

}  // namespace

Shot Scene::begin(TestServer& server) const {
  set_policy(server);
  return stage(server);
}

void Scene::set_policy(TestServer& server) const {
  if (policy == Policy::kTwo) {
    server.decider.set(require_two_methods);
  } else {
    server.decider.set([](const SignInFacts&) { return allow(); });
  }
}

std::string Scene::use(const Shot& shot) {
  const std::string grant = shot.get("grant_type");
  return grant.empty() ? shot.path : shot.path + " " + grant;
}

const std::vector<Scene>& scenes() {
  using enum Scene::Repeat;
  using enum Scene::Policy;
  static const std::vector<Scene> kScenes = {
      {kOne, "a sign-in", sign_in, "continuation_token", kAnew},
      {kOne, "the prompt for a password", password_prompt, "challenge_type"},
      {kOne, "a code", first_code, "challenge_target_label"},
      {kTwo, "a password", password, "suberror", kSame, {kChallenge}},
      {kTwo, "the code", code, "suberror", kSame, {kChallenge}},
      {kTwo, "the methods", methods, "methods", kSame, {kChallenge}},
      {kTwo, "a second code", second_code, "challenge_target_label", kSame, {kIntrospect}},
      {kTwo, "the second code", last_code, "access_token", kSame, {kChallenge}},
      {kOne, "a renewal", renewal, "refresh_token", kRenewal},
      {kTwo, "a step-up", step_up, "missing_factors", kAnew},
      {kTwo, "the methods of a step-up", step_up_methods, "methods", kSame, {kChallenge}},
      {kTwo, "a code of a step-up", step_up_code, "challenge_target_label", kSame, {kIntrospect}},
      {kTwo, "the code of a step-up", step_up_proof, "access_token", kSame, {kChallenge}},
      {kTwo, "methods to enrol", enrolment_methods, "methods", kSame, {kEnrolChallenge}},
      {kTwo, "a code to a new phone", enrolment_code, "challenge_target", kSame, {kEnrolMethods}},
      {kTwo,
       "the code of a new phone",
       enrolment_proof,
       "continuation_token",
       kSame,
       {kEnrolChallenge}},
      {kTwo, "tokens after an enrolment", enrolled, "access_token"},
      {kOne, "a sign-up", sign_up, "continuation_token", kAnew},
      {kOne, "a code to a new mailbox", mailbox_code, "challenge_target_label"},
      {kOne,
       "the code of a new mailbox",
       mailbox_proof,
       "continuation_token",
       kSame,
       {kUpChallenge}},
      {kOne, "the prompt for a new password", new_password_prompt, "challenge_type"},
      {kOne, "a new password", new_password, "required_attributes", kSame, {kUpChallenge}},
      {kOne, "attributes", attributes, "continuation_token"},
      {kOne, "tokens after a sign-up", signed_up, "access_token"},
      {kOne, "a reset", reset, "continuation_token", kAnew},
      {kOne, "a code of a reset", reset_code, "challenge_target_label"},
      {kOne, "the code of a reset", reset_proof, "expires_in", kSame, {kResetChallenge}},
      {kOne, "another password", other_password, "poll_interval"},
      {kOne, "a poll", poll, "status", kSame, {"/oauth2/v2.0/token continuation_token"}},
      {kOne, "tokens after a reset", after_reset, "access_token", kSame, {kResetPoll}},
  };
  return kScenes;
}

const std::vector<Scene>& scenes_of_failures() {
  using enum Scene::Policy;
  static const std::vector<Scene> kScenes = {
      {kOne, "a wrong password", wrong_password, "error"},
      {kOne, "a wrong first code", wrong_first_code, "suberror"},
      {kTwo, "a wrong second code", wrong_last_code, "suberror"},
      {kTwo, "a wrong code of a step-up", wrong_step_up_code, "suberror"},
      {kTwo, "a wrong code of a new phone", wrong_enrolment_code, "suberror"},
      {kOne, "a wrong code of a new mailbox", wrong_mailbox_code, "suberror"},
      {kOne, "a wrong code of a reset", wrong_reset_code, "suberror"},
      {kOne, "a password that is too short", weak_password, "suberror"},
      {kOne, "the present password in a reset", same_password, "suberror"},
      {kOne, "attributes that are not valid", bad_attributes, "invalid_attributes"},
  };
  return kScenes;
}

}  // namespace gate::server::testing_support
