#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <fstream>
#include <gate/compile.hpp>

#include "bench/evaluate/agreement.h"
#include "bench/peers/json_export.h"
#include "bench/workload/gate_text.h"
#include "bench/workload/generate.h"

namespace {

/// gate_export_peers: the workload that gate_bench measures, and the oracle's answers, as JSON for
/// bench/peers/run.mjs.
int run(int argc, char** argv) {
  using namespace gate;
  using namespace gate::bench;
  CLI::App app{"Writes a workload with the oracle's answers as JSON, for the peers."};
  WorkloadOptions options;
  std::string out;
  app.add_option("--out", out, "File to write")->required();
  app.add_option("--policies", options.policies, "Number of policies")
      ->capture_default_str()
      ->check(CLI::Range(1, 100'000));
  app.add_option("--sign-ins", options.sign_ins, "Number of sign-ins")->capture_default_str();
  app.add_option("--seed", options.seed, "Same seed, same workload")->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  const Workload workload = generate(options);
  const CompileOutput compiled =
      compile(gate_text(workload), {.backend = Backend::kInterpreter, .keep_test_blocks = false});
  if (!compiled.policies) {
    fmt::print(stderr, "{}", render_text(compiled, false));
    return 3;
  }
  std::vector<Answer> expected;
  for (const SignInFacts& facts : workload.sign_ins) {
    const SignInView view(facts);
    OracleAnswer oracle = ask_oracle(*compiled.policies, view.request());
    expected.push_back({.outcome = oracle.decision.outcome, .applied = std::move(oracle.applied)});
  }
  std::ofstream file(out, std::ios::binary);
  file << export_json(workload, expected);
  file.close();
  if (!file) {
    fmt::print(stderr, "error: cannot write {}\n", out);
    return 1;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gate_export_peers: %s\n", error.what());
    return 1;
  }
}
