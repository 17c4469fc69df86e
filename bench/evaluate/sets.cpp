#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <gate/evaluator.hpp>
#include <thread>

#include "bench/evaluate/cases.h"
#include "bench/measure/allocations.h"
#include "runtime/probe/cross_check.h"

namespace gate::bench {
namespace {

using Clock = std::chrono::steady_clock;

double ns_since(Clock::time_point start) {
  return std::chrono::duration<double, std::nano>(Clock::now() - start).count();
}

/// Every latency of a decision until `stop`, in ns.
std::vector<float> latencies(const Scenario& s, const Evaluator& evaluator,
                             const std::atomic<bool>& stop) {
  std::vector<float> out;
  out.reserve(4'000'000);
  for (std::size_t i = 0; !stop.load(std::memory_order_relaxed) && out.size() < out.capacity();
       i = i + 1 == s.size() ? 0 : i + 1) {
    const auto start = Clock::now();
    benchmark::DoNotOptimize(evaluator.evaluate(s.request(i)));
    out.push_back(static_cast<float>(ns_since(start)));
  }
  return out;
}

double percentile(std::vector<float>& values, double share) {
  if (values.empty()) {
    return 0;
  }
  const auto at = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  return static_cast<double>(values[at]);
}

/// Text with one policy edited to a new set in force.
void reload(benchmark::State& state, const Scenario& s) {
  Evaluator evaluator(s.native);
  std::vector<std::vector<SourceFile>> versions = {s.edited(0), s.edited(1)};
  std::size_t turn = 0;
  const std::uint64_t compiled = native_code_counts().compiled;
  std::size_t machine_code = 0;
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<SourceFile> files = versions[turn++ % 2];
    state.ResumeTiming();
    auto set = compile_or_exit(std::move(files), Backend::kNative);
    machine_code += set->tier() == Tier::kMachineCode ? 1 : 0;
    evaluator.replace(std::move(set));
  }
  // Nothing was generated, and yet machine code decided at once.
  state.counters["compiled"] = static_cast<double>(native_code_counts().compiled - compiled);
  state.counters["machine_code"] =
      static_cast<double>(machine_code) / static_cast<double>(state.iterations());
}

/// Compiles over a cache; its digest must be that of a compilation from nothing, or no time is
/// taken.
std::shared_ptr<const PolicySet> compile_cached(std::vector<SourceFile> files, Backend backend,
                                                CompileCache& cache) {
  CompileOptions options;
  options.backend = backend;
  options.keep_test_blocks = false;
  options.cache = &cache;
  return compile(std::move(files), options).policies;
}

/// Text with one policy edited to a new set in force, by a caller that keeps a cache.
void reload_cached(benchmark::State& state, const Scenario& s, Backend backend) {
  CompileCache cache;
  std::vector<std::vector<SourceFile>> versions = {s.edited(0), s.edited(1)};
  for (const std::vector<SourceFile>& version : versions) {
    const auto cached = compile_cached(version, backend, cache);
    const auto fresh = compile_or_exit(version, backend);
    if (cached == nullptr || cached->digest() != fresh->digest()) {
      state.SkipWithError("a cached compilation differs");
      return;
    }
  }
  Evaluator evaluator(s.native);
  std::size_t turn = 0;
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<SourceFile> files = versions[turn++ % 2];
    state.ResumeTiming();
    evaluator.replace(compile_cached(std::move(files), backend, cache));
  }
  const CompileCache::Statistics last = cache.statistics();
  state.counters["policies_lowered"] = static_cast<double>(last.policies_lowered);
  state.counters["cache_bytes"] = static_cast<double>(last.bytes);
}

/// A file of the folder edited on disk to a new set in force, by a caller that keeps a cache.
void reload_folder(benchmark::State& state, const Scenario& s) {
  CompileCache cache;
  CompileOptions options;
  options.keep_test_blocks = false;
  options.cache = &cache;
  Evaluator evaluator(compile_folder(s.folder, options).policies);
  const SourceFile versions[] = {s.edited(0)[s.edited_file()], s.edited(1)[s.edited_file()]};
  std::size_t turn = 0;
  for (auto _ : state) {
    state.PauseTiming();
    s.write(versions[turn++ % 2]);
    state.ResumeTiming();
    evaluator.replace(compile_folder(s.folder, options).policies);
  }
  const CompileCache::Statistics last = cache.statistics();
  state.counters["files_parsed"] = static_cast<double>(last.files_parsed);
  state.counters["policies_lowered"] = static_cast<double>(last.policies_lowered);
  const auto fresh = compile_folder(s.folder).policies;
  if (fresh == nullptr || fresh->digest() != evaluator.snapshot().policies->digest()) {
    state.SkipWithError("a cached compilation differs");
  }
  s.write(s.files[s.edited_file()]);
}

/// A folder in which nothing changed since it was last compiled, to a set.
void unchanged_folder(benchmark::State& state, const Scenario& s, Backend backend) {
  CompileCache cache;
  CompileOptions options;
  options.backend = backend;
  options.keep_test_blocks = false;
  options.cache = &cache;
  for (int round = 0; round < 2; ++round) {
    const auto set = compile_folder(s.folder, options).policies;
    if (set == nullptr || set->digest() != s.native->digest()) {
      state.SkipWithError("a cached compilation differs");
      return;
    }
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(compile_folder(s.folder, options).policies);
  }
}

/// What gated adds to a load: 64 sign-ins decided by the set and by the interpreter.
void cross_check(benchmark::State& state, const Scenario& s) {
  constexpr std::size_t kSignIns = 64;
  for (auto _ : state) {
    if (probe::find_difference(*s.native, kSignIns)) {
      state.SkipWithError("the set and the interpreter differ");
      return;
    }
  }
}

/// How long decisions take on one thread while another reloads all the time, against a quiet
/// machine. The reported time is the p99 during reloads.
void decisions_during_reload(benchmark::State& state, const Scenario& s) {
  for (auto _ : state) {
    Evaluator evaluator(s.native);
    const auto run = [&](auto meanwhile) {
      std::atomic<bool> stop = false;
      std::vector<float> seen;
      std::thread reader([&] { seen = latencies(s, evaluator, stop); });
      meanwhile();
      stop = true;
      reader.join();
      return percentile(seen, 0.99);
    };
    constexpr auto kSpan = std::chrono::milliseconds(400);
    const double quiet = run([&] { std::this_thread::sleep_for(kSpan); });
    std::size_t reloads = 0;
    const double busy = run([&] {
      for (const auto end = Clock::now() + kSpan; Clock::now() < end || reloads < 2; ++reloads) {
        evaluator.replace(compile_or_exit(s.edited(reloads), Backend::kNative));
      }
    });
    state.SetIterationTime(busy * 1e-9);
    state.counters["quiet_p99_ns"] = quiet;
    state.counters["busy_p99_ns"] = busy;
    state.counters["reloads"] = static_cast<double>(reloads);
  }
}

/// Heap and resident memory after many reloads against after a few.
void memory_over_reloads(benchmark::State& state, const Scenario& s) {
  Evaluator evaluator;
  const auto reload_times = [&](std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) {
      evaluator.replace(compile_or_exit(s.edited(i), Backend::kNative));
    }
  };
  reload_times(20);
  const auto heap = static_cast<double>(heap_bytes());
  const auto resident = static_cast<double>(resident_bytes());
  std::size_t reloads = 0;
  for (auto _ : state) {
    reload_times(1);
    ++reloads;
  }
  state.counters["reloads"] = static_cast<double>(reloads);
  state.counters["heap_growth_bytes"] = static_cast<double>(heap_bytes()) - heap;
  state.counters["resident_growth_bytes"] = static_cast<double>(resident_bytes()) - resident;
}

/// One number that was taken while the scenario was made.
void report(const char* label, double ns, std::vector<std::pair<std::string, double>> counters) {
  benchmark::RegisterBenchmark(label,
                               [ns, counters = std::move(counters)](benchmark::State& state) {
                                 for (auto _ : state) {
                                   state.SetIterationTime(ns * 1e-9);
                                 }
                                 for (const auto& [key, value] : counters) {
                                   state.counters[key] = value;
                                 }
                               })
      ->UseManualTime()
      ->Iterations(1);
}

}  // namespace

void register_sets(const Scenario& s) {
  const auto policies = static_cast<double>(s.workload.policies.size());
  report(
      "set/cold_folder_to_decision", s.cold_ms * 1e6,
      {{"resident_bytes", static_cast<double>(s.peak_resident)}, {"cpu_ns", s.cold_cpu_ms * 1e6}});
  if (s.code_ms > 0) {
    report("set/cold_decision_to_code", s.code_ms * 1e6, {});
  }
  report("set/memory", 1,
         {{"set_bytes", static_cast<double>(s.set_bytes)},
          {"table_bytes_per_policy", static_cast<double>(s.table_bytes) / policies},
          {"bytes_per_policy", static_cast<double>(s.set_bytes) / policies},
          {"text_bytes_per_policy", static_cast<double>(s.text_bytes) / policies},
          {"bitset_bytes_per_policy", static_cast<double>(s.bitset->bytes()) / policies}});
  report("set/workload", 1,
         {{"mean_applied", s.mean_applied},
          {"machine_code", s.native->tier() == Tier::kMachineCode ? 1.0 : 0.0},
          {"blocked", static_cast<double>(s.outcomes[0])},
          {"challenged", static_cast<double>(s.outcomes[1])},
          {"allowed", static_cast<double>(s.outcomes[2])}});
  benchmark::RegisterBenchmark("set/reload_one_edited",
                               [&s](benchmark::State& state) { reload(state, s); })
      ->Unit(benchmark::kMillisecond)
      ->MeasureProcessCPUTime()
      ->UseRealTime();
  benchmark::RegisterBenchmark("set/reload_folder_one_edited",
                               [&s](benchmark::State& state) { reload_folder(state, s); })
      ->Unit(benchmark::kMillisecond)
      ->MeasureProcessCPUTime()
      ->UseRealTime();
  for (const Backend backend : {Backend::kInterpreter, Backend::kNative}) {
    const std::string who(name(backend));
    const auto add = [](const std::string& label, auto function) {
      benchmark::RegisterBenchmark(label.c_str(), function)
          ->Unit(benchmark::kMillisecond)
          ->MeasureProcessCPUTime()
          ->UseRealTime();
    };
    add("set/reload_one_edited_cached/" + who,
        [&s, backend](benchmark::State& state) { reload_cached(state, s, backend); });
    add("set/unchanged_folder_cached/" + who,
        [&s, backend](benchmark::State& state) { unchanged_folder(state, s, backend); });
  }
  benchmark::RegisterBenchmark("set/cross_check", [&s](benchmark::State& state) {
    cross_check(state, s);
  })->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("set/decisions_during_reload",
                               [&s](benchmark::State& state) { decisions_during_reload(state, s); })
      ->UseManualTime()
      ->Iterations(1);
  if (s.workload.policies.size() <= 1'000) {
    benchmark::RegisterBenchmark("set/memory_over_reloads",
                                 [&s](benchmark::State& state) { memory_over_reloads(state, s); })
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime()
        ->Iterations(200);
  }
}

}  // namespace gate::bench
