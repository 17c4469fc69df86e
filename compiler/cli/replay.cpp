// gatec replay: what a change of policies would have done to the sign-ins of a log.

#include "runtime/replay/replay.h"

#include "compiler/cli/app_groups.h"
#include "compiler/cli/arguments.h"
#include "compiler/cli/console.h"
#include "compiler/cli/policy_source.h"
#include "compiler/cli/replay_report.h"
#include "compiler/graph/json_text.h"

namespace gate::cli {
namespace {

class Replay final : public Command {
 public:
  std::string_view name() const override { return "replay"; }
  std::string_view summary() const override {
    return "decide the sign-ins of a log again and say what changes for whom";
  }
  std::string_view details() const override {
    return "Reads audit rows of gated (`gated audit`), sign-in logs of Entra and requests as JSON: "
           "a record\n"
           "a line, an array, or Graph's `value`. Without --against the set is held against what "
           "the log\n"
           "recorded. The exit code is 0 when nothing changes, 1 when something does or a record "
           "is malformed.\n"
           "\n"
           "Examples:\n"
           "  gatec replay signins.json --policies draft --against policies\n"
           "  gated audit -c gated.toml | gatec replay - --policies draft\n"
           "  zcat signins.jsonl.gz | gatec replay - --policies draft --against "
           "in-force.gateset --json\n";
  }
  void declare(Arguments& arguments) override {
    arguments.positionals("LOG", logs_, true, "a log file, or `-` for standard input",
                          Fit::paths());
    source_.declare_option(arguments, "--policies",
                           "the set to try: a folder, a .gate file or what `gatec build` wrote "
                           "(default: this folder)");
    arguments.option("--against", against_, "PATH",
                     "another set to compare with (default: what the log recorded)", Fit::paths());
    source_.declare_today(arguments);
    arguments.options("--app-group", app_groups_, "GROUP=APP",
                      "an app that belongs to office365 or admin_portals, beside those whose ids "
                      "are published; repeatable");
    arguments.flag("--strict", strict_, "stop at the first malformed record");
    arguments.flag("--json", json_, "print one JSON document instead of text");
  }

  ExitCode run(Console& console) override {
    ExitCode failure = ExitCode::kOk;
    const auto now = source_.load(source_.path(), console, failure);
    if (now == nullptr) {
      return failure;
    }
    std::shared_ptr<const PolicySet> old;
    if (!against_.empty()) {
      old = source_.load(against_, console, failure);
      if (old == nullptr) {
        return failure;
      }
    }
    auto suites = parse_app_groups(app_groups_);
    if (!suites) {
      console.error(suites.error().message);
      return ExitCode::kUsage;
    }
    replay::Comparer comparer(now, old);
    replay::ReplayOptions options;
    options.suites = *std::move(suites);
    options.logs = logs_;
    options.strict = strict_;
    options.progress = [&console](std::uint64_t done, std::uint64_t of) {
      console.progress("replaying, MiB", done >> 20U, of >> 20U);
    };
    const Result<replay::Tally> tally = replay::replay(comparer, options);
    if (!tally) {
      console.error(tally.error().message);
      return tally.error().code == ErrorCode::kCorrupt ? ExitCode::kFindings : ExitCode::kUsage;
    }
    if (tally->records == 0 && tally->malformed == 0) {
      console.error("there is no record in what was read", "`gatec help replay` says what is read");
      return ExitCode::kUsage;
    }
    const ReplayReport report{&*tally, &comparer, logs_, source_.path(), against_};
    console.out(json_ ? graph::pretty_json(replay_json(report))
                      : replay_text(report, console.color_out()));
    return something_changes(*tally) || tally->malformed != 0 ? ExitCode::kFindings : ExitCode::kOk;
  }

 private:
  PolicySource source_;
  std::vector<std::string> logs_;
  std::vector<std::string> app_groups_;
  std::string against_;
  bool strict_ = false;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_replay() {
  return std::make_unique<Replay>();
}

}  // namespace gate::cli
