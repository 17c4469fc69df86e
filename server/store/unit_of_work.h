#pragma once

#include "server/store/audit_rows.h"
#include "server/store/devices.h"
#include "server/store/flows.h"
#include "server/store/limits.h"
#include "server/store/sessions.h"
#include "server/store/signing_keys.h"
#include "server/store/tenants.h"
#include "server/store/users.h"

namespace gate::server {

/// Everything that can be looked up, over one snapshot. What needs less takes one port of it.
class StoreReads : public TenantReads,
                   public UserReads,
                   public DeviceReads,
                   public FlowReads,
                   public SessionReads,
                   public KeyReads,
                   public AuditReads {
 public:
  StoreReads() = default;
  StoreReads(const StoreReads&) = delete;
  StoreReads& operator=(const StoreReads&) = delete;
};

/// One short transaction of guarded statements. Each is decisive: its guard is in its WHERE clause,
/// and kConflict says that no row fitted (T1). Policies are evaluated, passwords hashed and tokens
/// signed outside of it. It reads what it wrote.
class UnitOfWork : public StoreReads,
                   public TenantWrites,
                   public UserWrites,
                   public DeviceWrites,
                   public FlowWrites,
                   public LimitWrites,
                   public SessionWrites,
                   public KeyWrites,
                   public AuditWrites {};

}  // namespace gate::server
