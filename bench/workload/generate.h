#pragma once

#include <cstddef>
#include <cstdint>

#include "bench/workload/model.h"
#include "bench/workload/shape.h"

namespace gate::bench {

struct WorkloadOptions {
  std::uint64_t seed = 1;
  Distribution distribution = Distribution::kSelective;
  std::size_t policies = 240;
  std::size_t sign_ins = 256;
  /// Shares of the sign-ins, in permille; the rest has nothing to do with any policy in particular.
  unsigned hits = 500;         ///< meet every condition of a policy
  unsigned near_misses = 300;  ///< meet every condition of a policy but one
};

/// Makes policies, places and sign-ins. The same options give the same workload on every machine.
/// Cost is linear in the number of policies and sign-ins.
[[nodiscard]] Workload generate(const WorkloadOptions& options);

}  // namespace gate::bench
