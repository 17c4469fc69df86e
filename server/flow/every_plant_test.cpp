// Changes every effect of every transition of every flow's table, one at a time, runs a request
// through the transition, and demands that the answer or the store shows it. So no effect is
// carried out that the table does not name, and none is left out.

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "server/account/provision.h"
#include "server/crypto/openssl_random.h"
#include "server/crypto/service_secrets.h"
#include "server/domain/address.h"
#include "server/flow/flows.h"
#include "server/flow/runner.h"
#include "server/store/memory/memory_store.h"

namespace gate::server {
namespace {

constexpr const char* kTenant = "11111111-1111-4111-8111-111111111111";
constexpr const char* kName = "amy@bank.example";
constexpr const char* kNewName = "new@bank.example";
constexpr const char* kFlowId = "0123456789abcdef0123456789abcdef";
constexpr Micros kNow = 1'800'000'000'000'000;

struct AllowsAll final : Decider {
  [[nodiscard]] PolicyVerdict decide(std::string_view tenant, const SignInFacts&) const override {
    PolicyVerdict verdict;
    verdict.policy_digest = digest(tenant);
    verdict.outcome = Outcome::kAllow;
    return verdict;
  }
  [[nodiscard]] std::string digest(std::string_view) const override { return "d"; }
  [[nodiscard]] bool protects_context(std::string_view, std::string_view) const override {
    return false;
  }
};

using Table = std::vector<FlowTransition>;

bool is_failed_try(FlowEvent event) {
  return event == FlowEvent::kFactorFailed || event == FlowEvent::kTriesExhausted;
}

/// True where a sign-up has no account yet.
bool has_draft(FlowKind kind, FlowPhase phase) {
  using enum FlowPhase;
  constexpr FlowPhase kBefore[] = {kAwaitingMailbox,     kMailboxChallenged, kCheckingDetails,
                                   kAwaitingNewPassword, kNewPasswordAsked,  kAwaitingAttributes,
                                   kDecidingAccount};
  return kind == FlowKind::kSignUp &&
         std::find(std::begin(kBefore), std::end(kBefore), phase) != std::end(kBefore);
}

CodeStep step_of(FlowKind kind, FlowPhase phase) {
  if (phase == FlowPhase::kFirstFactorChallenged) {
    return CodeStep::kFirstFactor;
  }
  if (phase == FlowPhase::kSecondFactorChallenged) {
    return CodeStep::kSecondFactor;
  }
  if (phase == FlowPhase::kEnrolmentChallenged) {
    return CodeStep::kEnrolment;
  }
  return kind == FlowKind::kSignUp ? CodeStep::kSignUp : CodeStep::kReset;
}

/// A store with one user, who has a password, a mailbox and a phone, and one flow of that user.
class World {
 public:
  World(FlowKind kind, Table table) : kind_(kind), table_(std::move(table)) {
    keys_ = std::move(SigningKeys::open(store_, random_, secrets_.key_encryption_key.clone(), kNow))
                .value();
    Provisioning people;
    people.tenants = {{kTenant, "Bank", "bank.example"}};
    people.clients = {{kTenant, "app", "retail-app", {}}};
    Provisioning::User user;
    user.tenant_id = kTenant;
    user.id = "amy";
    user.username = kName;
    user.password_hash = "$argon2id$old";
    user.channels = {{ChannelKind::kSms, "+15550100104", true, true},
                     {ChannelKind::kEmail, kName, true, false}};
    people.users.push_back(user);
    must([&](UnitOfWork& work) { return apply_provisioning(work, people, kNow); });
    tenant_ = {kTenant, "Bank", "bank.example"};
    tenant_.sign_up = SignUpMode::kPassword;
    client_ = {kTenant, "app", "retail-app", {}, false, {}};
  }

  /// Runs a request through the transition, and says what came of it.
  std::string run(const FlowTransition& transition) {
    // The phase in which tokens are made is left within the request that enters it.
    const bool inner = transition.from == FlowPhase::kIssuing;
    const FlowPhase from = inner ? FlowPhase::kDeciding : transition.from;
    const FlowEvent event = inner ? FlowEvent::kPolicyAllows : transition.event;
    add_flow(from, event);
    const Result<Reply> reply = is_failed_try(event) ? try_wrong_code(from) : fire(event);
    return describe(reply) + picture();
  }

  [[nodiscard]] FlowRecord flow() {
    FlowRecord flow;
    look([&](StoreReads& reads) -> Result<void> {
      GATE_TRY(const auto found, reads.find_flow(kTenant, kFlowId));
      flow = found.value();
      return {};
    });
    return flow;
  }

 private:
  void must(const Store::Work& work) {
    const auto done = store_.write(work);
    ASSERT_TRUE(done) << done.error().message;
  }
  void look(const Store::Look& look) { EXPECT_TRUE(store_.read(look)); }

  std::string channel(ChannelKind kind) {
    const bool mail = kind == ChannelKind::kEmail;
    return channel_id_of(kTenant, "amy", kind, mail ? kName : "+15550100104");
  }

  void add_flow(FlowPhase from, FlowEvent event) {
    FlowRecord flow;
    flow.tenant_id = kTenant;
    flow.flow_id = kFlowId;
    flow.kind = kind_;
    flow.client_id = "app";
    flow.account_key = "amy";
    flow.state = {from, kNow + kMicrosPerHour, kNow + kMicrosPerMinute};
    flow.first_factor = Method::kEmailOtp;
    flow.offered = MethodSet::of(Method::kSmsOtp) | MethodSet::of(Method::kEmailOtp);
    flow.capabilities = kCapabilityMfa | kCapabilityEnrolment;
    flow.challenge_id = "challenge";
    flow.challenge_channel_id = channel(ChannelKind::kEmail);
    flow.pending_kind = ChannelKind::kSms;
    flow.pending_address = "+15550100777";
    flow.completed = {{Method::kEmailOtp, kNow, channel(ChannelKind::kEmail)}};
    flow.wrong_total =
        event == FlowEvent::kTriesExhausted ? settings_.tries_per_flow - 1 : flow.wrong_total;
    if (has_draft(kind_, from)) {
      flow.label_address = kNewName;
      flow.draft = AccountDraft{"new", "$argon2id$chosen", {}};
    } else {
      flow.label_address = kName;
      flow.subject = FlowSubject{"amy", 0};
    }
    must([&](UnitOfWork& work) -> Result<void> {
      if (kind_ == FlowKind::kStepUp) {
        GATE_TRY_VOID(add_origin(work, flow));
      }
      GATE_TRY_VOID(work.create_flow(flow));
      ChallengeRecord challenge;
      challenge.tenant_id = kTenant;
      challenge.challenge_id = "challenge";
      challenge.flow_id = kFlowId;
      challenge.channel_id = "elsewhere";  // so that the next code needs no spacing
      challenge.mac = Bytes(32, 1);
      challenge.attempts_max = 9;
      challenge.expires_at = kNow + kMicrosPerHour;
      OutboxMessage none;
      none.deliver = false;
      return work.open_challenge(challenge, none, kNow);
    });
  }

  /// The session that a step-up rests on.
  Result<void> add_origin(UnitOfWork& work, FlowRecord& flow) {
    GATE_TRY(const std::optional<User> amy, work.find_user(kTenant, "amy"));
    SessionRecord session;
    session.tenant_id = kTenant;
    session.sid = "session";
    session.user_id = "amy";
    session.client_id = "app";
    session.ends_at = kNow + kMicrosPerDay;
    flow.origin = StepUpOrigin{
        "session", "family", "", 0, kNow - 1, session.ends_at, "openid profile offline_access"};
    return work.create_session(session, NewFamily{"family", Bytes(32, 2), session.ends_at},
                               {kTenant, "amy", amy->epoch, amy->methods_gen, "", 0, ""});
  }

  /// With everything at hand that any effect may need.
  Result<Reply> fire(FlowEvent event) {
    const FlowServices all = services();
    const Caller by = caller();
    const FlowMachines tables = machines();
    FlowRun run(all, by, tables);
    GATE_TRY_VOID(load_flow(run, {kFlowId, 0}));
    EXPECT_FALSE(run.stopped());
    run.material.destination =
        CodeDestination{ChannelKind::kEmail, channel(ChannelKind::kEmail), kName, true, "", true};
    run.material.factor = CompletedFactor{Method::kSmsOtp, kNow, channel(ChannelKind::kSms)};
    run.material.new_channel =
        Channel{"more", ChannelKind::kSms, "+15550100777", true, false, false};
    run.material.grant.scope = "openid offline_access";
    run.material.methods = {{"id", ChannelKind::kSms, "hint"}};
    run.material.new_password = "$argon2id$changed";
    run.material.missing = AttributeSchema(1);
    run.material.refusal = Refused{RefusalReason::kOtherUser};
    return carry_out(run, event);
  }

  Result<Reply> try_wrong_code(FlowPhase from) {
    const Flows flows(services(), machines());
    return flows.run(caller(), {kFlowId, 0}, SubmitCode{step_of(kind_, from), "00000000", {}});
  }

  static std::string describe(const Result<Reply>& reply) {
    if (!reply) {
      return "error " + reply.error().message;
    }
    std::string text = "answer " + std::to_string(reply->outcome.index());
    if (const auto* refused = std::get_if<Refused>(&reply->outcome)) {
      text += "." + std::to_string(static_cast<int>(refused->reason));
    }
    return text + (reply->next ? " and a token" : "");
  }

  std::string picture() {
    std::string text;
    const FlowRecord now = flow();
    text += " flow " + std::string(name(now.state.phase)) + " " + std::to_string(now.gen) + " " +
            std::to_string(now.wrong_total) + " " +
            (now.challenge_id.empty() ? "no code" : "a code");
    for (const CompletedFactor& factor : now.completed) {
      text += " " + std::string(name(factor.method)) + " " + factor.channel_id;
    }
    look([&](StoreReads& reads) -> Result<void> {
      GATE_TRY(const auto amy, reads.find_user(kTenant, "amy"));
      GATE_TRY(const auto fresh, reads.find_user_by_name(kTenant, kNewName));
      GATE_TRY(const auto password, reads.find_password(kTenant, "amy"));
      GATE_TRY(const auto channels, reads.channels_of(kTenant, "amy"));
      text += " epoch " + std::to_string(amy->epoch) + (fresh ? " and a new user " : " ") +
              password.value_or("none") + " channels " + std::to_string(channels.size());
      GATE_TRY(const auto rows, reads.read_audit(0, 1000));
      for (const AuditRecord& row : rows) {
        text += " " + row.type;
      }
      return {};
    });
    const auto messages = store_.claim_outbox(kNow, 100);
    return text + " messages " + std::to_string(messages ? messages->size() : 0);
  }

  Caller caller() { return {tenant_, client_, hints_, kNow}; }
  FlowMachines machines() {
    const FlowMachines& good = flow_machines();
    return {kind_ == FlowKind::kSignIn ? machine_ : good.sign_in,
            kind_ == FlowKind::kSignUp ? machine_ : good.sign_up,
            kind_ == FlowKind::kPasswordReset ? machine_ : good.password_reset,
            kind_ == FlowKind::kStepUp ? machine_ : good.step_up};
  }
  /// One for all worlds: to make one takes a whole hash.
  static const PasswordHasher& hasher() {
    static OpensslRandom random;
    static const PasswordHasher shared(Secret(Bytes(32, 41)), random);
    return shared;
  }
  FlowServices services() {
    return {.store = store_,
            .random = random_,
            .keys = *keys_,
            .decider = decider_,
            .audit = audit_,
            .settings = settings_,
            .passwords = hasher(),
            .password_rules = password_rules_,
            .code_pepper = secrets_.code_pepper.bytes(),
            .account_key = secrets_.account_key.bytes(),
            .on_failure = {},
            .on_cap = {}};
  }

  FlowKind kind_;
  Table table_;
  FlowMachine machine_{table_};
  MemoryStore store_;
  OpensslRandom random_;
  ServiceSecrets secrets_ = std::move(ServiceSecrets::derive(Secret(Bytes(32, 42)))).value();
  std::unique_ptr<SigningKeys> keys_;
  AllowsAll decider_;
  AuditLog audit_{"main", Secret(Bytes(32, 7))};
  ServiceSettings settings_;
  PasswordRules password_rules_;
  Tenant tenant_;
  Client client_;
  ClientHints hints_;
};

FlowEffects flipped(const FlowEffects& effects, FlowEffect changed) {
  FlowEffects out;
  for (std::size_t i = 0; i < kFlowEffectCount; ++i) {
    const auto effect = static_cast<FlowEffect>(i);
    if (effects.contains(effect) != (effect == changed)) {
      out.add(effect);
    }
  }
  return out;
}

class EveryPlant : public testing::TestWithParam<FlowKind> {};

std::string name_of(const testing::TestParamInfo<FlowKind>& tested) {
  constexpr const char* kNames[] = {"sign_in", "sign_up", "reset", "step_up"};
  return kNames[static_cast<std::size_t>(tested.param)];
}

INSTANTIATE_TEST_SUITE_P(Flows, EveryPlant,
                         testing::Values(FlowKind::kSignIn, FlowKind::kSignUp,
                                         FlowKind::kPasswordReset, FlowKind::kStepUp),
                         name_of);

TEST_P(EveryPlant, IsSeen) {
  const auto good = flow_machines().of(GetParam()).table();
  std::size_t planted = 0;
  for (std::size_t i = 0; i < good.size(); ++i) {
    const std::string where =
        std::string(name(good[i].from)) + " on " + std::string(name(good[i].event));
    World world(GetParam(), Table(good.begin(), good.end()));
    const std::string as_it_is = world.run(good[i]);
    const FlowRecord after = world.flow();
    ASSERT_TRUE(is_failed_try(good[i].event) ? after.wrong_total > 0 : after.gen == 1)
        << where << ": the step itself is committed; " << as_it_is;
    ASSERT_EQ(World(GetParam(), Table(good.begin(), good.end())).run(good[i]), as_it_is)
        << "what is compared does not change by itself";
    for (std::size_t e = 0; e < kFlowEffectCount; ++e) {
      Table table(good.begin(), good.end());
      table[i].effects = flipped(table[i].effects, static_cast<FlowEffect>(e));
      EXPECT_NE(World(GetParam(), table).run(good[i]), as_it_is)
          << name(static_cast<FlowEffect>(e)) << " at " << where << " is not seen";
      ++planted;
    }
  }
  EXPECT_EQ(planted, good.size() * kFlowEffectCount);
}

}  // namespace
}  // namespace gate::server
