#include "server/store/sqlite/key_check.h"

#include <optional>

#include "server/crypto/aead.h"
#include "server/crypto/hmac.h"
#include "server/store/codec/sealed.h"

namespace gate::server {
namespace {

constexpr const char* kRow = "key_check";

const Sql kReadMeta("SELECT value FROM meta WHERE name = ?");
const Sql kWriteMeta("INSERT INTO meta (name, value) VALUES (?, ?)");
const Sql kNewestKey(
    "SELECT kid, private_sealed FROM signing_key WHERE length(private_sealed) > 0 "
    "ORDER BY created_at DESC LIMIT 1");
const Sql kAnyChannel("SELECT tenant_id, channel_id, address_sealed FROM channel LIMIT 1");
const Sql kAnyPassword("SELECT 1 FROM password LIMIT 1");
const Sql kAnyFlow("SELECT tenant_id, flow_id, private_sealed FROM flow LIMIT 1");

Error another_key() {
  return {ErrorCode::kDenied, "the store was written with another key"};
}

/// The newest signing key that is not removed; an empty answer when there is none.
Result<std::optional<SigningKeyRecord>> a_signing_key(Connection& connection) {
  Query query(connection, kNewestKey);
  std::optional<SigningKeyRecord> found;
  if (query.next()) {
    found.emplace();
    found->kid = query.text(0);
    found->private_sealed = query.blob(1);
  }
  GATE_TRY_VOID(query.done());
  return found;
}

/// Whether the first row of a query (tenant, id, sealed value) opens; nothing when it has no row.
Result<std::optional<bool>> first_row_opens(Query& query, const Secret& key,
                                            std::string (*context)(std::string_view,
                                                                   std::string_view)) {
  std::optional<bool> opens;
  if (query.next()) {
    opens =
        open_sealed(key.bytes(), context(query.text(0), query.text(1)), query.blob(2)).has_value();
  }
  GATE_TRY_VOID(query.done());
  return opens;
}

Result<KeyEvidence> evidence_without_seals(Connection& connection) {
  Query passwords(connection, kAnyPassword);
  const bool any = passwords.next();
  GATE_TRY_VOID(passwords.done());
  return any ? KeyEvidence::kPasswordsOnly : KeyEvidence::kNone;
}

}  // namespace

Result<void> compare_key_check(Connection& connection, const Secret& key) {
  Query query(connection, kReadMeta);
  query.bind(kRow);
  Bytes stored;
  if (query.next()) {
    stored = query.blob(0);
  }
  GATE_TRY_VOID(query.done());
  const Digest own = key_check_of(key);
  return equal_constant_time(stored, ByteSpan(own)) ? Result<void>() : another_key();
}

Result<KeyEvidence> compare_sealed_values(Connection& connection, const Secret& key,
                                          const OpensSigningKey& opens) {
  const auto evidence = [](bool right) {
    return right ? Result<KeyEvidence>(KeyEvidence::kRightKey) : another_key();
  };
  // The first sealed value that is found decides. Signing keys come first: only `run` writes them,
  // and it reads them before. Addresses may have been written with a wrong key by an old
  // `provision` (S24).
  GATE_TRY(const std::optional<SigningKeyRecord> signing, a_signing_key(connection));
  if (signing && opens) {
    return evidence(opens(*signing));
  }
  Query channels(connection, kAnyChannel);
  GATE_TRY(std::optional<bool> good, first_row_opens(channels, key, channel_context));
  if (!good) {
    Query flows(connection, kAnyFlow);
    GATE_TRY(good, first_row_opens(flows, key, flow_context));
  }
  return good ? evidence(*good) : evidence_without_seals(connection);
}

Result<void> write_key_check(Connection& connection, const Secret& key) {
  const Digest value = key_check_of(key);
  Query query(connection, kWriteMeta);
  query.bind(kRow, ByteSpan(value));
  return query.finish();
}

}  // namespace gate::server
