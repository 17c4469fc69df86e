#include <algorithm>

#include "server/store/codec/columns.h"
#include "server/store/codec/documents.h"
#include "server/store/postgres/unit_of_work.h"

namespace gate::server::postgres {
namespace {

const Sql kFindTenant(
    "SELECT tenant_id, name, domain, attributes_json, sign_up FROM tenant "
    "WHERE tenant_id = $1 OR domain = $1");
const Sql kTenants(
    "SELECT tenant_id, name, domain, attributes_json, sign_up FROM tenant "
    "ORDER BY tenant_id COLLATE \"C\"");
const Sql kFindClient(
    "SELECT tenant_id, client_id, name, origins, trusted_signals, scopes FROM client "
    "WHERE tenant_id = $1 AND client_id = $2");
const Sql kFindResource(
    "SELECT tenant_id, audience, name, scopes, contexts FROM resource "
    "WHERE tenant_id = $1 AND audience = $2");
const Sql kOriginsOfClients("SELECT origins FROM client WHERE tenant_id = $1");
// An id and a domain may stand in the same place of a path, so neither is the id or domain of
// another.
//
// No index compares an id with a domain, so tenants are put one at a time. Rows may refer to them
// meanwhile.
const Sql kLockTenants("LOCK TABLE tenant IN SHARE ROW EXCLUSIVE MODE");
const Sql kPutTenant(
    "INSERT INTO tenant (tenant_id, name, domain, attributes_json, sign_up) "
    "SELECT $1, $2, $3, $4, $5 WHERE NOT EXISTS "
    "(SELECT 1 FROM tenant WHERE (tenant_id = $3 OR domain = $3 OR domain = $1) "
    "AND tenant_id <> $1) "
    "ON CONFLICT (tenant_id) DO UPDATE SET name = excluded.name, domain = excluded.domain, "
    "attributes_json = excluded.attributes_json, sign_up = excluded.sign_up");
const Sql kPutClient(
    "INSERT INTO client (tenant_id, client_id, name, origins, trusted_signals, scopes) "
    "VALUES ($1,$2,$3,$4,$5,$6) ON CONFLICT (tenant_id, client_id) DO UPDATE SET "
    "name = excluded.name, origins = excluded.origins, "
    "trusted_signals = excluded.trusted_signals, scopes = excluded.scopes");
const Sql kPutResource(
    "INSERT INTO resource (tenant_id, audience, name, scopes, contexts) VALUES ($1,$2,$3,$4,$5) "
    "ON CONFLICT (tenant_id, audience) DO UPDATE SET "
    "name = excluded.name, scopes = excluded.scopes, contexts = excluded.contexts");

Result<Tenant> tenant_of(const Query& query) {
  Tenant tenant{query.text(0), query.text(1), query.text(2)};
  GATE_TRY_VOID(read_tenant_document(query.text(3), tenant));
  tenant.sign_up = static_cast<SignUpMode>(query.integer(4));
  return tenant;
}

}  // namespace

Result<std::vector<Tenant>> PostgresUnitOfWork::tenants() {
  Query query(connection_, kTenants);
  std::vector<Tenant> all;
  while (query.next()) {
    GATE_TRY(Tenant tenant, tenant_of(query));
    all.push_back(std::move(tenant));
  }
  GATE_TRY_VOID(query.done());
  return all;
}

Result<std::optional<Tenant>> PostgresUnitOfWork::find_tenant(std::string_view segment) {
  Query query(connection_, kFindTenant);
  query.bind(segment);
  std::optional<Tenant> found;
  if (query.next()) {
    GATE_TRY(found, tenant_of(query));
  }
  GATE_TRY_VOID(query.done());
  return found;
}

Result<std::optional<Client>> PostgresUnitOfWork::find_client(std::string_view tenant_id,
                                                              std::string_view client_id) {
  Query query(connection_, kFindClient);
  query.bind(tenant_id, client_id);
  std::optional<Client> found;
  if (query.next()) {
    Client client;
    client.tenant_id = query.text(0);
    client.client_id = query.text(1);
    client.name = query.text(2);
    GATE_TRY(client.origins, read_list(query.text(3)));
    client.trusted_signals = query.integer(4) != 0;
    GATE_TRY(client.scopes, read_list(query.text(5)));
    found = std::move(client);
  }
  GATE_TRY_VOID(query.done());
  return found;
}

Result<std::optional<Resource>> PostgresUnitOfWork::find_resource(std::string_view tenant_id,
                                                                  std::string_view audience) {
  Query query(connection_, kFindResource);
  query.bind(tenant_id, audience);
  std::optional<Resource> found;
  if (query.next()) {
    Resource resource;
    resource.tenant_id = query.text(0);
    resource.audience = query.text(1);
    resource.name = query.text(2);
    GATE_TRY(resource.scopes, read_list(query.text(3)));
    GATE_TRY(resource.contexts, read_list(query.text(4)));
    found = std::move(resource);
  }
  GATE_TRY_VOID(query.done());
  return found;
}

Result<bool> PostgresUnitOfWork::origin_is_listed(std::string_view tenant_id,
                                                  std::string_view origin) {
  Query query(connection_, kOriginsOfClients);
  query.bind(tenant_id);
  bool listed = false;
  while (!listed && query.next()) {
    GATE_TRY(const std::vector<std::string> origins, read_list(query.text(0)));
    listed = std::find(origins.begin(), origins.end(), origin) != origins.end();
  }
  GATE_TRY_VOID(query.done());
  return listed;
}

Result<void> PostgresUnitOfWork::put_tenant(const Tenant& tenant) {
  const std::string document = write_tenant_document(tenant);
  GATE_TRY_VOID(connection_.run(kLockTenants));
  Query query(connection_, kPutTenant);
  query.bind(tenant.id, tenant.name, tenant.domain, document,
             static_cast<std::int64_t>(tenant.sign_up));
  return query.change_or("the id or the domain belongs to another tenant");
}

Result<void> PostgresUnitOfWork::put_client(const Client& client) {
  const std::string origins = write_list(client.origins);
  const std::string scopes = write_list(client.scopes);
  Query query(connection_, kPutClient);
  query.bind(client.tenant_id, client.client_id, client.name, origins, client.trusted_signals,
             scopes);
  return query.finish();
}

Result<void> PostgresUnitOfWork::put_resource(const Resource& resource) {
  const std::string scopes = write_list(resource.scopes);
  const std::string contexts = write_list(resource.contexts);
  Query query(connection_, kPutResource);
  query.bind(resource.tenant_id, resource.audience, resource.name, scopes, contexts);
  return query.finish();
}

}  // namespace gate::server::postgres
