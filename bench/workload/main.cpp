#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <gate/request_json.hpp>

#include "bench/workload/gate_text.h"
#include "bench/workload/generate.h"
#include "bench/workload/log_text.h"

namespace {

/// A log may be larger than memory: written record by record.
bool write_log(const std::filesystem::path& path, gate::bench::LogForm form, std::uint64_t records,
               const gate::bench::Workload& workload) {
  std::ofstream file(path, std::ios::binary);
  for (std::uint64_t i = 0; i < records && file; ++i) {
    file << log_record(form, workload.sign_ins[i % workload.sign_ins.size()], i) << '\n';
  }
  file.close();
  if (!file) {
    fmt::print(stderr, "error: cannot write {}\n", path.string());
  }
  return static_cast<bool>(file);
}

/// gate_generate: writes a synthetic policy set as a folder of `.gate` files, and its sign-ins as
/// JSON lines, for gatec, for replays and for reading.
int run(int argc, char** argv) {
  using namespace gate::bench;
  CLI::App app{"Writes a synthetic policy set (.gate files) and sign-ins (sign-ins.jsonl)."};
  WorkloadOptions options;
  std::string distribution = "selective";
  std::string form = "requests";
  std::uint64_t records = 0;
  std::filesystem::path out;
  app.add_option("--out", out, "Folder to write into; made if it is missing")->required();
  app.add_option("--policies", options.policies, "Number of policies")
      ->capture_default_str()
      ->check(CLI::Range(0, 100'000));
  app.add_option("--sign-ins", options.sign_ins, "Number of sign-ins")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--seed", options.seed, "Same seed, same files")->capture_default_str();
  app.add_option("--distribution", distribution, "selective, dense or adversarial")
      ->capture_default_str()
      ->check(CLI::IsMember({"selective", "dense", "adversarial"}));
  app.add_option("--log", form, "Form of log.jsonl: requests, audit or entra (docs/replay.md)")
      ->capture_default_str()
      ->check(CLI::IsMember({"requests", "audit", "entra"}));
  app.add_option("--records", records, "Records of log.jsonl, the sign-ins in turn; 0: no log")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  options.distribution = parse_distribution(distribution).value_or(options.distribution);

  const Workload workload = generate(options);
  std::error_code error;
  std::filesystem::create_directories(out, error);
  const auto write = [&out](const std::string& file_name, const std::string& text) {
    std::ofstream file(out / file_name, std::ios::binary);
    file << text;
    file.close();
    if (!file) {
      fmt::print(stderr, "error: cannot write {}\n", (out / file_name).string());
    }
    return static_cast<bool>(file);
  };
  for (const gate::SourceFile& file : gate_text(workload)) {
    if (!write(file.name, file.text)) {
      return 1;
    }
  }
  std::string lines;
  for (const gate::SignInFacts& facts : workload.sign_ins) {
    lines += gate::to_json(facts) + "\n";
  }
  if (!write("sign-ins.jsonl", lines)) {
    return 1;
  }
  if (records != 0 &&
      !write_log(out / "log.jsonl", parse_log_form(form).value_or(LogForm::kRequests), records,
                 workload)) {
    return 1;
  }
  fmt::print("{} policies and {} sign-ins ({}, seed {}) in {}\n", workload.policies.size(),
             workload.sign_ins.size(), distribution, options.seed, out.string());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    (void)std::fprintf(stderr, "gate_generate: %s\n", error.what());
    return 1;
  }
}
