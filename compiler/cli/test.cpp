// gatec test: the `test` blocks of a policy set, on the interpreter and on native code.

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <gate/run_tests.hpp>

#include "compiler/cli/arguments.h"
#include "compiler/cli/console.h"
#include "compiler/cli/policy_source.h"
#include "compiler/graph/json_text.h"
#include "compiler/source/source_map.h"

namespace gate::cli {
namespace {

namespace json = boost::json;

/// "payments, row `1001 | false | [password]`".
std::string title_of(const CompiledTest& test) {
  return test.row.empty() ? test.name : fmt::format("{}, row `{}`", test.name, test.row);
}

class Test final : public Command {
 public:
  std::string_view name() const override { return "test"; }
  std::string_view summary() const override {
    return "run the test blocks of a set, on the interpreter and on native code";
  }
  std::string_view details() const override {
    return "A test fails when the decision is not the one expected, and also when interpreter and\n"
           "native code decide differently. The exit code is 1 when a test fails, and when none "
           "is\n"
           "left after --filter.\n"
           "\n"
           "Examples:\n"
           "  gatec test policies\n"
           "  gatec test policies --filter payments -v\n";
  }
  void declare(Arguments& arguments) override {
    source_.declare_path(arguments);
    source_.declare_today(arguments);
    arguments.option("--filter", filter_, "TEXT", "only tests whose name contains the text");
    arguments.flag("-v,--verbose", verbose_, "name the tests that pass, too");
    arguments.flag("--json", json_, "print one JSON document instead of text");
  }

  ExitCode run(Console& console) override {
    ExitCode failure = ExitCode::kOk;
    auto set = source_.compile(console, Backend::kNative, failure, NativeCode::kBeforeReturn);
    if (!set) {
      return failure;
    }
    const std::size_t written = set->tests.size();
    std::erase_if(set->tests, [this](const CompiledTest& test) {
      return test.name.find(filter_) == std::string::npos;
    });
    if (set->tests.empty()) {
      return nothing_to_run(console, written);
    }
    const TestReport report = run_tests(*set->policies, set->tests);
    if (json_) {
      console.out(graph::pretty_json(as_json(*set, report)));
    } else {
      print(console, *set, report);
    }
    return report.failed == 0 ? ExitCode::kOk : ExitCode::kFindings;
  }

 private:
  ExitCode nothing_to_run(Console& console, std::size_t written) const {
    if (written > 0) {
      console.error(fmt::format("none of the {} tests has `{}` in its name", written, filter_));
      return ExitCode::kFindings;
    }
    console.warning(fmt::format("{} has no test blocks", source_.path()));
    return ExitCode::kOk;
  }

  static std::string place_of(const CompileOutput& set, const CompiledTest& test) {
    compiler::SourceMap sources;
    for (const SourceFile& file : set.files) {
      sources.add(file.name, file.text);
    }
    return test.span.file < sources.size()
               ? fmt::format("{}:{}", sources.name(test.span.file),
                             sources.locate(test.span.file, test.span.begin).line)
               : std::string();
  }

  void print(Console& console, const CompileOutput& set, const TestReport& report) const {
    for (const TestResult& result : report.results) {
      const CompiledTest& test = set.tests[result.test];
      if (result.passed) {
        if (verbose_) {
          console.out(fmt::format("{}  {}\n", console.tone(Tone::kGood, "ok  "), title_of(test)));
        }
        continue;
      }
      console.out(fmt::format("{}  {}\n      {}\n", console.tone(Tone::kBad, "FAIL"),
                              title_of(test), console.tone(Tone::kDim, place_of(set, test))));
      console.out(fmt::format("      {}\n      {}\n",
                              console.tone(Tone::kBad, "- expected  " + result.expected),
                              console.tone(Tone::kGood, "+ actual    " + result.actual)));
      for (const std::string& difference : result.differences) {
        console.out(fmt::format("      {}\n", difference));
      }
    }
    console.out(fmt::format(
        "{}: {} passed, {} failed, {}\n",
        report.failed == 0 ? console.tone(Tone::kGood, "ok") : console.tone(Tone::kBad, "FAILED"),
        report.passed, report.failed,
        set.policies->tier() == Tier::kMachineCode ? "on interpreter and native code"
        : set.policies->tier() == Tier::kTables
            ? "on interpreter and tables: there is no native code"
            : "on the interpreter alone: there is no native code"));
  }

  static json::object as_json(const CompileOutput& set, const TestReport& report) {
    json::array results;
    for (const TestResult& result : report.results) {
      const CompiledTest& test = set.tests[result.test];
      json::array differences;
      for (const std::string& each : result.differences) {
        differences.emplace_back(each);
      }
      results.push_back(json::object{{"name", test.name},
                                     {"row", test.row},
                                     {"place", place_of(set, test)},
                                     {"passed", result.passed},
                                     {"expected", result.expected},
                                     {"actual", result.actual},
                                     {"differences", std::move(differences)}});
    }
    return {{"passed", report.passed},
            {"failed", report.failed},
            {"backend", gate::name(report.backend)},
            {"tests", std::move(results)}};
  }

  PolicySource source_;
  std::string filter_;
  bool verbose_ = false;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_test() {
  return std::make_unique<Test>();
}

}  // namespace gate::cli
