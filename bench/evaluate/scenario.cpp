#include "bench/evaluate/scenario.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <gate/request_json.hpp>
#include <thread>

#include "bench/measure/allocations.h"
#include "bench/workload/gate_text.h"
#include "runtime/set/build.h"
#include "runtime/set/state.h"

namespace gate::bench {
namespace {

[[noreturn]] void give_up(const std::string& why) {
  fmt::print(stderr, "gate_bench: {}\n", why);
  std::exit(3);  // NOLINT(concurrency-mt-unsafe): nothing else runs yet
}

std::shared_ptr<const PolicySet> policies_or_exit(CompileOutput output) {
  if (!output.policies) {
    std::erase_if(output.diagnostics,
                  [](const Diagnostic& d) { return d.severity != Severity::kError; });
    give_up("the workload does not compile:\n" + render_text(output, false).substr(0, 4'000));
  }
  return std::move(output.policies);
}

}  // namespace

std::shared_ptr<const PolicySet> compile_or_exit(std::vector<SourceFile> files, Backend backend) {
  return policies_or_exit(
      compile(std::move(files), {.backend = backend, .keep_test_blocks = false}));
}

bool wait_for_code(const PolicySet& set) {
  return set.wait_for_native(std::chrono::seconds(10)) == Tier::kMachineCode;
}

Scenario::Scenario(const WorkloadOptions& chosen, std::string where, std::size_t policies_per_file)
    : options(chosen),
      folder(std::move(where)),
      per_file(policies_per_file),
      workload(generate(chosen)) {
  files = gate_text(workload, per_file);
  for (const SourceFile& file : files) {
    text_bytes += file.text.size();
  }
  write_folder();
  compile_all();
  make_requests();
  check();
  for (std::size_t i = 0; i < size(); ++i) {
    const Decision d = interpreted->evaluate(request(i));
    ++outcomes[static_cast<std::size_t>(d.outcome)];
    mean_applied += static_cast<double>(d.applied_count) / static_cast<double>(size());
  }
}

void Scenario::write_folder() const {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  for (const SourceFile& file : files) {
    write(file);
  }
}

void Scenario::write(const SourceFile& file) const {
  std::ofstream out(std::filesystem::path(folder) / file.name, std::ios::binary);
  out << file.text;
  out.close();
  if (!out) {
    give_up("cannot write " + folder + "/" + file.name);
  }
}

std::size_t Scenario::edited_file() const {
  return 1 + workload.policies.size() / 2 / per_file;
}

void Scenario::compile_all() {
  // First of all, so that what a fresh process pays is in it: the libraries' own start-up too.
  const SignInView first(workload.sign_ins.front());
  const std::clock_t cpu = std::clock();
  const auto start = std::chrono::steady_clock::now();
  auto cold = policies_or_exit(compile_folder(folder));
  const Decision decision = cold->evaluate(first.request());
  const auto end = std::chrono::steady_clock::now();
  if (decision.applied_count > workload.policies.size()) {
    give_up("more policies apply than there are");
  }
  cold_ms = std::chrono::duration<double, std::milli>(end - start).count();
  cold_cpu_ms = 1e3 * static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC;
  peak_resident = peak_resident_bytes();
  if (wait_for_code(*cold)) {
    code_ms =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - end).count();
  }
  // What a compilation leaves in caches of its own is none of the set: counted is what comes back
  // when the set goes. Code is shared and stays.
  while (cold.use_count() > 1) {
    std::this_thread::yield();  // the thread that generates code holds it a moment longer
  }
  const std::size_t with = heap_bytes();
  cold.reset();
  set_bytes = with - heap_bytes();
  native = compile_or_exit(files, Backend::kNative);
  wait_for_code(*native);
  interpreted = compile_or_exit(files, Backend::kInterpreter);
  if (interpreted->tier() != Tier::kInterpreter) {
    give_up("the interpreter was asked for, and something else decides");
  }
  auto built = build_policy_set(internal::state_of(*interpreted).program(), Backend::kNative);
  if (!built) {
    give_up("tables: " + built.error().message);
  }
  tables = std::move(*built);
  table_bytes = internal::state_of(*tables).index->bytes();
  if (native->digest() != interpreted->digest()) {
    give_up("the two backends have different digests for one text");
  }
}

void Scenario::make_requests() {
  binder = std::make_unique<Binder>(workload);
  loop = std::make_unique<PlainLoop>(workload.policies);
  bitset = std::make_unique<BitsetEvaluator>(workload.policies);
  bound.resize(workload.sign_ins.size());
  for (std::size_t i = 0; i < workload.sign_ins.size(); ++i) {
    views.push_back(std::make_unique<SignInView>(workload.sign_ins[i]));
    json.push_back(to_json(workload.sign_ins[i]));
    binder->bind(request(i), bound[i]);
  }
}

void Scenario::check() const {
  const ClauseMap clauses(*interpreted);
  BitsetEvaluator::Scratch scratch;
  Answer answer;
  const auto hold = [this](std::size_t i, std::string_view who, const std::string& difference) {
    if (!difference.empty()) {
      give_up(fmt::format("{} disagrees with the oracle: {}\n  workload: {} {} seed {}\n  {}", who,
                          difference, name(options.distribution), options.policies, options.seed,
                          json[i]));
    }
  };
  for (std::size_t p = 0; p < workload.policies.size(); ++p) {
    if (interpreted->policy(p).name != names::policy(p)) {
      give_up("the set numbers its policies otherwise than the workload does");
    }
  }
  for (std::size_t i = 0; i < size(); ++i) {
    const OracleAnswer oracle = ask_oracle(*interpreted, request(i));
    hold(i, "the interpreter", difference(oracle, interpreted->evaluate(request(i))));
    hold(i, "the native set", difference(oracle, native->evaluate(request(i))));
    hold(i, "the native set, prepared",
         difference(oracle, PreparedRequest(native, request(i)).evaluate()));
    hold(i, "the tables", difference(oracle, tables->evaluate(request(i))));
    const InternedSignIn interned(*native, request(i));
    const PreparedPrincipal who(*native, request(i));
    hold(i, "the native set, interned", difference(oracle, native->evaluate(interned.request())));
    hold(i, "the native set, principal bound",
         difference(oracle, native->evaluate(who, interned.request())));
    if (native->outcome(who, interned.request()).outcome != oracle.decision.outcome) {
      hold(i, "the outcome alone", "another outcome");
    }
    const Result<SignInFacts> facts = parse_sign_in_json(json[i]);
    if (!facts) {
      give_up("a sign-in does not survive JSON: " + facts.error().message);
    }
    hold(i, "the sign-in read from JSON",
         difference(oracle, interpreted->evaluate(SignInView(*facts).request())));
    loop->evaluate(bound[i], answer);
    hold(i, "the plain loop", difference(oracle, answer, clauses));
    bitset->evaluate(bound[i], scratch, answer);
    hold(i, "the bitset evaluator", difference(oracle, answer, clauses));
  }
}

std::vector<SourceFile> Scenario::edited(std::size_t turn) const {
  std::vector<SourceFile> out = files;
  const std::size_t index = workload.policies.size() / 2;
  Policy policy = workload.policies[index];
  policy.session.frequency_s = static_cast<std::uint32_t>(3'600 * (1 + turn % 20));
  const std::string before = policy_text(workload.policies[index], index);
  std::string& text = out[edited_file()].text;
  text.replace(text.find(before), before.size(), policy_text(policy, index));
  return out;
}

}  // namespace gate::bench
