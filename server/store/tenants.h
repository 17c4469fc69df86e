#pragma once

#include <gate/result.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "server/domain/resource.h"
#include "server/domain/tenant.h"

/// Ports of the store: one header per domain. A port defines behaviour, never storage. Times are
/// microseconds UTC; texts are UTF-8. Reads see one snapshot; inside a unit of work they also see
/// its own writes. A port may be used only inside the function that it was passed to.
namespace gate::server {

class TenantReads {
 public:
  virtual ~TenantReads() = default;
  /// By id or by domain; the path may contain either.
  [[nodiscard]] virtual Result<std::optional<Tenant>> find_tenant(std::string_view segment) = 0;
  /// All of them, by id. For start-up and for looking at their files, not for requests.
  [[nodiscard]] virtual Result<std::vector<Tenant>> tenants() = 0;
  [[nodiscard]] virtual Result<std::optional<Client>> find_client(std::string_view tenant_id,
                                                                  std::string_view client_id) = 0;
  [[nodiscard]] virtual Result<std::optional<Resource>> find_resource(
      std::string_view tenant_id, std::string_view audience) = 0;
  /// True if any client of the tenant lists the origin (a preflight names no client).
  [[nodiscard]] virtual Result<bool> origin_is_listed(std::string_view tenant_id,
                                                      std::string_view origin) = 0;
};

class TenantWrites {
 public:
  virtual ~TenantWrites() = default;
  /// Adds or replaces. kConflict: the domain or the id names another tenant.
  [[nodiscard]] virtual Result<void> put_tenant(const Tenant& tenant) = 0;
  /// Adds or replaces.
  [[nodiscard]] virtual Result<void> put_client(const Client& client) = 0;
  /// Adds or replaces, by its audience.
  [[nodiscard]] virtual Result<void> put_resource(const Resource& resource) = 0;
};

}  // namespace gate::server
