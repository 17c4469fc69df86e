#pragma once

#include <functional>
#include <gate/result.hpp>

#include "server/flow/model/run.h"

namespace gate::server {

/// Takes the steps of a flow's table and carries out their effects. Nothing else writes on behalf
/// of a flow. The stages of a request:
///
///   load      one snapshot: flow, user, channels, device; refusals that need no more
///   prepare   the event's transitions; for each effect what needs no unit of work: evaluate
///             policies, generate codes
///   commit    one short unit of work: admissions, the flow's compare-and-set, the effects
///   conclude  after the commit: sign
///
/// A guard that finds a changed row undoes the whole commit. The request is then run again once,
/// from a new snapshot. Safe from any number of threads.

/// Reads the flow that `place` names, and stops the run when nothing can be asked of it. A flow
/// whose user was revoked, or whose proof went over a channel that was blocked since, is ended here
/// and now (T6).
[[nodiscard]] Result<void> load_flow(FlowRun& run, const FlowPlace& place);

/// Takes `event`, and the events that its effects lead to.
[[nodiscard]] Result<void> prepare(FlowRun& run, FlowEvent event);

/// Writes what was prepared. kConflict: a guard found a changed row.
[[nodiscard]] Result<void> commit(FlowRun& run, UnitOfWork& work);

/// Signs what was committed, and returns the reply.
[[nodiscard]] Result<Reply> conclude(FlowRun& run);

/// `prepare`, one write of `commit`, `conclude`.
[[nodiscard]] Result<Reply> carry_out(FlowRun& run, FlowEvent event);

/// The reply of `attempt`. After kConflict it is called again, once. A second conflict means that
/// another request used the presented token (T3). Other errors are reported, and answered with
/// kUnavailable.
[[nodiscard]] Reply attempt_twice(const FlowServices& services,
                                  const std::function<Result<Reply>()>& attempt);

}  // namespace gate::server
