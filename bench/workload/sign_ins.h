#pragma once

#include "bench/workload/generate.h"
#include "bench/workload/model.h"
#include "bench/workload/random.h"
#include "bench/workload/shape.h"

namespace gate::bench {

/// Adds `options.sign_ins` sign-ins to the workload. Hits and near misses are derived from policies
/// that are on, drawn evenly; the others have a random user, app and device.
void make_sign_ins(Workload& workload, const Shape& shape, const WorkloadOptions& options,
                   Random& random);

}  // namespace gate::bench
