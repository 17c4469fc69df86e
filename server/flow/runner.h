#pragma once

#include <functional>
#include <gate/result.hpp>

#include "server/flow/model/run.h"

namespace gate::server {

/// Takes the steps of a flow's table, carries their effects out, and is the only one that writes on
/// behalf of a flow. A request runs through it so:
///
///   load      one snapshot: flow, user, channels, device; refusals that need no more
///   prepare   the event's transitions; for each effect what needs no transaction: ask policies,
///             make codes
///   commit    one short unit of work: admissions, the flow's compare-and-set, the effects
///   conclude  after the commit: sign
///
/// A guard that finds a changed row undoes the whole commit, and the request is run again from its
/// snapshot, once. Any number of threads.

/// Reads the flow that `place` names, and stops the run when nothing can be asked of it. A flow
/// whose user was revoked is ended here and now (T6).
[[nodiscard]] Result<void> load_flow(FlowRun& run, const FlowPlace& place);

/// Takes `event`, and the events that follow from its effects.
[[nodiscard]] Result<void> prepare(FlowRun& run, FlowEvent event);

/// Writes what was prepared. kConflict: something it rests on has changed.
[[nodiscard]] Result<void> commit(FlowRun& run, UnitOfWork& work);

/// Signs what was committed, and gives the reply.
[[nodiscard]] Result<Reply> conclude(FlowRun& run);

/// `prepare`, one write of `commit`, `conclude`.
[[nodiscard]] Result<Reply> carry_out(FlowRun& run, FlowEvent event);

/// The reply of `attempt`, which is made again, once, after kConflict. A second conflict is a lost
/// race: the presented token was used by another request (T3). Other errors are reported, and
/// answered with kUnavailable.
[[nodiscard]] Reply attempt_twice(const FlowServices& services,
                                  const std::function<Result<Reply>()>& attempt);

}  // namespace gate::server
