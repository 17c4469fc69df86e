#pragma once

#include <optional>
#include <string>
#include <tuple>

#include "server/domain/audit_record.h"
#include "server/domain/channel.h"
#include "server/domain/device.h"
#include "server/domain/flow_record.h"
#include "server/domain/message.h"
#include "server/domain/resource.h"
#include "server/domain/session.h"
#include "server/domain/sign_in_entry.h"
#include "server/domain/signing_key.h"
#include "server/domain/stored_answer.h"
#include "server/domain/tenant.h"
#include "server/domain/throttle.h"
#include "server/domain/user.h"
#include "server/store/memory/table.h"

namespace gate::server {

/// Keys: (tenant, id), and (tenant, user, id). Hashes are kept as texts.
using Key = std::tuple<std::string, std::string>;
using UserKey = std::tuple<std::string, std::string, std::string>;

[[nodiscard]] inline Key key_of(std::string_view tenant_id, std::string_view id) {
  return {std::string(tenant_id), std::string(id)};
}
[[nodiscard]] inline UserKey key_of(std::string_view tenant_id, std::string_view user_id,
                                    std::string_view id) {
  return {std::string(tenant_id), std::string(user_id), std::string(id)};
}
[[nodiscard]] inline std::string text_of(ByteSpan bytes) {
  return {bytes.begin(), bytes.end()};
}

/// (tenant, user, time)
using SignInKey = std::tuple<std::string, std::string, Micros>;

struct ChallengeRow {
  ChallengeRecord challenge;
  std::int64_t attempts = 0;
  bool live = true;  ///< neither used nor replaced; it may have expired
  Micros sent_at = 0;
};

/// A message that waits or is claimed. Finished messages are not kept.
struct MessageRow {
  OutboxMessage message;
  bool claimed = false;
  Micros next_at = 0;   ///< when it is due, or when the claim ends
  bool notice = false;  ///< it belongs to no challenge
};

struct ThrottleRow {
  Micros window_start = 0;
  std::int64_t count = 0;
  std::int64_t consecutive = 0;  ///< failures in a row
  Micros until = 0;              ///< nothing is admitted before
};

struct FamilyRow {
  std::string sid;
  Micros ends_at = 0;
  bool revoked = false;
};

struct RefreshRow {
  std::string family_id;
  std::optional<Micros> used_at;
  Bytes successor_sealed;
};

/// The content of a store. A copy costs a few pointers.
struct State {
  Table<std::string, Tenant> tenants;
  Table<Key, Client> clients;
  Table<Key, Resource> resources;  ///< by audience
  Table<Key, User> users;
  Table<Key, std::string> user_names;  ///< (tenant, user name) to user id
  Table<Key, std::string> passwords;
  Table<UserKey, Channel> channels;
  Table<UserKey, KnownDevice> devices;  ///< by the hash of their key
  Table<Key, FlowRecord> flows;
  Table<Key, ChallengeRow> challenges;
  Table<UserKey, Micros> last_code;          ///< (tenant, flow, channel) to its time
  Table<Key, StoredAnswer> answers;          ///< by flow
  Table<Key, std::string> newest_challenge;  ///< (tenant, flow) to challenge id
  Table<Key, std::int64_t> message_of;       ///< (tenant, challenge) to the place in `messages`
  Table<std::int64_t, MessageRow> messages;
  std::int64_t last_message = 0;
  Table<Key, ThrottleRow> throttle;
  Table<SignInKey, SignInEntry> sign_ins;
  Table<Key, SessionRecord> sessions;
  Table<Key, FamilyRow> families;
  Table<Key, RefreshRow> refresh;
  Table<std::string, SigningKeyRecord> signing_keys;
  Table<std::int64_t, AuditRecord> audit;
  Table<AuditChain, AuditHead> audit_heads;
  std::int64_t last_audit_row = 0;
};

}  // namespace gate::server
