#pragma once

#include <functional>
#include <gate/result.hpp>

#include "server/flow/model/run.h"

namespace gate::server {

/// Takes the steps of a flow's table and carries out their effects, and no others. What is written
/// beside them, docs/ARCHITECTURE.md lists. The stages of a request:
///
///   load      one snapshot: flow, user, channels, device; refusals that need no more
///   prepare   the event's transitions; for each effect what needs no unit of work: evaluate
///             policies, generate codes, sign
///   seal      the answer, for a client that does not get it and repeats its request (T4)
///   commit    one short unit of work: admissions, the flow's compare-and-set, the effects, the
///             sealed answer
///   conclude  after the commit: reply
///
/// A guard that finds a changed row undoes the whole commit. The request is then run again once,
/// from a new snapshot. Safe from any number of threads.

/// Grants the tokens that the request asks for, if any, reads the flow that `place` names, and
/// stops the run when nothing can be asked of it, or when this very request was answered before
/// (T4). A flow whose user was revoked, or whose proof went over a channel that was blocked since,
/// is ended here and now (T6).
[[nodiscard]] Result<void> load_flow(FlowRun& run, const FlowPlace& place,
                                     const TokenWish* asked = nullptr);

/// Takes `event`, and the events that its effects lead to.
[[nodiscard]] Result<void> prepare(FlowRun& run, FlowEvent event);

/// Completes the reply of the run, and seals it.
[[nodiscard]] Result<void> seal_reply(FlowRun& run);

/// Writes what was prepared and sealed. kConflict: a guard found a changed row.
[[nodiscard]] Result<void> commit(FlowRun& run, UnitOfWork& work);

/// Writes the effects of a step that does not advance the flow's row: a failed try, which the store
/// has counted (`count_wrong`). Stores the reply, and returns it. kConflict: an equal request was
/// answered first (T4).
[[nodiscard]] Result<Reply> commit_in_place(FlowRun& run, UnitOfWork& work);

/// The reply: that of the effects, or the one with which the run was stopped.
[[nodiscard]] Reply conclude(FlowRun& run);

/// `prepare`, `seal_reply`, one write of `commit`, `conclude`.
[[nodiscard]] Result<Reply> carry_out(FlowRun& run, FlowEvent event);

/// Stores the reply to a request that leaves the flow where it is and changed something else: a
/// failed try. kConflict: an equal request was answered first (T4).
[[nodiscard]] Result<void> keep_reply(const FlowRun& run, UnitOfWork& work, const Reply& reply);

/// kConflict if the flow was advanced since the snapshot of the run, or an equal request answered.
/// Asked before a limit refuses: the use that filled it may be that of the same request.
[[nodiscard]] Result<void> must_be_unanswered(const FlowRun& run, UnitOfWork& work);

/// The reply of `attempt`. After kConflict it is called again, up to `times` in all. A last
/// conflict means that another request used the presented token (T3). Other errors are reported,
/// and answered with kUnavailable.
[[nodiscard]] Reply attempt_times(int times, const FlowServices& services,
                                  const std::function<Result<Reply>()>& attempt);
[[nodiscard]] inline Reply attempt_twice(const FlowServices& services,
                                         const std::function<Result<Reply>()>& attempt) {
  return attempt_times(2, services, attempt);
}

}  // namespace gate::server
