#pragma once

#include <gate/compile.hpp>
#include <string>
#include <vector>

#include "bench/workload/model.h"

namespace gate::bench {

/// Policies in one file of the text form where nothing else is said; 100,000 make 400 files.
inline constexpr std::size_t kPoliciesPerFile = 250;

/// The workload as policy files: "tenant.gate" with the declarations, then the policies in order.
/// Files compile without an error. Cost linear in the policies.
[[nodiscard]] std::vector<SourceFile> gate_text(const Workload& workload,
                                                std::size_t per_file = kPoliciesPerFile);

/// One policy as text.
[[nodiscard]] std::string policy_text(const Policy& policy, std::size_t index);

}  // namespace gate::bench
