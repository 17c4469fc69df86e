#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>

#include "bench/load/run.h"

namespace {

using namespace gate::load;

constexpr int kOk = 0;
constexpr int kFailed = 1;
constexpr int kUsage = 2;
constexpr int kSignInsFailed = 3;
constexpr const char* kFooter =
    "Exit codes: 0 every sign-in succeeded, 1 nothing could be measured, 2 wrong usage, 3 sign-ins "
    "failed.";

int complain(const std::string& message) {
  fmt::print(stderr, "error: {}\n", message);
  return kFailed;
}

struct Options {
  std::string file;
  std::string kind = "password+sms";
  std::string group = "Wealth Clients";
  std::size_t count = 64;
  std::string url;
  std::string outbox;
  std::size_t connections = 8;
  std::uint64_t sign_ins = 1000;
  unsigned seconds = 60;
  bool json = false;
};

int make_people(const Options& options) {
  const auto kind = parse_kind(options.kind);
  if (!kind) {
    return complain(kind.error().message);
  }
  std::ofstream out(options.file, std::ios::trunc);
  out << make_provisioning(*kind, options.count, options.group) << '\n';
  return out.flush() ? kOk : complain(options.file + " cannot be written");
}

int run(const Options& options) {
  const auto origin = parse_origin(options.url);
  if (!origin) {
    return complain(origin.error().message);
  }
  const auto people = read_people(options.file);
  if (!people) {
    return complain(people.error().message);
  }
  const auto outcome = run_load({*origin, options.outbox, options.connections, options.sign_ins,
                                 std::chrono::seconds(options.seconds)},
                                *people);
  if (!outcome) {
    return complain(outcome.error().message);
  }
  fmt::print("{}\n", options.json ? report_json(*outcome, options.connections)
                                  : report_text(*outcome, options.connections));
  return outcome->failed() == 0 && outcome->signed_in > 0 ? kOk : kSignInsFailed;
}

int dispatch(int argc, char** argv) {
  CLI::App app("gate_load: complete sign-ins against a running gated, codes from its outbox file",
               "gate_load");
  app.require_subcommand(1);
  app.footer(kFooter);
  Options options;
  CLI::App* people = app.add_subcommand("people", "Write a file for `gated provision`");
  people->add_option("FILE", options.file, "Where to")->required();
  people->add_option("--kind", options.kind, "code, password, code+sms or password+sms")
      ->capture_default_str();
  people->add_option("--count", options.count, "How many")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  people->add_option("--group", options.group, "Group that policies ask for a second factor")
      ->capture_default_str();
  CLI::App* sign_in =
      app.add_subcommand("run", "Sign the people of such a file in, again and again");
  sign_in->add_option("FILE", options.file, "What was provisioned")->required();
  sign_in->add_option("--url", options.url, "http://ADDRESS:PORT of the server")->required();
  sign_in->add_option("--outbox", options.outbox, "Its outbox file")->required();
  sign_in->add_option("--connections", options.connections, "Sign-ins at once")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  sign_in->add_option("--count", options.sign_ins, "End after so many sign-ins")
      ->capture_default_str();
  sign_in->add_option("--seconds", options.seconds, "End after so long")
      ->check(CLI::Range(1, 86'400))
      ->capture_default_str();
  sign_in->add_flag("--json", options.json, "One JSON object instead of a table");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& stop) {
    return app.exit(stop) == 0 ? kOk : kUsage;
  }
  return people->parsed() ? make_people(options) : run(options);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return dispatch(argc, argv);
  } catch (const std::exception& failure) {
    return complain(failure.what());
  }
}
