#pragma once

#include "server/store/memory/state.h"
#include "server/store/unit_of_work.h"

namespace gate::server {

/// The read ports over one state. `Base` is `StoreReads`, or `UnitOfWork`, which reads its own
/// writes.
template <typename Base>
class MemoryReads : public Base {
 public:
  explicit MemoryReads(State& state) : state_(state) {}

  Result<std::optional<Tenant>> find_tenant(std::string_view segment) override;
  Result<std::vector<Tenant>> tenants() override;
  Result<std::optional<Client>> find_client(std::string_view tenant_id,
                                            std::string_view client_id) override;
  Result<std::optional<Resource>> find_resource(std::string_view tenant_id,
                                                std::string_view audience) override;
  Result<bool> origin_is_listed(std::string_view tenant_id, std::string_view origin) override;
  Result<std::optional<User>> find_user_by_name(std::string_view tenant_id,
                                                std::string_view username) override;
  Result<std::optional<User>> find_user(std::string_view tenant_id,
                                        std::string_view user_id) override;
  Result<std::optional<std::string>> find_password(std::string_view tenant_id,
                                                   std::string_view user_id) override;
  Result<std::vector<Channel>> channels_of(std::string_view tenant_id,
                                           std::string_view user_id) override;
  Result<std::optional<KnownDevice>> find_device(std::string_view tenant_id,
                                                 std::string_view user_id, ByteSpan key_hash,
                                                 std::int64_t user_epoch,
                                                 Micros seen_since) override;
  Result<std::optional<FlowRecord>> find_flow(std::string_view tenant_id,
                                              std::string_view flow_id) override;
  Result<std::int64_t> failures_of(std::string_view tenant_id, std::string_view account_key,
                                   Micros since) override;
  Result<std::vector<SignInEntry>> sign_ins_of(std::string_view tenant_id, std::string_view user_id,
                                               Micros since) override;
  Result<Micros> last_code_at(std::string_view tenant_id, std::string_view flow_id,
                              std::string_view channel_id) override;
  Result<std::optional<StoredAnswer>> find_answer(std::string_view tenant_id,
                                                  std::string_view flow_id) override;
  Result<std::optional<RefreshRecord>> find_refresh(std::string_view tenant_id,
                                                    ByteSpan token_hash) override;
  Result<bool> session_stands(std::string_view tenant_id, std::string_view sid) override;
  Result<bool> family_stands(std::string_view tenant_id, std::string_view family_id,
                             Micros now) override;
  Result<std::vector<SigningKeyRecord>> signing_keys() override;
  Result<std::vector<AuditRecord>> read_audit(std::int64_t after, std::size_t limit) override;
  Result<std::optional<AuditHead>> audit_head(const AuditChain& chain) override;
  Result<std::vector<AuditHead>> audit_heads(const AuditChain& after, std::size_t limit) override;
  Result<AuditHead> older_audit_end() override;

 protected:
  State& state_;
};

extern template class MemoryReads<StoreReads>;
extern template class MemoryReads<UnitOfWork>;

}  // namespace gate::server
