#include <benchmark/benchmark.h>
#include <gate/gate.h>

#include <memory>
#include <vector>

#include "bench/evaluate/cases.h"
#include "bench/measure/allocations.h"
#include "runtime/c/given_request.h"
#include "runtime/c/handles.h"

namespace gate::bench {
namespace {

/// All sign-ins as C has them, in one array.
struct CSignIns {
  std::vector<c::GivenRequest> given;
  std::vector<gate_request> requests;
  std::vector<gate_decision> decisions;

  CSignIns(const Scenario& s, bool by_user) {
    for (const SignInRequest& request : batch_of(s, by_user)) {
      requests.push_back(given.emplace_back(request).get());
      decisions.push_back(gate_decision_new());
    }
  }
};

void decide_alone(const Scenario& s, benchmark::State& state) {
  const gate_policy_set set{s.native};
  CSignIns all(s, false);
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(gate_policy_set_evaluate(&set, &all.requests[i], &all.decisions[i]));
    i = i + 1 == s.size() ? 0 : i + 1;
  }
}

void decide_batch(const Scenario& s, bool by_user, benchmark::State& state) {
  const gate_policy_set set{s.native};
  CSignIns all(s, by_user);
  const std::uint64_t before = allocations_of_this_thread();
  while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(s.size()))) {
    const gate_status status =
        gate_policy_set_evaluate_batch(&set, all.requests.data(), s.size(), all.decisions.data());
    if (status != GATE_OK) {
      state.SkipWithError("the batch was refused");
      return;
    }
    benchmark::DoNotOptimize(all.decisions.data());
  }
  state.counters["allocations"] =
      benchmark::Counter(static_cast<double>(allocations_of_this_thread() - before),
                         benchmark::Counter::kAvgIterations);
}

}  // namespace

void register_c_calls(const Scenario& s) {
  benchmark::RegisterBenchmark("decide/c/native",
                               [&s](benchmark::State& state) { decide_alone(s, state); });
  benchmark::RegisterBenchmark("decide/c_batch/native",
                               [&s](benchmark::State& state) { decide_batch(s, false, state); });
  benchmark::RegisterBenchmark("decide/c_batch_by_user/native",
                               [&s](benchmark::State& state) { decide_batch(s, true, state); });
}

}  // namespace gate::bench
