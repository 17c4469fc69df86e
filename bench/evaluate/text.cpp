#include <benchmark/benchmark.h>

#include "bench/evaluate/cases.h"
#include "compiler/parse/parser.h"

namespace gate::bench {
namespace {

void parse(benchmark::State& state, const Scenario& s) {
  for (auto _ : state) {
    compiler::SourceMap sources;
    compiler::DiagnosticCollector diagnostics;
    for (std::uint32_t i = 0; i < s.files.size(); ++i) {
      sources.add(s.files[i].name, s.files[i].text);
      benchmark::DoNotOptimize(compiler::parse_file(sources, i, compiler::Limits{}, diagnostics));
    }
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(s.text_bytes) *
                          static_cast<std::int64_t>(state.iterations()));
}

void compile_with(benchmark::State& state, const Scenario& s, Backend backend) {
  for (auto _ : state) {
    const CompileOutput output = compile(s.files, {.backend = backend, .keep_test_blocks = false});
    if (!output.policies) {
      state.SkipWithError("does not compile");
    }
  }
}

void first_decision(benchmark::State& state, const Scenario& s, Backend backend, bool to_code) {
  for (auto _ : state) {
    const CompileOutput output =
        compile_folder(s.folder, {.backend = backend, .keep_test_blocks = false});
    if (to_code) {
      wait_for_code(*output.policies);
    }
    benchmark::DoNotOptimize(output.policies->evaluate(s.request(0)));
  }
}

}  // namespace

void register_text(const Scenario& s) {
  const auto add = [](const char* label, auto function) {
    benchmark::RegisterBenchmark(label, function)
        ->Unit(benchmark::kMillisecond)
        ->MeasureProcessCPUTime()
        ->UseRealTime();
  };
  add("text/parse", [&s](benchmark::State& state) { parse(state, s); });
  for (const Backend backend : {Backend::kInterpreter, Backend::kNative}) {
    const std::string who(name(backend));
    add(("text/compile/" + who).c_str(),
        [&s, backend](benchmark::State& state) { compile_with(state, s, backend); });
    add(("text/first_decision/" + who).c_str(),
        [&s, backend](benchmark::State& state) { first_decision(state, s, backend, false); });
  }
  add("text/machine_code/native", [&s](benchmark::State& state) {
    if (s.native->tier() == Tier::kMachineCode) {
      first_decision(state, s, Backend::kNative, true);
    } else {
      state.SkipWithError("no machine code");
    }
  });
}

}  // namespace gate::bench
