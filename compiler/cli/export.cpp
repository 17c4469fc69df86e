// gatec export: a policy set as Microsoft Graph JSON.

#include "compiler/graph/export.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <filesystem>

#include "compiler/cli/arguments.h"
#include "compiler/cli/console.h"
#include "compiler/cli/count_text.h"
#include "compiler/cli/files.h"
#include "compiler/cli/policy_source.h"
#include "compiler/graph/graph_map.h"
#include "compiler/graph/json_text.h"
#include "compiler/graph/limits.h"
#include "compiler/graph/write_json.h"

namespace gate::cli {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

class Export final : public Command {
 public:
  std::string_view name() const override { return "export"; }
  std::string_view summary() const override {
    return "turn a policy set into Conditional Access policies (Graph JSON)";
  }
  std::string_view details() const override {
    return "Writes one document: `value` holds the named locations, the authentication strengths "
           "and the\n"
           "policies, keys in the order of Graph's documentation. A policy that says more than "
           "Graph can\n"
           "is refused with the clause underlined; --partial leaves it out. When the folder has a "
           "graph-map.json (import "
           "writes\n"
           "it), ids and dates are taken from there; otherwise ids follow from names.\n"
           "\n"
           "Examples:\n"
           "  gatec export graph policies > policies.json\n"
           "  gatec export graph policies -o policies.json\n";
  }
  void declare(Arguments& arguments) override {
    arguments.positional("FORMAT", format_, true, "what to write", Fit::one_of({"graph"}));
    source_.declare_path(arguments);
    source_.declare_today(arguments);
    arguments.option("-o,--output", output_, "FILE",
                     "where the JSON goes (default: standard output)", Fit::paths());
    arguments.flag("--partial", partial_, "leave out what Graph cannot say, and list it");
  }

  ExitCode run(Console& console) override {
    ExitCode failure = ExitCode::kOk;
    const auto set = source_.compile(console, Backend::kInterpreter, failure);
    if (!set) {
      return failure;
    }
    const auto map = graph_map();
    if (!map) {
      console.error(map.error().message);
      return ExitCode::kUsage;
    }
    const graph::ExportResult result = graph::export_graph(set->files, *map);
    print_findings(console, *set, result);
    if (!result.ok() && (!partial_ || result.fatal)) {
      console.error("nothing was exported",
                    result.fatal ? "Graph cannot say what is underlined above"
                                 : "Graph cannot say what is underlined above; --partial leaves "
                                   "such policies out");
      return ExitCode::kFindings;
    }
    const ExitCode written = put(console, graph::pretty_json(document(result.model)));
    if (written != ExitCode::kOk || result.left_out == 0) {
      return written;
    }
    console.err(fmt::format("{} exported, {} left out\n",
                            counted(result.model.policies.size(), "policy"),
                            counted(result.left_out, "object")));
    return ExitCode::kFindings;
  }

 private:
  /// A `let` that several policies use is wrong once.
  static std::vector<Diagnostic> each_once(const std::vector<Diagnostic>& diagnostics) {
    std::vector<Diagnostic> out;
    for (const Diagnostic& each : diagnostics) {
      const bool known = std::any_of(out.begin(), out.end(), [&](const Diagnostic& other) {
        return other.span == each.span && other.message == each.message;
      });
      if (!known) {
        out.push_back(each);
      }
    }
    return out;
  }

  static void print_findings(Console& console, const CompileOutput& set,
                             const graph::ExportResult& result) {
    if (result.diagnostics.empty()) {
      return;
    }
    CompileOutput found;
    found.files = set.files;
    found.diagnostics = each_once(result.diagnostics);
    std::string text = render_text(found, console.color_err());
    text.resize(text.rfind("\n\n") + 2);  // the renderer's last line speaks of loading
    console.err(text);
  }

  [[nodiscard]] Result<std::string> graph_map() const {
    const fs::path path = fs::path(source_.path()) / graph::kGraphMapFile;
    std::error_code failed;
    if (!fs::exists(path, failed)) {
      return std::string();
    }
    return read_input(path.string(), graph::kGraphFileBytesMax);
  }

  static json::object document(const graph::Model& model) {
    json::array all;
    for (const auto& location : model.locations) {
      all.push_back(graph::to_graph_json(location));
    }
    for (const auto& strength : model.strengths) {
      all.push_back(graph::to_graph_json(strength));
    }
    for (const auto& policy : model.policies) {
      all.push_back(graph::to_graph_json(policy));
    }
    return {{"value", std::move(all)}};
  }

  ExitCode put(Console& console, const std::string& text) const {
    if (output_.empty() || output_ == "-") {
      console.out(text);
      return ExitCode::kOk;
    }
    if (const auto written = replace_file(output_, text); !written) {
      console.error(written.error().message);
      return ExitCode::kInternal;
    }
    return ExitCode::kOk;
  }

  PolicySource source_;
  std::string format_;
  std::string output_;
  bool partial_ = false;
};

}  // namespace

std::unique_ptr<Command> make_export() {
  return std::make_unique<Export>();
}

}  // namespace gate::cli
