#pragma once

#include "server/store/answers.h"
#include "server/store/audit_rows.h"
#include "server/store/devices.h"
#include "server/store/flows.h"
#include "server/store/limits.h"
#include "server/store/sessions.h"
#include "server/store/sign_ins.h"
#include "server/store/signing_keys.h"
#include "server/store/tenants.h"
#include "server/store/users.h"

namespace gate::server {

/// All read ports, over one snapshot. A function that needs less takes one port of it.
class StoreReads : public TenantReads,
                   public UserReads,
                   public DeviceReads,
                   public FlowReads,
                   public LimitReads,
                   public AnswerReads,
                   public SessionReads,
                   public SignInReads,
                   public KeyReads,
                   public AuditReads {
 public:
  StoreReads() = default;
  StoreReads(const StoreReads&) = delete;
  StoreReads& operator=(const StoreReads&) = delete;
};

/// All read and write ports of one short unit of work. Its statements are guarded: each guard is in
/// the WHERE clause, and kConflict means that it matched no row (T1). Policies are evaluated,
/// passwords hashed and tokens signed outside of it. It reads its own writes.
class UnitOfWork : public StoreReads,
                   public TenantWrites,
                   public UserWrites,
                   public DeviceWrites,
                   public FlowWrites,
                   public AnswerWrites,
                   public LimitWrites,
                   public SessionWrites,
                   public SignInWrites,
                   public KeyWrites,
                   public AuditWrites {};

}  // namespace gate::server
