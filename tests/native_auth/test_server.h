#pragma once

#include <atomic>
#include <boost/json.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "server/account/provisioning.h"
#include "server/app/front.h"
#include "server/crypto/openssl_random.h"
#include "server/store/store.h"

namespace gate::server::testing_support {

/// One parsed answer.
struct Reply {
  int status = 0;
  boost::json::object body;
  std::map<std::string, std::string> headers;

  [[nodiscard]] std::string text(const char* key) const;
  [[nodiscard]] std::string error() const { return text("error"); }
  [[nodiscard]] std::string suberror() const { return text("suberror"); }
  [[nodiscard]] std::int64_t code() const;
  [[nodiscard]] std::string token() const { return text("continuation_token"); }
  [[nodiscard]] bool has_tokens() const;
  /// Refused by the limit on wrong tries, or on messages (S19).
  [[nodiscard]] bool is_locked() const;
  [[nodiscard]] bool is_limited() const;
};

/// The claims of a JWT. Its signature is not looked at.
[[nodiscard]] boost::json::object claims_of(const std::string& jwt);

using Params = std::vector<std::pair<std::string, std::string>>;

/// A policy as a function, which the test can change at any time.
class ScriptedDecider final : public Decider {
 public:
  using Policy = std::function<PolicyVerdict(const SignInFacts&)>;
  void set(Policy policy) {
    const std::lock_guard lock(mutex_);
    policy_ = std::move(policy);
  }
  [[nodiscard]] PolicyVerdict decide(std::string_view tenant_id,
                                     const SignInFacts& facts) const override;
  [[nodiscard]] std::string digest(std::string_view) const override {
    const int replaced = replaced_.load();
    return "digest-of-the-test-policy" + (replaced == 0 ? "" : "-" + std::to_string(replaced));
  }
  /// As if another set had come in force; a policy may call it while it decides.
  void replace() { replaced_.fetch_add(1); }
  /// "c1" and "c2".
  [[nodiscard]] bool protects_context(std::string_view,
                                      std::string_view auth_context) const override {
    return auth_context == "c1" || auth_context == "c2";
  }

 private:
  mutable std::mutex mutex_;
  Policy policy_;
  std::atomic<int> replaced_ = 0;
};

[[nodiscard]] PolicyVerdict allow();
[[nodiscard]] PolicyVerdict block();
/// Requires two different methods; e-mail and SMS codes are accepted as the second.
[[nodiscard]] PolicyVerdict require_two_methods(const SignInFacts& facts);

/// Templates that the test may add to.
struct TestTexts final : MessageTexts {
  MessageTemplates templates;
  [[nodiscard]] MessageText write(const MessageOrder& order) const override {
    return templates.write(order);
  }
};

/// A random source that can be made to fail.
class SwitchableRandom final : public Random {
 public:
  Result<void> fill(std::span<std::byte> out) override {
    return broken ? Result<void>(Error{ErrorCode::kUnavailable, "no randomness"}) : real_.fill(out);
  }
  std::atomic<bool> broken = false;

 private:
  OpensslRandom real_;
};

/// The endpoints over a real store in a folder of its own, with a clock and a policy that the test
/// controls. With GATE_TEST_STORE=postgres the store is a schema of a PostgreSQL server, and the
/// folder holds its URL. Users: amy (password, mailbox, phone), ben (mailbox only: signs in by
/// code), carl (password only), dora (mailbox and phone, no password).
class TestServer {
 public:
  static constexpr const char* kTenant = "11111111-1111-4111-8111-111111111111";
  static constexpr const char* kClient = "22222222-2222-4222-8222-222222222222";
  static constexpr const char* kOtherClient = "33333333-3333-4333-8333-333333333333";
  static constexpr const char* kOrigin = "https://app.bank.example";
  /// A scope of the resource `payments`, which uses the contexts c1 and c2. kClient may ask for it,
  /// and for `api://statements/read`; kOtherClient for `api://ledger/entries.read`.
  static constexpr const char* kPay = "api://payments/pay";
  static constexpr const char* kPassword = "correct horse battery staple";

  explicit TestServer(ServiceSettings settings = relaxed(),
                      const FlowMachines& machines = flow_machines(),
                      const PlaceLookup* places = nullptr, const RiskEngine* risk_engine = nullptr,
                      PasswordCost password_cost = {});
  /// In a folder of the test, which stays. If a store is there already, it is used as it is.
  TestServer(std::filesystem::path where, ServiceSettings settings);
  ~TestServer();

  /// Allows resends at once, so that tests need not advance the clock.
  [[nodiscard]] static ServiceSettings relaxed();

  [[nodiscard]] HttpResponse send(const HttpRequest& request) { return front->handle(request); }
  [[nodiscard]] static HttpRequest form_request(const std::string& path, const Params& params);
  /// POST to `/{tenant}{path}` as kClient. Every request has bytes of its own, so that none counts
  /// as a repeated one (T4).
  [[nodiscard]] Reply post(const std::string& path, Params params);
  [[nodiscard]] HttpRequest request(const std::string& path, Params params);
  [[nodiscard]] static Reply read(const HttpResponse& response);

  [[nodiscard]] Reply initiate(const std::string& user, const std::string& capabilities =
                                                            "mfa_required registration_required");
  [[nodiscard]] Reply challenge(const std::string& token, const std::string& id = "");
  [[nodiscard]] Reply introspect(const std::string& token);
  [[nodiscard]] Reply submit(const std::string& grant, const std::string& token,
                             const std::string& value);
  [[nodiscard]] Reply refresh(const std::string& token);
  [[nodiscard]] Reply refresh(const std::string& token, const std::string& scope,
                              const std::string& claims = "");
  /// Signs in with the password and with these parameters of the token request, as amy by default.
  [[nodiscard]] Reply sign_in(const std::string& scope, const std::string& claims = "",
                              const std::string& user = "amy");
  /// initiate and challenge; returns the token for the submit.
  [[nodiscard]] std::string begin(const std::string& user);
  /// Completes the first factor, of either kind.
  [[nodiscard]] Reply first_factor(const std::string& user);
  /// The id of the method on this channel in an introspect answer.
  [[nodiscard]] static std::string method_id(const Reply& listed, const std::string& channel);

  /// Sent as x-gate-device-key with every request; empty: an unknown device.
  std::string device_key;
  /// Sent as Accept-Language with every request; empty: none.
  std::string accept_language;
  /// Where every request comes from.
  std::string peer_ip = "198.51.100.7";
  /// The code of the newest message. Takes all due messages from the outbox.
  [[nodiscard]] std::string last_code();
  /// All messages taken so far.
  std::vector<OutboxMessage> delivered;
  /// The bytes of the store's files, or of its tables.
  [[nodiscard]] std::string dump() const;
  /// The bytes of what was committed: equal before and after, if nothing was written in between.
  [[nodiscard]] std::string written() const;
  void revoke(const std::string& user_id);
  [[nodiscard]] std::vector<Channel> channels(const std::string& user_id);
  void set_blocked(const std::string& user_id, const Channel& channel, bool blocked);
  /// Audit rows, beginning with the first.
  [[nodiscard]] std::vector<AuditRecord> audit_rows(std::size_t limit = 10);
  void provision(const Provisioning& wanted);
  /// Replaces the rules of the tenant.
  void set_rules(const TenantRules& rules);
  /// Adds a user without a password: a mailbox, and a phone if `number` is given.
  void add_user(const std::string& name, const std::string& number = "");

  std::filesystem::path folder;
  bool folder_stays = false;
  FakeClock clock{1'800'000'000'000'000};
  SwitchableRandom random;
  ServiceSecrets secrets;
  std::unique_ptr<Store> store;
  std::unique_ptr<SigningKeys> keys;
  ScriptedDecider decider;
  TestTexts texts;
  std::vector<std::string> failures;
  std::vector<SendCap> caps;  ///< the caps that were reached, in this order
  AuditLog audit;
  PasswordRules password_rules;
  std::unique_ptr<Front> front;

 private:
  void open(ServiceSettings settings, const FlowMachines& machines, const PlaceLookup* places,
            const RiskEngine* risk_engine, PasswordCost password_cost = {});
  std::atomic<int> requests_ = 0;
};

}  // namespace gate::server::testing_support
