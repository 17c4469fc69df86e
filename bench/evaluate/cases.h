#pragma once

#include <vector>

#include "bench/evaluate/scenario.h"

namespace gate::bench {

/// Each registers its benchmarks with Google Benchmark. `scenario` must outlive the run. What this
/// build does not have (the native evaluator) is registered as skipped, so that no row is missing
/// silently.

/// decide/… : one decision per iteration, sign-ins in turn, allocations per decision counted.
void register_decisions(const Scenario& scenario);
/// decide/c… : the same through gate.h.
void register_c_calls(const Scenario& scenario);
/// replay/… : one record of a log decided again and held against another set.
void register_replay(const Scenario& scenario);
/// text/… : parse and compile.
void register_text(const Scenario& scenario);
/// set/… : cost in memory, cold start, reload.
void register_sets(const Scenario& scenario);

/// The sign-ins of the scenario. `by_user`: eight of each user, as a log has them, the other facts
/// as ever.
[[nodiscard]] std::vector<SignInRequest> batch_of(const Scenario& scenario, bool by_user);

}  // namespace gate::bench
