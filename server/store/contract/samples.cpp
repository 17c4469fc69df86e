#include "server/store/contract/store_contract.h"

namespace gate::server::store_contract {

AttributeSchema sample_schema() {
  AttributeSchema schema(2);
  schema[0].name = "city";
  schema[0].required = true;
  schema[0].regex = "[A-Z].*";
  schema[0].max_length = 40;
  schema[1].name = "extension_0f8a_topics";
  schema[1].type = AttributeType::kMultiSelect;
  schema[1].choices = {"loans", "cards"};
  return schema;
}

User sample_user() {
  User amy;
  amy.tenant_id = kTenant;
  amy.user_id = kUser;
  amy.username = "amy@bank.example";
  amy.groups = {"Pilot"};
  amy.kind = "member";
  amy.signals = {{"amount", "1500"}};
  amy.language = "de";
  amy.first_factors = kFirstFactors;
  amy.attributes = {{"city", "Z\xC3\xBCrich"}, {"extension_0f8a_topics", "cards,loans"}};
  return amy;
}

Resource sample_resource() {
  return {kTenant, "api://ledger", "ledger", {"read", "write"}, {"c1", "c7"}};
}

Channel sample_channel(ChannelKind kind) {
  return kind == ChannelKind::kEmail ? Channel{"mail", kind, "amy@bank.example", true, false, false}
                                     : Channel{"phone", kind, "+15550100104", true, true, false};
}

FlowRecord sample_flow(const std::string& id) {
  FlowRecord flow;
  flow.tenant_id = kTenant;
  flow.flow_id = id;
  flow.client_id = "app-1";
  flow.subject = FlowSubject{kUser, 0};
  flow.account_key = kUser;
  flow.state = {FlowPhase::kAwaitingFirstFactor, kNow + kMicrosPerHour, kNow + kMicrosPerMinute};
  flow.completed = {{Method::kPassword, kNow, ""}};
  flow.pending_address = "new@bank.example";
  flow.label_address = "label@bank.example";
  return flow;
}

ChallengeRecord sample_challenge(const std::string& id, const std::string& flow,
                                 const std::string& code) {
  ChallengeRecord challenge;
  challenge.tenant_id = kTenant;
  challenge.challenge_id = id;
  challenge.flow_id = flow;
  challenge.channel_id = "mail";
  challenge.mac = hash_of(code);
  challenge.attempts_max = 5;
  challenge.expires_at = kNow + kMicrosPerMinute;
  return challenge;
}

OutboxMessage sample_mail(const std::string& code) {
  OutboxMessage message;
  message.kind = ChannelKind::kEmail;
  message.to = "amy@bank.example";
  message.code = code;
  message.subject = "A code";
  message.body = "Your code is " + code;
  message.message_id = "m-" + code;
  return message;
}

KnownDevice sample_device(const std::string& key, const std::string& id) {
  return {kTenant, kUser, hash_of(key), id, 0, 0, kNow};
}

SessionRecord sample_session(const std::string& sid) {
  SessionRecord session;
  session.tenant_id = kTenant;
  session.sid = sid;
  session.user_id = kUser;
  session.client_id = "app-1";
  session.auth_time = kNow;
  session.ends_at = kNow + kMicrosPerDay;
  session.completed = {{Method::kPassword, kNow, ""}, {Method::kSmsOtp, kNow, "phone"}};
  session.scope = "openid";
  return session;
}

NewFamily sample_family(const std::string& id, const std::string& token) {
  return {id, hash_of(token), kNow + kMicrosPerDay};
}

StoredAnswer sample_answer(const std::string& flow, const std::string& request,
                           const std::string& answer) {
  StoredAnswer stored;
  stored.tenant_id = kTenant;
  stored.flow_id = flow;
  stored.request_tag.assign(request.begin(), request.end());
  stored.at = kNow;
  stored.sealed.assign(answer.begin(), answer.end());
  return stored;
}

AuditRecord sample_audit(const AuditChain& chain, std::int64_t seq) {
  AuditRecord record;
  record.node = chain.node;
  record.tenant_id = chain.tenant_id;
  record.seq = seq;
  record.at = kNow;
  record.type = "sign_in";
  record.user_id = kUser;
  record.outcome = "allow";
  record.heads = "[]";
  record.prev_hash = "hash " + std::to_string(seq - 1);
  record.hash = "hash " + std::to_string(seq);
  return record;
}

Bytes hash_of(const std::string& text) {
  const Digest digest = sha256(as_bytes(text));
  return {digest.begin(), digest.end()};
}

void fill(Store& store) {
  const auto filled = store.write([](UnitOfWork& unit) -> Result<void> {
    GATE_TRY_VOID(unit.put_tenant({kTenant, "Bank", "bank.example", sample_schema()}));
    GATE_TRY_VOID(unit.put_resource(sample_resource()));
    GATE_TRY_VOID(unit.put_client({kTenant,
                                   "app-1",
                                   "Portal",
                                   {"https://app.bank.example"},
                                   false,
                                   {"api://ledger/read", "api://ledger/write"}}));
    GATE_TRY_VOID(unit.put_user(sample_user()));
    GATE_TRY_VOID(unit.put_password(kTenant, kUser, "$argon2id$fake", kNow));
    for (const ChannelKind kind : kChannelKinds) {
      GATE_TRY_VOID(unit.put_channel(kTenant, kUser, sample_channel(kind), kNow));
    }
    return {};
  });
  EXPECT_TRUE(filled) << filled.error().message;
}

Result<SubjectGuard> guard_of(StoreReads& reads, const std::string& user_id) {
  GATE_TRY(const std::optional<User> user, reads.find_user(kTenant, user_id));
  if (!user) {
    return Error{ErrorCode::kNotFound, "there is no such user"};
  }
  return SubjectGuard{kTenant, user_id, user->epoch, user->methods_gen, "", 0, ""};
}

Result<void> rotate_now(UnitOfWork& unit, const Rotation& rotation, Micros now) {
  GATE_TRY(const SubjectGuard guard, guard_of(unit, kUser));
  return unit.rotate_refresh(kTenant, rotation, guard.methods_gen, now);
}

Result<void> confirm_now(UnitOfWork& unit, const std::string& token, Micros now) {
  GATE_TRY(const SubjectGuard guard, guard_of(unit, kUser));
  return unit.confirm_refresh(kTenant, hash_of(token), guard.methods_gen, now);
}

void in_threads(int count, const std::function<void(int)>& body) {
  std::vector<std::thread> threads;
  threads.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    threads.emplace_back(body, i);
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

}  // namespace gate::server::store_contract
