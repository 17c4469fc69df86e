// The runner carries out what the table says, and nothing else: with a planted fault in the table,
// the fault shows in its behaviour. So the walk over the table (tables_test.cpp) also proves
// the running code. Here are faults whose consequences are looked at one by one;
// every_plant_test.cpp plants all that there are.

#include <gtest/gtest.h>

#include <vector>

#include "server/account/provision.h"
#include "server/crypto/openssl_random.h"
#include "server/crypto/service_secrets.h"
#include "server/flow/flows.h"
#include "server/flow/password_reset/table.h"
#include "server/flow/sign_in/table.h"
#include "server/flow/sign_up/table.h"
#include "server/flow/step_up/table.h"
#include "server/store/memory/memory_store.h"

namespace gate::server {
namespace {

constexpr const char* kTenant = "11111111-1111-4111-8111-111111111111";
constexpr const char* kPassword = "correct horse battery staple";
constexpr Micros kNow = 1'800'000'000'000'000;

/// Requires a second factor until two are completed, and permits enrolment.
struct TwoFactors final : Decider {
  [[nodiscard]] PolicyVerdict decide(std::string_view tenant,
                                     const SignInFacts& facts) const override {
    PolicyVerdict verdict;
    verdict.policy_digest = digest(tenant);
    verdict.outcome = Outcome::kAllow;
    if (facts.target_kind == TargetKind::kApp && facts.completed.size() < 2) {
      verdict.outcome = Outcome::kChallenge;
      verdict.second_factors = MethodSet::of(Method::kSmsOtp);
    }
    return verdict;
  }
  [[nodiscard]] std::string digest(std::string_view) const override { return "d"; }
  [[nodiscard]] bool protects_context(std::string_view, std::string_view) const override {
    return false;
  }
};

using Table = std::vector<FlowTransition>;

Table sign_in_table() {
  const auto table = sign_in_machine().table();
  return {table.begin(), table.end()};
}

FlowEffects with(const FlowEffects& effects, FlowEffect changed, bool present) {
  FlowEffects out;
  for (std::size_t i = 0; i < kFlowEffectCount; ++i) {
    const auto effect = static_cast<FlowEffect>(i);
    if (effect == changed ? present : effects.contains(effect)) {
      out.add(effect);
    }
  }
  return out;
}

/// Users: amy (password and phone), carl (password alone).
class PlantedTest : public testing::Test {
 protected:
  PlantedTest() {
    keys_ = std::move(SigningKeys::open(store_, random_, secrets_.key_encryption_key.clone(), kNow))
                .value();
    static const std::string kHash = std::move(passwords().hash(kPassword)).value();
    Provisioning people;
    people.tenants = {{kTenant, "Bank", "bank.example"}};
    people.clients = {{kTenant, "app", "retail-app", {}}};
    for (const char* name : {"amy", "carl"}) {
      Provisioning::User user;
      user.tenant_id = kTenant;
      user.id = name;
      user.username = std::string(name) + "@bank.example";
      user.password_hash = kHash;
      if (user.id == "amy") {
        user.channels = {{ChannelKind::kSms, "+15550100104", true, true}};
      }
      people.users.push_back(user);
    }
    EXPECT_TRUE(
        store_.write([&](UnitOfWork& work) { return apply_provisioning(work, people, kNow); }));
    tenant_ = {kTenant, "Bank", "bank.example"};
    client_ = {kTenant, "app", "retail-app", {}, false, {}};
  }

  PasswordHasher passwords() { return PasswordHasher(secrets_.password_pepper.clone(), random_); }

  /// Changes one effect of one transition, and makes flows with that table.
  void plant(FlowPhase from, FlowEvent event, FlowEffect effect, bool present) {
    for (FlowTransition& transition : table_) {
      if (transition.from == from && transition.event == event) {
        ASSERT_NE(transition.effects.contains(effect), present) << "nothing is planted";
        transition.effects = with(transition.effects, effect, present);
        return;
      }
    }
    FAIL() << "there is no such transition";
  }

  /// Makes one transition end in another phase.
  void lead_to(FlowPhase from, FlowEvent event, FlowPhase to) {
    for (FlowTransition& transition : table_) {
      transition.to = transition.from == from && transition.event == event ? to : transition.to;
    }
  }

  Reply start(const std::string& user) {
    return flows().start(
        caller(), {user + "@bank.example", true, true, kCapabilityMfa | kCapabilityEnrolment});
  }
  Reply run(const Reply& before, const FlowCommand& command) {
    EXPECT_TRUE(before.next.has_value()) << "nothing to go on with";
    return before.next ? flows().run(caller(), *before.next, command) : Reply{};
  }
  /// Requests and submits the password.
  Reply first_factor(const std::string& user) {
    const Reply asked = run(start(user), RequestChallenge{});
    return run(asked, SubmitPassword{kPassword, wish_});
  }
  Reply enrol_phone() {
    const Reply asked =
        run(first_factor("carl"), RequestEnrolment{ChannelKind::kSms, "+15550100777", true});
    return run(asked, SubmitCode{CodeStep::kEnrolment, last_code(), wish_});
  }
  std::string last_code() {
    const auto messages = store_.claim_outbox(kNow, 10);
    return messages && !messages->empty() ? messages->back().code : std::string();
  }
  template <typename Expected>
  static bool is(const Reply& reply) {
    return std::holds_alternative<Expected>(reply.outcome);
  }
  std::size_t audit_rows(std::string_view type) {
    std::size_t found = 0;
    EXPECT_TRUE(store_.read([&](StoreReads& reads) -> Result<void> {
      GATE_TRY(const auto rows, reads.read_audit(0, 1000));
      for (const AuditRecord& row : rows) {
        found += row.type == type ? 1 : 0;
      }
      return {};
    }));
    return found;
  }

  const TokenWish wish_{"openid offline_access", ""};
  std::vector<std::string> failures_;

 private:
  Caller caller() { return {tenant_, client_, hints_, kNow}; }
  Flows flows() {
    return Flows({.store = store_,
                  .random = random_,
                  .keys = *keys_,
                  .decider = decider_,
                  .audit = audit_,
                  .settings = settings_,
                  .passwords = hasher_,
                  .password_rules = password_rules_,
                  .code_pepper = secrets_.code_pepper.bytes(),
                  .account_key = secrets_.account_key.bytes(),
                  .on_failure = [this](const Error& error) { failures_.push_back(error.message); },
                  .on_cap = {}},
                 {machine_, sign_up_machine(), password_reset_machine(), step_up_machine()});
  }

  MemoryStore store_;
  OpensslRandom random_;
  ServiceSecrets secrets_ = std::move(ServiceSecrets::derive(Secret(Bytes(32, 42)))).value();
  std::unique_ptr<SigningKeys> keys_;
  TwoFactors decider_;
  AuditLog audit_{"main", Secret(Bytes(32, 7))};
  ServiceSettings settings_;
  PasswordHasher hasher_ = passwords();
  PasswordRules password_rules_;
  Tenant tenant_;
  Client client_;
  ClientHints hints_;
  Table table_ = sign_in_table();
  FlowMachine machine_{table_};
};

TEST_F(PlantedTest, TheTableAsItIsAsksForBothFactors) {
  EXPECT_TRUE(is<NeedsSecondFactor>(first_factor("amy")));
  const Reply sent = run(first_factor("amy"), RequestChallenge{});
  ASSERT_TRUE(is<CodeSent>(sent));
  EXPECT_TRUE(
      is<Authenticated>(run(sent, SubmitCode{CodeStep::kSecondFactor, last_code(), wish_})));
  EXPECT_TRUE(is<Enrolled>(enrol_phone()));
  EXPECT_TRUE(failures_.empty()) << failures_.front();
}

TEST_F(PlantedTest, TokensLeaveWhereTheTableSaysSo) {
  plant(FlowPhase::kAwaitingFirstFactor, FlowEvent::kFirstFactorRequested, FlowEffect::kIssueTokens,
        true);
  plant(FlowPhase::kAwaitingFirstFactor, FlowEvent::kFirstFactorRequested,
        FlowEffect::kStartChallenge, false);  // a step answers once
  EXPECT_FALSE(is<Authenticated>(run(start("amy"), RequestChallenge{})))
      << "issuing ends in a phase of its own, and there is no way to it from here";
  lead_to(FlowPhase::kAwaitingFirstFactor, FlowEvent::kFirstFactorRequested, FlowPhase::kIssuing);
  EXPECT_TRUE(is<Authenticated>(run(start("amy"), RequestChallenge{})))
      << "with a way, the planted effect is carried out: nothing but the table keeps tokens back";
}

TEST_F(PlantedTest, NoTokensLeaveWhereTheTableForgetsThem) {
  plant(FlowPhase::kDecidingFinally, FlowEvent::kPolicyAllows, FlowEffect::kIssueTokens, false);
  const Reply sent = run(first_factor("amy"), RequestChallenge{});
  EXPECT_FALSE(
      is<Authenticated>(run(sent, SubmitCode{CodeStep::kSecondFactor, last_code(), wish_})));
}

TEST_F(PlantedTest, APolicyThatIsNotAskedForIsNotAsked) {
  plant(FlowPhase::kFirstFactorChallenged, FlowEvent::kFirstFactorProven, FlowEffect::kEvaluate,
        false);
  const Reply reply = first_factor("amy");
  EXPECT_FALSE(is<NeedsSecondFactor>(reply));
  EXPECT_EQ(audit_rows("sign_in"), 0U);
}

TEST_F(PlantedTest, AnEnrolmentThatIsNotDecidedIsNotDecided) {
  plant(FlowPhase::kEnrolmentChallenged, FlowEvent::kEnrolmentProven,
        FlowEffect::kEvaluateEnrolment, false);
  EXPECT_FALSE(is<Enrolled>(enrol_phone()));
  EXPECT_EQ(audit_rows("register"), 1U) << "the offer alone";
}

TEST_F(PlantedTest, ATokenThatIsNotRolledIsNotGivenOut) {
  plant(FlowPhase::kAwaitingFirstFactor, FlowEvent::kFirstFactorRequested, FlowEffect::kRollToken,
        false);
  EXPECT_FALSE(run(start("amy"), RequestChallenge{}).next.has_value());
}

TEST_F(PlantedTest, AChallengeThatIsNotStartedSendsNothing) {
  plant(FlowPhase::kAwaitingSecondFactor, FlowEvent::kSecondFactorRequested,
        FlowEffect::kStartChallenge, false);
  EXPECT_FALSE(is<CodeSent>(run(first_factor("amy"), RequestChallenge{})));
  EXPECT_EQ(last_code(), "");
}

TEST_F(PlantedTest, MethodsThatAreNotListedAreNotListed) {
  plant(FlowPhase::kAwaitingSecondFactor, FlowEvent::kMethodsListed, FlowEffect::kListMethods,
        false);
  EXPECT_FALSE(is<MethodsListed>(run(first_factor("amy"), ListMethods{})));
}

TEST_F(PlantedTest, AFactorThatIsNotCompletedDoesNotCount) {
  plant(FlowPhase::kSecondFactorChallenged, FlowEvent::kSecondFactorProven,
        FlowEffect::kCompleteFactor, false);
  const Reply sent = run(first_factor("amy"), RequestChallenge{});
  EXPECT_FALSE(
      is<Authenticated>(run(sent, SubmitCode{CodeStep::kSecondFactor, last_code(), wish_})));
}

TEST_F(PlantedTest, AMethodThatIsNotBoundIsNotThere) {
  plant(FlowPhase::kBindingMethod, FlowEvent::kPolicyAllows, FlowEffect::kBindMethod, false);
  EXPECT_FALSE(is<Enrolled>(enrol_phone()));
  EXPECT_TRUE(is<NeedsEnrolment>(first_factor("carl"))) << "the user still has no method";
}

TEST_F(PlantedTest, ADemandThatIsNotMadeIsNotAnswered) {
  plant(FlowPhase::kDeciding, FlowEvent::kPolicyWantsSecondFactor, FlowEffect::kAskSecondFactor,
        false);
  plant(FlowPhase::kOfferingEnrolment, FlowEvent::kPolicyAllows, FlowEffect::kAskEnrolment, false);
  EXPECT_FALSE(is<NeedsSecondFactor>(first_factor("amy")));
  EXPECT_FALSE(is<NeedsEnrolment>(first_factor("carl")));
}

TEST_F(PlantedTest, ARefusalIsWhatTheTableAnswers) {
  plant(FlowPhase::kDeciding, FlowEvent::kPolicyWantsSecondFactor, FlowEffect::kAskSecondFactor,
        false);
  plant(FlowPhase::kDeciding, FlowEvent::kPolicyWantsSecondFactor, FlowEffect::kAnswerRefusal,
        true);
  EXPECT_TRUE(is<Refused>(first_factor("amy")));
}

// The flows grant, so a wire that passes on whatever the client wrote lets nothing in.
TEST_F(PlantedTest, S10_ATokenWithWhatWasNotGrantedIsRefusedByTheFlowItself) {
  const Reply asked = run(start("amy"), RequestChallenge{});
  const auto reason = [&](const TokenWish& wish) {
    const Reply reply = run(asked, SubmitPassword{kPassword, wish});
    const auto* refused = std::get_if<Refused>(&reply.outcome);
    return refused == nullptr ? RefusalReason::kUnavailable : refused->reason;
  };
  EXPECT_EQ(reason({"openid api://made/up", ""}), RefusalReason::kScopeTooWide);
  EXPECT_EQ(reason({"openid", "c1"}), RefusalReason::kUnknownContext);
  EXPECT_TRUE(is<NeedsSecondFactor>(run(asked, SubmitPassword{kPassword, wish_})));
}

/// A machine with other enumerations than those of flows.
struct Door {
  enum class Phase : unsigned char { kOpen, kShut, kGone };
  enum class Event : unsigned char { kPush, kPull };
  enum class Effect : unsigned char { kCreak };
  struct State {
    Phase phase = Phase::kOpen;
    Micros flow_ends_at = 0;
    Micros token_ends_at = 0;
  };
  static constexpr Phase kExpired = Phase::kGone;
  static bool is_live(Phase phase) { return phase != Phase::kGone; }
};

TEST(MachineTest, TakesRefusesAndExpiresOverAnyEnumeration) {
  using DoorMachine = Machine<Door>;
  static constexpr DoorMachine::Transition kTable[] = {
      {Door::Phase::kOpen, Door::Event::kPush, Door::Phase::kShut, {Door::Effect::kCreak}}};
  const DoorMachine machine(kTable);
  const auto taken = machine.step({Door::Phase::kOpen, 9, 9}, Door::Event::kPush, 1);
  EXPECT_EQ(taken.verdict, StepVerdict::kTaken);
  EXPECT_EQ(taken.state.phase, Door::Phase::kShut);
  EXPECT_TRUE(taken.effects.contains(Door::Effect::kCreak));
  EXPECT_EQ(machine.step({Door::Phase::kOpen, 9, 9}, Door::Event::kPull, 1).verdict,
            StepVerdict::kRefused);
  EXPECT_EQ(machine.step({Door::Phase::kOpen, 9, 1}, Door::Event::kPush, 1).verdict,
            StepVerdict::kExpired);
  EXPECT_EQ(machine.step({Door::Phase::kGone, 9, 1}, Door::Event::kPush, 1).verdict,
            StepVerdict::kRefused);
}

}  // namespace
}  // namespace gate::server
