#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>

#include "bench/evaluate/cases.h"
#include "bench/workload/gate_text.h"

/// gate_bench: measures one workload in one process. bench/run.sh runs it once per workload and
/// puts the results together. Options of Google Benchmark (--benchmark_…) are passed on.
namespace {

int run(int argc, char** argv) {
  using namespace gate::bench;
  benchmark::Initialize(&argc, argv);

  CLI::App app{"Measures one synthetic policy set. Options --benchmark_… are Google Benchmark's."};
  WorkloadOptions options;
  std::string distribution = "selective";
  bool check_only = false;
  app.add_option("--policies", options.policies, "Number of policies")
      ->capture_default_str()
      ->check(CLI::Range(1, 100'000));
  app.add_option("--sign-ins", options.sign_ins, "Number of sign-ins")
      ->capture_default_str()
      ->check(CLI::Range(1, 100'000));
  app.add_option("--seed", options.seed, "Same seed, same workload")->capture_default_str();
  app.add_option("--distribution", distribution, "selective, dense or adversarial")
      ->capture_default_str()
      ->check(CLI::IsMember({"selective", "dense", "adversarial"}));
  std::size_t per_file = kPoliciesPerFile;
  app.add_option("--per-file", per_file, "Policies in a file")
      ->capture_default_str()
      ->check(CLI::Range(1, 100'000));
  app.add_flag("--check-only", check_only, "Hold every answer against the oracle and stop");
  CLI11_PARSE(app, argc, argv);
  options.distribution = parse_distribution(distribution).value_or(options.distribution);

  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / fmt::format("gate-bench-{}", getpid());
  int status = 0;
  {
    const Scenario scenario(options, folder.string(), per_file);
    fmt::print(stderr, "{} {} policies: {} sign-ins agree with the oracle\n", distribution,
               options.policies, scenario.size());
    if (!check_only) {
      benchmark::AddCustomContext("distribution", distribution);
      benchmark::AddCustomContext("policies", std::to_string(options.policies));
      benchmark::AddCustomContext("seed", std::to_string(options.seed));
      benchmark::AddCustomContext("sign_ins", std::to_string(options.sign_ins));
      register_sets(scenario);
      register_decisions(scenario);
      register_c_calls(scenario);
      register_replay(scenario);
      register_text(scenario);
      status = benchmark::RunSpecifiedBenchmarks() == 0 ? 1 : 0;
    }
  }
  std::error_code error;
  std::filesystem::remove_all(folder, error);
  return status;
}

}  // namespace

int main(int argc, char** argv) {
#ifdef GATE_NOT_FOR_MEASURING
  (void)std::fputs("gate_bench: compiled for tests, with -Og; measure with build/bench\n", stderr);
#endif
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    (void)std::fprintf(stderr, "gate_bench: %s\n", error.what());
    return 1;
  }
}
