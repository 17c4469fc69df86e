// gatec check: every mistake in one or several policy sets.

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "compiler/cli/arguments.h"
#include "compiler/cli/console.h"
#include "compiler/cli/count_text.h"
#include "compiler/cli/policy_source.h"
#include "compiler/graph/json_text.h"

namespace gate::cli {
namespace {

namespace json = boost::json;

std::size_t count_of(const CompileOutput& output, Severity severity) {
  return static_cast<std::size_t>(
      std::count_if(output.diagnostics.begin(), output.diagnostics.end(),
                    [severity](const Diagnostic& d) { return d.severity == severity; }));
}

/// "21 policies and 34 tests in 12 files".
std::string contents(const CompileOutput& output) {
  return fmt::format("{} and {} in {}", counted(output.policies->policy_count(), "policy"),
                     counted(output.tests.size(), "test"), counted(output.files.size(), "file"));
}

class Check final : public Command {
 public:
  std::string_view name() const override { return "check"; }
  std::string_view summary() const override {
    return "compile policy sets and print every mistake";
  }
  std::string_view details() const override {
    return "Each PATH is a policy set of its own. Nothing is written. The exit code is 1 when a "
           "set has\n"
           "an error, with --strict also when it has a warning.\n"
           "\n"
           "Examples:\n"
           "  gatec check policies\n"
           "  gatec check policies --lints\n"
           "  gatec check policies --today 2027-01-01     which exclusions will have run out by "
           "then\n"
           "  gatec check policies --json                 for editors and build servers\n"
           "\n"
           "`gatec help G0402` explains a diagnostic.\n";
  }
  void declare(Arguments& arguments) override {
    arguments.positionals("PATH", paths_, false,
                          "folders of policy sets, or .gate files (default: this folder)",
                          Fit::paths());
    source_.declare_today(arguments);
    arguments.option("--profile", profile_, "PROFILE",
                     "the kind of tenant to hold the set against (default: as it declares)",
                     Fit::one_of({"workforce", "external_id"}));
    arguments.flag("--strict", strict_, "count warnings as errors");
    arguments.flag("--lints", lints_,
                   "also look for what is correct and hardly meant (G0430 and up)");
    arguments.flag("--allow-empty", allow_empty_,
                   "take a set without policies: declarations that others import");
    arguments.flag("--no-notes", no_notes_, "leave out notes: errors and warnings only");
    arguments.flag("--json", json_, "print one JSON document instead of text");
  }

  ExitCode run(Console& console) override {
    const Result<Date> today = source_.today();
    if (!today) {
      console.error(today.error().message);
      return ExitCode::kUsage;
    }
    if (paths_.empty()) {
      paths_.emplace_back(".");
    }
    json::array sets;
    bool clean = true;
    for (std::size_t i = 0; i < paths_.size(); ++i) {
      console.progress("checking set", i + 1, paths_.size());
      CompileOptions options;
      options.backend = Backend::kInterpreter;  // finds every mistake; no code is needed
      options.today = *today;
      options.lints = lints_;
      options.allow_empty = allow_empty_;
      options.profile = profile_;
      CompileOutput output = compile_folder(paths_[i], options);
      if (no_notes_) {
        std::erase_if(output.diagnostics,
                      [](const Diagnostic& d) { return d.severity == Severity::kNote; });
      }
      clean = is_clean(output) && clean;
      if (json_) {
        sets.push_back(as_json(paths_[i], output));
      } else {
        print(console, paths_[i], output);
      }
    }
    if (json_) {
      console.out(graph::pretty_json(json::object{{"sets", std::move(sets)}, {"ok", clean}}));
    }
    return clean ? ExitCode::kOk : ExitCode::kFindings;
  }

 private:
  [[nodiscard]] bool is_clean(const CompileOutput& output) const {
    return output.policies != nullptr && !output.has_errors() &&
           (!strict_ || count_of(output, Severity::kWarning) == 0);
  }

  static json::object as_json(const std::string& path, const CompileOutput& output) {
    json::object set{{"path", path}, {"diagnostics", json::parse(render_json(output))}};
    if (output.policies != nullptr) {
      set["policies"] = output.policies->policy_count();
      set["tests"] = output.tests.size();
      set["digest"] = output.policies->digest();
    }
    return set;
  }

  void print(Console& console, const std::string& path, const CompileOutput& output) const {
    // The renderer's own last line speaks of loading; here the summary below takes its place.
    std::string findings = render_text(output, console.color_out());
    const std::size_t last = findings.rfind("\n\n");
    findings.resize(last == std::string::npos ? 0 : last + 2);
    console.out(findings);
    console.out(summary_line(console, path, output));
  }

  [[nodiscard]] std::string summary_line(const Console& console, const std::string& path,
                                         const CompileOutput& output) const {
    std::string found;
    for (const Severity severity : {Severity::kError, Severity::kWarning, Severity::kNote}) {
      if (const std::size_t count = count_of(output, severity); count > 0) {
        found += (found.empty() ? "" : ", ") + counted(count, gate::name(severity));
      }
    }
    const bool clean = is_clean(output);
    const std::string verdict =
        clean ? console.tone(Tone::kGood, "ok") : console.tone(Tone::kBad, "failed");
    if (output.policies == nullptr) {
      return fmt::format("{}: {}: {}\n", path, verdict, found);
    }
    return fmt::format("{}: {}: {}{}\n", path, verdict, contents(output),
                       found.empty() ? "" : ", " + found);
  }

  PolicySource source_;
  std::vector<std::string> paths_;
  std::string profile_;
  bool strict_ = false;
  bool lints_ = false;
  bool allow_empty_ = false;
  bool no_notes_ = false;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_check() {
  return std::make_unique<Check>();
}

}  // namespace gate::cli
