#pragma once

#include "server/flow/model/run.h"

/// What a client submits to prove a factor. A try is counted before it is evaluated, and a failed
/// one stays counted (T7).
namespace gate::server {

/// A code: counted, compared, used up and followed by what it leads to in one unit of work (T1,
/// T2). What would follow from the right code is prepared before the code is looked at, for right
/// and wrong ones alike, so that the time tells nothing.
[[nodiscard]] Result<Reply> try_code(FlowRun& run, const SubmitCode& command);

/// A password: counted in one unit of work, evaluated outside of any (some 40 ms of argon2, for an
/// unknown name as well, C6), followed by what it leads to in another.
[[nodiscard]] Reply try_password(const FlowServices& services, const Caller& caller,
                                 const FlowMachine& machine, const FlowPlace& place,
                                 const SubmitPassword& command);

}  // namespace gate::server
