#include "server/store/memory/reads.h"

#include <algorithm>

namespace gate::server {
namespace {

template <typename Value>
std::optional<Value> copy_of(const Value* found) {
  return found == nullptr ? std::nullopt : std::optional<Value>(*found);
}

}  // namespace

template <typename Base>
Result<std::optional<Tenant>> MemoryReads<Base>::find_tenant(std::string_view segment) {
  std::optional<Tenant> found = copy_of(state_.tenants.find(std::string(segment)));
  if (!found) {
    state_.tenants.each([&](const std::string&, const Tenant& tenant) {
      if (tenant.domain == segment) {
        found = tenant;
      }
      return !found;
    });
  }
  return found;
}

template <typename Base>
Result<std::vector<Tenant>> MemoryReads<Base>::tenants() {
  std::vector<Tenant> all;
  state_.tenants.each([&](const std::string&, const Tenant& tenant) {
    all.push_back(tenant);
    return true;
  });
  return all;
}

template <typename Base>
Result<std::optional<Client>> MemoryReads<Base>::find_client(std::string_view tenant_id,
                                                             std::string_view client_id) {
  return copy_of(state_.clients.find(key_of(tenant_id, client_id)));
}

template <typename Base>
Result<std::optional<Resource>> MemoryReads<Base>::find_resource(std::string_view tenant_id,
                                                                 std::string_view audience) {
  return copy_of(state_.resources.find(key_of(tenant_id, audience)));
}

template <typename Base>
Result<bool> MemoryReads<Base>::origin_is_listed(std::string_view tenant_id,
                                                 std::string_view origin) {
  bool listed = false;
  state_.clients.each_from(key_of(tenant_id, ""), [&](const Key& key, const Client& client) {
    if (std::get<0>(key) != tenant_id) {
      return false;
    }
    listed =
        std::find(client.origins.begin(), client.origins.end(), origin) != client.origins.end();
    return !listed;
  });
  return listed;
}

template <typename Base>
Result<std::optional<User>> MemoryReads<Base>::find_user_by_name(std::string_view tenant_id,
                                                                 std::string_view username) {
  const std::string* user_id = state_.user_names.find(key_of(tenant_id, username));
  return user_id == nullptr ? std::nullopt
                            : copy_of(state_.users.find(key_of(tenant_id, *user_id)));
}

template <typename Base>
Result<std::optional<User>> MemoryReads<Base>::find_user(std::string_view tenant_id,
                                                         std::string_view user_id) {
  return copy_of(state_.users.find(key_of(tenant_id, user_id)));
}

template <typename Base>
Result<std::optional<std::string>> MemoryReads<Base>::find_password(std::string_view tenant_id,
                                                                    std::string_view user_id) {
  return copy_of(state_.passwords.find(key_of(tenant_id, user_id)));
}

template <typename Base>
Result<std::vector<Channel>> MemoryReads<Base>::channels_of(std::string_view tenant_id,
                                                            std::string_view user_id) {
  std::vector<Channel> channels;
  state_.channels.each_from(key_of(tenant_id, user_id, ""),
                            [&](const UserKey& key, const Channel& channel) {
                              if (std::get<0>(key) != tenant_id || std::get<1>(key) != user_id) {
                                return false;
                              }
                              channels.push_back(channel);
                              return true;
                            });
  std::stable_partition(channels.begin(), channels.end(),
                        [](const Channel& channel) { return channel.preferred; });
  return channels;
}

template <typename Base>
Result<std::optional<KnownDevice>> MemoryReads<Base>::find_device(std::string_view tenant_id,
                                                                  std::string_view user_id,
                                                                  ByteSpan key_hash,
                                                                  std::int64_t user_epoch,
                                                                  Micros seen_since) {
  std::optional<KnownDevice> device =
      copy_of(state_.devices.find(key_of(tenant_id, user_id, text_of(key_hash))));
  if (device && (device->user_epoch != user_epoch || device->seen_at < seen_since)) {
    device.reset();
  }
  return device;
}

template <typename Base>
Result<std::optional<FlowRecord>> MemoryReads<Base>::find_flow(std::string_view tenant_id,
                                                               std::string_view flow_id) {
  return copy_of(state_.flows.find(key_of(tenant_id, flow_id)));
}

template <typename Base>
Result<std::int64_t> MemoryReads<Base>::failures_of(std::string_view tenant_id,
                                                    std::string_view account_key, Micros since) {
  const std::string password = password_throttle_key(account_key);
  const std::string codes = code_throttle_prefix(account_key);
  std::int64_t sum = 0;
  state_.throttle.each_from(key_of(tenant_id, ""), [&](const Key& key, const ThrottleRow& row) {
    const std::string& name = std::get<1>(key);
    if (row.window_start >= since && (name == password || name.starts_with(codes))) {
      sum += std::get<0>(key) == tenant_id ? row.consecutive : 0;
    }
    return std::get<0>(key) == tenant_id;
  });
  return sum;
}

template <typename Base>
Result<std::vector<SignInEntry>> MemoryReads<Base>::sign_ins_of(std::string_view tenant_id,
                                                                std::string_view user_id,
                                                                Micros since) {
  std::vector<SignInEntry> entries;
  state_.sign_ins.each_from({std::string(tenant_id), std::string(user_id), since},
                            [&](const SignInKey& key, const SignInEntry& entry) {
                              const bool same =
                                  std::get<0>(key) == tenant_id && std::get<1>(key) == user_id;
                              if (same) {
                                entries.push_back(entry);
                              }
                              return same;
                            });
  std::reverse(entries.begin(), entries.end());
  return entries;
}

template <typename Base>
Result<Micros> MemoryReads<Base>::last_code_at(std::string_view tenant_id, std::string_view flow_id,
                                               std::string_view channel_id) {
  const Micros* at = state_.last_code.find(key_of(tenant_id, flow_id, channel_id));
  return at == nullptr ? 0 : *at;
}

template <typename Base>
Result<std::optional<StoredAnswer>> MemoryReads<Base>::find_answer(std::string_view tenant_id,
                                                                   std::string_view flow_id) {
  return copy_of(state_.answers.find(key_of(tenant_id, flow_id)));
}

template <typename Base>
Result<std::optional<RefreshRecord>> MemoryReads<Base>::find_refresh(std::string_view tenant_id,
                                                                     ByteSpan token_hash) {
  std::optional<RefreshRecord> found;
  const RefreshRow* token = state_.refresh.find(key_of(tenant_id, text_of(token_hash)));
  const FamilyRow* family =
      token == nullptr ? nullptr : state_.families.find(key_of(tenant_id, token->family_id));
  const SessionRecord* session =
      family == nullptr ? nullptr : state_.sessions.find(key_of(tenant_id, family->sid));
  if (session != nullptr) {
    found = RefreshRecord{token->family_id,        *session,       family->ends_at, token->used_at,
                          token->successor_sealed, family->revoked};
  }
  return found;
}

template <typename Base>
Result<std::vector<SigningKeyRecord>> MemoryReads<Base>::signing_keys() {
  std::vector<SigningKeyRecord> keys;
  state_.signing_keys.each([&](const std::string&, const SigningKeyRecord& key) {
    keys.push_back(key);
    return true;
  });
  std::stable_sort(keys.begin(), keys.end(),
                   [](const SigningKeyRecord& a, const SigningKeyRecord& b) {
                     return a.created_at < b.created_at;
                   });
  return keys;
}

template <typename Base>
Result<std::vector<AuditRecord>> MemoryReads<Base>::read_audit(std::int64_t after,
                                                               std::size_t limit) {
  std::vector<AuditRecord> rows;
  state_.audit.each_from(after + 1, [&](std::int64_t, const AuditRecord& row) {
    if (rows.size() >= limit) {
      return false;
    }
    rows.push_back(row);
    return true;
  });
  return rows;
}

template <typename Base>
Result<std::optional<AuditHead>> MemoryReads<Base>::audit_head(const AuditChain& chain) {
  return copy_of(state_.audit_heads.find(chain));
}

template <typename Base>
Result<std::vector<AuditHead>> MemoryReads<Base>::audit_heads(const AuditChain& after,
                                                              std::size_t limit) {
  std::vector<AuditHead> heads;
  state_.audit_heads.each_from(after, [&](const AuditChain& chain, const AuditHead& head) {
    if (heads.size() >= limit) {
      return false;
    }
    if (after < chain) {
      heads.push_back(head);
    }
    return true;
  });
  return heads;
}

template <typename Base>
Result<AuditHead> MemoryReads<Base>::older_audit_end() {
  return AuditHead{};  // there is no older version of this store
}

template <typename Base>
Result<bool> MemoryReads<Base>::session_stands(std::string_view tenant_id, std::string_view sid) {
  const SessionRecord* session = state_.sessions.find(key_of(tenant_id, sid));
  const User* user =
      session == nullptr ? nullptr : state_.users.find(key_of(tenant_id, session->user_id));
  bool stands = user != nullptr && user->enabled && user->epoch == session->user_epoch;
  if (stands) {
    state_.devices.each_from(
        key_of(tenant_id, user->user_id, ""), [&](const UserKey& key, const KnownDevice& device) {
          const bool of_user = std::get<0>(key) == tenant_id && std::get<1>(key) == user->user_id;
          const bool changed =
              device.device_id == session->device_id && device.epoch != session->device_epoch;
          stands = stands && !(of_user && changed);
          return of_user;
        });
  }
  return stands;
}

template <typename Base>
Result<bool> MemoryReads<Base>::family_stands(std::string_view tenant_id,
                                              std::string_view family_id, Micros now) {
  const FamilyRow* family = state_.families.find(key_of(tenant_id, family_id));
  if (family == nullptr || family->revoked || family->ends_at <= now) {
    return false;
  }
  return session_stands(tenant_id, family->sid);
}

template class MemoryReads<StoreReads>;
template class MemoryReads<UnitOfWork>;

}  // namespace gate::server
