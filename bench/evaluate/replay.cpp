#include <benchmark/benchmark.h>

#include "bench/evaluate/cases.h"
#include "runtime/replay/worker.h"

namespace gate::bench {
namespace {

/// The sign-ins of the scenario as a log, many times over.
replay::Block log_of(const Scenario& s, std::size_t records) {
  replay::Block block;
  for (std::size_t i = 0; i < records; ++i) {
    const std::string& json = s.json[i % s.size()];
    block.records.push_back({block.bytes.size(), json.size(), i + 1, nullptr});
    block.bytes += json;
  }
  return block;
}

/// One record per iteration through everything that a thread of `gatec replay` does.
void replay_log(benchmark::State& state, const Scenario& s, std::size_t remembered,
                std::size_t records) {
  replay::Comparer comparer(s.native, s.tables);
  replay::Worker worker(comparer, remembered);
  const replay::Block block = log_of(s, records);
  worker.work(block);
  while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(records))) {
    worker.work(block);
  }
  state.counters["bytes_per_record"] =
      static_cast<double>(block.bytes.size()) / static_cast<double>(records);
}

/// The comparison alone: two sets decide, and nothing differs.
void compare(benchmark::State& state, const Scenario& s) {
  replay::Comparer comparer(s.native, s.tables);
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(comparer.compare({&s.request(i), 1}, nullptr));
    i = i + 1 == s.size() ? 0 : i + 1;
  }
}

}  // namespace

void register_replay(const Scenario& s) {
  benchmark::RegisterBenchmark("replay/known/native", [&s](benchmark::State& state) {
    replay_log(state, s, 65'536, 8 * s.size());
  });
  benchmark::RegisterBenchmark("replay/new/native", [&s](benchmark::State& state) {
    replay_log(state, s, 0, s.size());  // each block of records begins by forgetting
  });
  benchmark::RegisterBenchmark("replay/decide/native",
                               [&s](benchmark::State& state) { compare(state, s); });
}

}  // namespace gate::bench
