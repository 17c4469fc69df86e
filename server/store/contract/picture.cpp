#include <sstream>

#include "server/store/contract/store_contract.h"

namespace gate::server::store_contract {
namespace {

void write(std::ostream& out, const std::vector<CompletedFactor>& factors) {
  for (const CompletedFactor& factor : factors) {
    out << " " << name(factor.method) << "@" << factor.at << "/" << factor.channel_id;
  }
}

Result<void> write_user(std::ostream& out, StoreReads& reads) {
  GATE_TRY(const std::optional<User> user, reads.find_user(kTenant, kUser));
  if (!user) {
    return {};
  }
  out << "user " << user->username << " " << user->display_name << " " << user->kind << " "
      << user->groups.size() << user->roles.size() << user->signals.size() << " epoch "
      << user->epoch << " methods " << user->methods_gen << " enabled " << user->enabled << " risk "
      << user->raised_risk << user->password_leaked << " " << user->language << " "
      << (user->first_factors ? std::to_string(user->first_factors->bits()) : "-");
  for (const auto& [name, value] : user->attributes) {
    out << " " << name << "=" << value;
  }
  out << "\n";
  GATE_TRY(const std::vector<SignInEntry> entries, reads.sign_ins_of(kTenant, kUser, 0));
  for (const SignInEntry& entry : entries) {
    out << "sign_in " << entry.at << " " << entry.country << " " << entry.device_known;
    if (entry.place) {
      out << " " << entry.place->latitude << "/" << entry.place->longitude;
    }
    out << "\n";
  }
  GATE_TRY(const std::int64_t failures, reads.failures_of(kTenant, "amy", kNow));
  out << "failures " << failures << "\n";
  GATE_TRY(const std::optional<std::string> password, reads.find_password(kTenant, kUser));
  out << "password " << password.value_or("none") << "\n";
  GATE_TRY(const std::vector<Channel> channels, reads.channels_of(kTenant, kUser));
  for (const Channel& channel : channels) {
    out << "channel " << channel.channel_id << " " << channel.address << " " << channel.verified
        << channel.preferred << channel.blocked << channel.carried_reset << "\n";
  }
  for (int i = 0; i < 6; ++i) {
    const Bytes key = hash_of("k" + std::to_string(i));
    GATE_TRY(const std::optional<KnownDevice> device,
             reads.find_device(kTenant, kUser, key, user->epoch, 0));
    if (device) {
      out << "device k" << i << " " << device->device_id << " " << device->user_epoch << " "
          << device->epoch << " " << device->seen_at << "\n";
    }
  }
  return {};
}

Result<void> write_flows(std::ostream& out, StoreReads& reads) {
  for (int i = 0; i < 6; ++i) {
    GATE_TRY(const std::optional<FlowRecord> flow,
             reads.find_flow(kTenant, "f" + std::to_string(i)));
    if (!flow) {
      continue;
    }
    out << "flow " << flow->flow_id << " " << flow->client_id << " "
        << (flow->subject ? flow->subject->user_id : "unknown") << " " << flow->account_key << " "
        << flow->gen << " " << name(flow->state.phase) << " " << flow->state.flow_ends_at << " "
        << flow->state.token_ends_at << " " << name(flow->first_factor) << " "
        << flow->offered.bits() << " " << flow->challenge_id << " " << flow->challenge_channel_id
        << " " << flow->pending_address << " " << flow->label_address << " " << flow->auth_context
        << " " << flow->policy_digest << " " << flow->wrong_total << " " << flow->failures_before;
    write(out, flow->completed);
    GATE_TRY(const Micros mail_at, reads.last_code_at(kTenant, flow->flow_id, "mail"));
    out << " mail " << mail_at << "\n";
  }
  return {};
}

Result<void> write_answers(std::ostream& out, StoreReads& reads) {
  for (int i = 0; i < 6; ++i) {
    GATE_TRY(const std::optional<StoredAnswer> answer,
             reads.find_answer(kTenant, "f" + std::to_string(i)));
    if (answer) {
      out << "answer " << answer->flow_id << " " << answer->gen << " " << answer->at << " "
          << answer->sid << " "
          << std::string(answer->request_tag.begin(), answer->request_tag.end()) << " "
          << std::string(answer->sealed.begin(), answer->sealed.end()) << "\n";
    }
  }
  return {};
}

Result<void> write_tokens(std::ostream& out, StoreReads& reads) {
  for (int i = 0; i < 10; ++i) {
    GATE_TRY(const std::optional<RefreshRecord> token,
             reads.find_refresh(kTenant, hash_of("t" + std::to_string(i))));
    if (!token) {
      continue;
    }
    const SessionRecord& session = token->session;
    out << "token t" << i << " " << token->family_id << " " << token->family_ends_at << " "
        << token->used_at.value_or(-1) << " " << token->successor_sealed.size() << " "
        << token->revoked << " of " << session.sid << " " << session.user_id << " "
        << session.client_id << " " << session.user_epoch << " " << session.device_id << " "
        << session.device_epoch << " " << session.auth_time << " " << session.ends_at << " "
        << session.scope;
    write(out, session.completed);
    GATE_TRY(const bool stands, reads.session_stands(kTenant, session.sid));
    out << (stands ? " stands" : " ended");
    out << "\n";
  }
  return {};
}

Result<void> write_logs(std::ostream& out, StoreReads& reads) {
  GATE_TRY(const std::vector<SigningKeyRecord> keys, reads.signing_keys());
  for (const SigningKeyRecord& key : keys) {
    out << "key " << key.kid << " " << static_cast<int>(key.state) << " " << key.created_at << " "
        << key.retire_at << " " << key.private_sealed.size() << "\n";
  }
  // `row` may have gaps, which differ from store to store.
  GATE_TRY(const std::vector<AuditRecord> rows, reads.read_audit(0, 1000));
  for (const AuditRecord& row : rows) {
    out << "audit " << row.node << " " << row.tenant_id << " " << row.seq << " " << row.at << " "
        << row.type << " " << row.user_id << " " << row.outcome << " " << row.heads << " "
        << row.prev_hash << " " << row.hash << "\n";
  }
  GATE_TRY(const std::vector<AuditHead> heads, reads.audit_heads({}, 1000));
  for (const AuditHead& head : heads) {
    out << "head " << head.chain.node << " " << head.chain.tenant_id << " " << head.seq << " "
        << head.hash << "\n";
  }
  return {};
}

}  // namespace

std::string picture(Store& store) {
  std::ostringstream out;
  const auto looked = store.read([&](StoreReads& reads) -> Result<void> {
    GATE_TRY(const std::optional<Tenant> tenant, reads.find_tenant(kTenant));
    GATE_TRY(const std::optional<Client> client, reads.find_client(kTenant, "app-1"));
    out << "tenant " << (tenant ? tenant->name + " " + tenant->domain : "none") << " "
        << (tenant ? tenant->attributes.size() : 0) << " "
        << (tenant ? name(tenant->rules.answers) : "") << "\n";
    out << "client " << (client ? client->name : "none") << "\n";
    GATE_TRY(const std::optional<Resource> resource, reads.find_resource(kTenant, "api://ledger"));
    out << "resource " << (resource ? resource->name : "none") << "\n";
    GATE_TRY_VOID(write_user(out, reads));
    GATE_TRY_VOID(write_flows(out, reads));
    GATE_TRY_VOID(write_answers(out, reads));
    GATE_TRY_VOID(write_tokens(out, reads));
    return write_logs(out, reads);
  });
  EXPECT_TRUE(looked) << looked.error().message;
  return out.str();
}

}  // namespace gate::server::store_contract
