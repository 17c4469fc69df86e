// gatec whatif: the answer of Microsoft Graph's What-If API for a policy set of ours.

#include "compiler/graph/whatif.h"

#include <fmt/format.h>

#include "compiler/cli/app_groups.h"
#include "compiler/cli/arguments.h"
#include "compiler/cli/console.h"
#include "compiler/cli/files.h"
#include "compiler/cli/policy_source.h"
#include "compiler/graph/fold.h"
#include "compiler/graph/json_document.h"
#include "compiler/graph/json_text.h"
#include "compiler/graph/limits.h"

namespace gate::cli {
namespace {

class WhatIf final : public Command {
 public:
  std::string_view name() const override { return "whatif"; }
  std::string_view summary() const override {
    return "answer a request of Graph's What-If API, and say more than it does";
  }
  std::string_view details() const override {
    return "REQUEST is the body of POST /identity/conditionalAccess/evaluate. The answer has the "
           "shape of\n"
           "Graph's: `value` holds each policy with `policyApplies` and `analysisReasons`. The "
           "member\n"
           "`gatehouse` adds the outcome, what is not met, every failing condition of each policy, "
           "and\n"
           "the nearest change that would let the sign-in pass.\n"
           "\n"
           "Example:\n"
           "  gatec whatif policies request.json\n";
  }
  void declare(Arguments& arguments) override {
    source_.declare_path(arguments);
    arguments.positional("REQUEST", request_, true, "a What-If request, `-` for standard input",
                         Fit::paths());
    source_.declare_today(arguments);
    arguments.options("--app-group", app_groups_, "GROUP=APP",
                      "an app that belongs to office365 or admin_portals, beside those whose ids "
                      "are published; repeatable");
  }

  ExitCode run(Console& console) override {
    const auto bytes = read_input(request_, graph::kGraphFileBytesMax);
    if (!bytes) {
      console.error(bytes.error().message);
      return ExitCode::kUsage;
    }
    const auto suites = parse_app_groups(app_groups_);
    if (!suites) {
      console.error(suites.error().message);
      return ExitCode::kUsage;
    }
    graph::AppGroups groups;
    for (const auto& [app, group] : *suites) {
      groups[group].push_back(app);
      groups[group].push_back(graph::fold_case(app));  // GUIDs of a request come so
    }
    const auto sign_in = read(*bytes, groups);
    if (!sign_in) {
      console.error(fmt::format("{}: {}", request_ == "-" ? "standard input" : request_,
                                sign_in.error().message),
                    "the request is the body of Graph's conditionalAccess/evaluate");
      return ExitCode::kUsage;
    }
    ExitCode failure = ExitCode::kOk;
    const auto set = source_.compile(console, Backend::kNative, failure);
    if (!set) {
      return failure;
    }
    console.out(graph::pretty_json(graph::what_if(*set->policies, *sign_in)));
    return ExitCode::kOk;
  }

 private:
  static Result<graph::WhatIfSignIn> read(const std::string& bytes,
                                          const graph::AppGroups& groups) {
    GATE_TRY(const auto text, graph::decode_text(bytes));
    GATE_TRY(const auto body, graph::parse_document(text));
    return graph::read_what_if(body, groups);
  }

  PolicySource source_;
  std::string request_;
  std::vector<std::string> app_groups_;
};

}  // namespace

std::unique_ptr<Command> make_whatif() {
  return std::make_unique<WhatIf>();
}

}  // namespace gate::cli
