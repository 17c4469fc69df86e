// gatec import: Conditional Access policies from Microsoft Graph become .gate files.

#include "compiler/graph/import.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>

#include "compiler/cli/arguments.h"
#include "compiler/cli/command.h"
#include "compiler/cli/console.h"
#include "compiler/cli/count_text.h"
#include "compiler/cli/table.h"
#include "compiler/graph/roundtrip.h"

namespace gate::cli {
namespace {

namespace fs = std::filesystem;

struct Source {
  std::string name;
  std::vector<graph::GraphFile> files;
};

class Import final : public Command {
 public:
  std::string_view name() const override { return "import"; }
  std::string_view summary() const override {
    return "turn Conditional Access policies (Graph JSON) into .gate files";
  }
  std::string_view details() const override {
    return "Reads policies, named locations and authentication strengths as Microsoft Graph "
           "exports them.\n"
           "Nothing is dropped: what the language cannot say is an error with its JSON path, and "
           "then\n"
           "nothing is written, unless --partial leaves such objects out and lists them. The "
           "output\n"
           "folder must not exist yet, or be empty.\n"
           "\n"
           "With --check-roundtrip nothing is written: each source is imported, exported again "
           "and\n"
           "compared. The sources are the folders given; a folder without JSON files of its own "
           "stands\n"
           "for the folders in it.\n"
           "\n"
           "Examples:\n"
           "  gatec import graph exported-policies -o policies\n"
           "  gatec import graph ca001.json ca002.json locations.json -o policies --partial\n"
           "  gatec import graph exported-policies --check-roundtrip\n";
  }
  void declare(Arguments& arguments) override {
    arguments.positional("FORMAT", format_, true, "what to read", Fit::one_of({"graph"}));
    arguments.positionals("PATH", paths_, true, "folders with .json files, or single files",
                          Fit::paths());
    arguments.option("-o,--output", output_, "FOLDER", "where the .gate files go", Fit::paths());
    arguments.flag("--partial", partial_, "leave out what cannot be expressed, and list it");
    arguments.option("--profile", profile_, "PROFILE",
                     "the kind of tenant they are from (default: workforce)",
                     Fit::one_of({"workforce", "external_id"}));
    arguments.flag("--check-roundtrip", check_roundtrip_,
                   "import, export again and compare; write nothing");
  }

  ExitCode run(Console& console) override {
    if (check_roundtrip_) {
      return round_trips(console);
    }
    if (output_.empty()) {
      console.error("where should the .gate files go?", "name a folder with -o FOLDER");
      return ExitCode::kUsage;
    }
    const auto input = graph::load_graph_files({paths_.begin(), paths_.end()});
    if (!input) {
      console.error(input.error().message);
      return ExitCode::kUsage;
    }
    if (input->empty()) {
      console.error("there are no .json files in what was given");
      return ExitCode::kUsage;
    }
    const graph::ImportResult result = graph::import_graph(
        *input, {partial_, profile_ == "external_id" ? graph::TenantKind::kExternalId
                                                     : graph::TenantKind::kWorkforce});
    for (const graph::Finding& finding : result.findings) {
      console.err(to_text(finding) + "\n");
    }
    if (!result.ok()) {
      console.error("nothing was written",
                    "mend the objects named above, or leave them out with --partial");
      return ExitCode::kFindings;
    }
    if (const auto written = graph::write_files(output_, result.files); !written) {
      console.error(written.error().message);
      return written.error().code == ErrorCode::kConflict ? ExitCode::kUsage : ExitCode::kInternal;
    }
    for (const graph::OutputFile& file : result.files) {
      console.out(fmt::format("{}\n", (fs::path(output_) / file.name).generic_string()));
    }
    console.err(fmt::format(
        "{}, {} and {} from {}{}; next: gatec check {}\n", counted(result.policies, "policy"),
        counted(result.locations, "location"), counted(result.strengths, "strength"),
        counted(input->size(), "file"),
        result.left_out == 0 ? "" : fmt::format(", {} left out", result.left_out), output_));
    return result.left_out == 0 ? ExitCode::kOk : ExitCode::kFindings;
  }

 private:
  /// A folder without JSON files of its own stands for the folders in it.
  static std::vector<std::string> folders_of(const std::string& path) {
    std::error_code failed;
    if (!fs::is_directory(path, failed)) {
      return {path};
    }
    std::vector<std::string> inside;
    for (fs::directory_iterator it(path, failed), end; !failed && it != end; it.increment(failed)) {
      if (it->path().extension() == ".json") {
        return {path};
      }
      if (it->is_directory(failed)) {
        inside.push_back(it->path().generic_string());
      }
    }
    std::sort(inside.begin(), inside.end());
    return inside.empty() ? std::vector{path} : inside;
  }

  ExitCode round_trips(Console& console) {
    std::vector<std::string> sources;
    for (const std::string& path : paths_) {
      const auto inside = folders_of(path);
      sources.insert(sources.end(), inside.begin(), inside.end());
    }
    Table table(0);
    table.row({{"source", Tone::kBold},
               {"policies", Tone::kBold},
               {"locations", Tone::kBold},
               {"equal", Tone::kBold},
               {"", Tone::kPlain}});
    std::string problems;
    std::size_t policies = 0;
    std::size_t bad = 0;
    for (std::size_t i = 0; i < sources.size(); ++i) {
      console.progress("comparing source", i + 1, sources.size());
      const auto input = graph::load_graph_files({sources[i]});
      if (!input) {
        console.error(input.error().message);
        return ExitCode::kUsage;
      }
      const graph::RoundTrip trip = graph::check_round_trip(sources[i], *input);
      policies += trip.policies;
      bad += trip.ok() ? 0 : 1;
      table.row({{trip.source},
                 {fmt::format("{}", trip.policies)},
                 {fmt::format("{}", trip.locations)},
                 {fmt::format("{}", trip.equal)},
                 trip.ok() ? Table::Cell{"ok", Tone::kGood} : Table::Cell{"differs", Tone::kBad}});
      for (const std::string& problem : trip.problems) {
        problems += fmt::format("{}: {}\n", trip.source, problem);
      }
    }
    console.out(table.text(console.color_out()));
    console.err(problems);
    console.out(fmt::format("{}, {}: {}\n", counted(sources.size(), "source"),
                            counted(policies, "policy"),
                            bad == 0 ? "there and back again everything is equal"
                                     : fmt::format("{} of them differ", bad)));
    return bad == 0 ? ExitCode::kOk : ExitCode::kFindings;
  }

  std::string format_;
  std::vector<std::string> paths_;
  std::string output_;
  std::string profile_;
  bool partial_ = false;
  bool check_roundtrip_ = false;
};

}  // namespace

std::unique_ptr<Command> make_import() {
  return std::make_unique<Import>();
}

}  // namespace gate::cli
