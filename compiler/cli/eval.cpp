// gatec eval: what a policy set decides for one sign-in.

#include <fmt/format.h>

#include "compiler/cli/arguments.h"
#include "compiler/cli/console.h"
#include "compiler/cli/decision_json.h"
#include "compiler/cli/policy_source.h"
#include "compiler/cli/report.h"
#include "compiler/cli/sign_in_options.h"
#include "compiler/graph/json_text.h"

namespace gate::cli {
namespace {

class Eval final : public Command {
 public:
  std::string_view name() const override { return "eval"; }
  std::string_view summary() const override { return "decide one sign-in and say why"; }
  std::string_view details() const override {
    return "Prints the outcome, what is required, and the policies that apply. Facts that are "
           "left\n"
           "out are unknown, which is never the looser reading. The exit code is 0 whatever the\n"
           "outcome, and 1 when the request itself is refused (an address that is none, for "
           "example).\n"
           "\n"
           "Examples:\n"
           "  gatec eval policies --user amy --app Portal --sign-in-risk medium --completed "
           "password\n"
           "  gatec eval policies --user amy --context Payment --signal amount=1200\n"
           "  gatec eval policies --json-request sign-in.json --ip 203.0.113.7\n";
  }
  void declare(Arguments& arguments) override {
    source_.declare_path(arguments);
    source_.declare_today(arguments);
    arguments.flag("--json", json_, "print one JSON document instead of text");
    sign_in_.declare(arguments);
  }

  ExitCode run(Console& console) override {
    ExitCode failure = ExitCode::kOk;
    const auto set = source_.compile(console, Backend::kNative, failure);
    if (!set) {
      return failure;
    }
    const auto facts = sign_in_.facts(*set, console);
    if (!facts) {
      console.error(facts.error().message, "`gatec help eval` lists the facts");
      return ExitCode::kUsage;
    }
    const SignInView view(*facts);
    const Explanation explained =
        set->policies->explain(view.request(), ExplainScope::kAppliedInWords);
    console.out(json_ ? graph::pretty_json(decision_json(*set->policies, explained))
                      : decision_report(*set->policies, explained, console.color_out()));
    // Two executors: the tables or machine code, and the interpreter, which explains.
    const bool two = set->policies->backend() == Backend::kNative;
    if (two && set->policies->evaluate(view.request()) != explained.decision) {
      console.error(
          fmt::format("internal: {} and interpreter disagree about this sign-in",
                      set->policies->tier() == Tier::kTables ? "the tables" : "machine code"),
          "please report it with the policies and the request");
      return ExitCode::kInternal;
    }
    return explained.decision.reasons[0].code == ReasonCode::kRequestRejected ? ExitCode::kFindings
                                                                              : ExitCode::kOk;
  }

 private:
  PolicySource source_;
  SignInOptions sign_in_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_eval() {
  return std::make_unique<Eval>();
}

}  // namespace gate::cli
