#pragma once

#include "server/crypto/aead.h"
#include "server/store/sqlite/connection.h"
#include "server/store/store.h"

namespace gate::server {

/// The reads of the port over one connection. `Base` is StoreReader or Transaction, so that a
/// transaction reads through its own connection with the same code. For one thread at a time.
template <typename Base>
class SqliteReads : public Base {
 public:
  SqliteReads(Connection& connection, const Secret& key) : connection_(connection), key_(key) {}

  Result<std::optional<Tenant>> find_tenant(std::string_view segment) override;
  Result<std::optional<Client>> find_client(std::string_view tenant_id,
                                            std::string_view client_id) override;
  Result<bool> origin_is_listed(std::string_view tenant_id, std::string_view origin) override;
  Result<std::optional<User>> find_user_by_name(std::string_view tenant_id,
                                                std::string_view username) override;
  Result<std::optional<User>> find_user(std::string_view tenant_id,
                                        std::string_view user_id) override;
  Result<std::optional<std::string>> find_password(std::string_view tenant_id,
                                                   std::string_view user_id) override;
  Result<std::vector<Channel>> channels_of(std::string_view tenant_id,
                                           std::string_view user_id) override;
  Result<std::optional<FlowRecord>> find_flow(std::string_view tenant_id,
                                              std::string_view flow_id) override;
  Result<std::optional<RefreshRecord>> find_refresh(std::string_view tenant_id,
                                                    ByteSpan token_hash) override;
  Result<std::optional<std::string>> find_known_device(std::string_view tenant_id,
                                                       std::string_view user_id, ByteSpan key_hash,
                                                       std::int64_t user_epoch,
                                                       Micros seen_since) override;
  Result<std::vector<SigningKeyRecord>> signing_keys() override;
  Result<std::vector<AuditRecord>> read_audit(std::int64_t after, std::size_t limit) override;
  Result<std::optional<AuditRecord>> audit_head() override;

 protected:
  Connection& connection_;
  const Secret& key_;  ///< seals addresses, pending contacts and outbox payloads
};

/// The context that binds a sealed column to its row.
[[nodiscard]] std::string channel_context(std::string_view tenant_id, std::string_view channel_id);
[[nodiscard]] std::string flow_context(std::string_view tenant_id, std::string_view flow_id);
[[nodiscard]] std::string outbox_context(std::string_view tenant_id, std::string_view challenge_id);

}  // namespace gate::server
