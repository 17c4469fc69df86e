// gatec explain: every policy with every condition, hit or miss, for one sign-in.

#include "compiler/cli/arguments.h"
#include "compiler/cli/console.h"
#include "compiler/cli/decision_json.h"
#include "compiler/cli/policy_source.h"
#include "compiler/cli/report.h"
#include "compiler/cli/sign_in_options.h"
#include "compiler/graph/json_text.h"

namespace gate::cli {
namespace {

class Explain final : public Command {
 public:
  std::string_view name() const override { return "explain"; }
  std::string_view summary() const override {
    return "show every policy with every condition, hit or miss, for one sign-in";
  }
  std::string_view details() const override {
    return "Policies that apply come with what they ask for; those that do not, with the "
           "conditions that\n"
           "keep them away. A condition is `yes`, `no` or `unknown`; unknown counts as yes.\n"
           "\n"
           "Examples:\n"
           "  gatec explain policies --user amy --app Portal\n"
           "  gatec explain policies --user amy --app Portal --policy \"CA001 Admins need a "
           "passkey\"\n";
  }
  void declare(Arguments& arguments) override {
    source_.declare_path(arguments);
    source_.declare_today(arguments);
    arguments.options("--policy", policies_, "TEXT", "only policies whose name contains the text");
    arguments.flag("--applied", applied_, "only policies that apply");
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
      console.error(facts.error().message, "`gatec help explain` lists the facts");
      return ExitCode::kUsage;
    }
    const SignInView view(*facts);
    Explanation explained = set->policies->explain(view.request(), ExplainScope::kEvery);
    std::erase_if(explained.policies, [&](const PolicyTrace& trace) {
      return (applied_ && !trace.applies) || !is_wanted(set->policies->policy(trace.policy).name);
    });
    if (!policies_.empty() && explained.policies.empty()) {
      console.error("no policy has a name like that",
                    "`gatec explain` without --policy shows them all");
      return ExitCode::kUsage;
    }
    console.out(json_ ? graph::pretty_json(explanation_json(*set->policies, explained))
                      : explanation_report(*set->policies, explained, console.color_out()));
    return ExitCode::kOk;
  }

 private:
  [[nodiscard]] bool is_wanted(std::string_view name) const {
    for (const std::string& part : policies_) {
      if (name.find(part) != std::string_view::npos) {
        return true;
      }
    }
    return policies_.empty();
  }

  PolicySource source_;
  SignInOptions sign_in_;
  std::vector<std::string> policies_;
  bool applied_ = false;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_explain() {
  return std::make_unique<Explain>();
}

}  // namespace gate::cli
