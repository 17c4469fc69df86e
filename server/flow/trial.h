#pragma once

#include "server/flow/model/run.h"

/// The proofs that a client submits for a factor. A try is counted before it is evaluated, and a
/// failed one stays counted (T7).
namespace gate::server {

/// A code: counted, compared, used up and followed by its effects in one unit of work (T1, T2). The
/// effects of the right code are prepared before the code is compared, for right and wrong codes
/// alike, so that the time reveals nothing.
[[nodiscard]] Result<Reply> try_code(FlowRun& run, const SubmitCode& command);

/// A password: counted in one unit of work, hashed outside of any (some 40 ms of argon2, for an
/// unknown name as well, C6), and followed by its effects in another unit of work.
[[nodiscard]] Reply try_password(const FlowServices& services, const Caller& caller,
                                 const FlowMachines& machines, const FlowPlace& place,
                                 const SubmitPassword& command);

}  // namespace gate::server
