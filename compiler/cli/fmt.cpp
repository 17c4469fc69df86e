// gatec fmt: the one canonical form of policy files.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "compiler/cli/arguments.h"
#include "compiler/cli/command.h"
#include "compiler/cli/console.h"
#include "compiler/cli/count_text.h"
#include "compiler/cli/diff.h"
#include "compiler/cli/files.h"
#include "compiler/driver/read_file.h"
#include "compiler/driver/walk.h"
#include "compiler/format/format.h"

namespace gate::cli {
namespace {

namespace fs = std::filesystem;

struct Formatted {
  fs::path path;
  std::string before;
  std::string after;
};

class Fmt final : public Command {
 public:
  std::string_view name() const override { return "fmt"; }
  std::string_view summary() const override { return "put .gate files into their canonical form"; }
  std::string_view details() const override {
    return "There is one form and no options about it; comments stay where they belong and the "
           "meaning\n"
           "never changes. When one file cannot be read as policy text, nothing at all is "
           "written.\n"
           "\n"
           "Examples:\n"
           "  gatec fmt policies               rewrite every .gate file below the folder\n"
           "  gatec fmt --check policies       print what would change; exit code 1 if anything "
           "would\n"
           "  gatec fmt - < one.gate           from standard input to standard output\n";
  }
  void declare(Arguments& arguments) override {
    arguments.positionals("PATH", paths_, false,
                          "folders, .gate files, or `-` for standard input (default: this folder)",
                          Fit::paths());
    arguments.flag("--check", check_, "write nothing, print the differences");
  }

  ExitCode run(Console& console) override {
    if (std::find(paths_.begin(), paths_.end(), "-") != paths_.end()) {
      if (paths_.size() > 1) {
        console.error("`-` stands alone");
        return ExitCode::kUsage;
      }
      return filter(console);
    }
    if (paths_.empty()) {
      paths_.emplace_back(".");
    }
    std::vector<fs::path> files;
    if (!collect(console, files)) {
      return ExitCode::kUsage;
    }
    std::vector<Formatted> changed;
    if (!format_all(console, files, changed)) {
      console.err(check_ ? "" : "nothing was written\n");
      return ExitCode::kFindings;
    }
    return check_ ? report(console, changed, files.size()) : write(console, changed, files.size());
  }

 private:
  bool collect(Console& console, std::vector<fs::path>& files) const {
    compiler::DiagnosticCollector problems;
    for (const std::string& path : paths_) {
      std::error_code failed;
      if (fs::is_directory(path, failed)) {
        const fs::path place = fs::canonical(path, failed);
        for (const auto& inside : compiler::gate_files_below(path, place, {}, problems)) {
          if (inside.place.empty()) {  // a file is replaced, which would cut a link to it
            files.push_back((path == "." ? fs::path() : fs::path(path)) / inside.path);
          }
        }
      } else if (fs::exists(path, failed)) {
        files.emplace_back(path);
      } else {
        console.error(fmt::format("{}: no such file or folder", path));
        return false;
      }
    }
    CompileOutput output;
    output.diagnostics = problems.take_sorted(compiler::Limits{}.errors_per_file_max);
    for (const Diagnostic& problem : output.diagnostics) {
      console.warning(problem.message);
    }
    // No link is followed here, so none has to lead anywhere.
    std::erase_if(output.diagnostics, [](const Diagnostic& d) { return d.code == "G0507"; });
    return !output.has_errors();
  }

  /// Empty after errors, which are printed.
  static std::optional<std::string> format_one(Console& console, const std::string& name,
                                               const std::string& text) {
    compiler::SourceMap sources;
    sources.add(name, text);
    compiler::DiagnosticCollector diagnostics;
    auto formatted = compiler::format_file(sources, 0, {}, diagnostics);
    if (!formatted) {
      CompileOutput output;
      output.files.push_back({name, text});
      output.diagnostics = diagnostics.take_sorted(compiler::Limits{}.errors_per_file_max);
      std::string findings = render_text(output, console.color_err());
      findings.resize(findings.rfind("\n\n") + 2);  // without "policy set not loaded"
      console.err(findings);
    }
    return formatted;
  }

  static bool format_all(Console& console, const std::vector<fs::path>& files,
                         std::vector<Formatted>& changed) {
    bool ok = true;
    for (std::size_t i = 0; i < files.size(); ++i) {
      console.progress("formatting file", i + 1, files.size());
      const std::string name = files[i].generic_string();
      auto read = compiler::read_file(files[i], compiler::Limits{}.file_bytes_max);
      if (!read) {
        console.error(fmt::format("{}: {}", name, read.error().message));
        ok = false;
        continue;
      }
      if (read->size > read->text.size()) {
        console.error(fmt::format("{}: more than the {} bytes that a policy file may have", name,
                                  compiler::Limits{}.file_bytes_max));
        ok = false;
        continue;
      }
      auto after = format_one(console, name, read->text);
      if (!after) {
        ok = false;
      } else if (*after != read->text) {
        changed.push_back({files[i], std::move(read->text), std::move(*after)});
      }
    }
    return ok;
  }

  static ExitCode report(Console& console, const std::vector<Formatted>& changed,
                         std::size_t files) {
    for (const Formatted& each : changed) {
      const std::string name = each.path.generic_string();
      console.out(painted(console, unified_diff(each.before, each.after, name, name + " (fmt)")));
    }
    if (changed.empty()) {
      console.err(fmt::format("{}: already in canonical form\n", counted(files, "file")));
      return ExitCode::kOk;
    }
    console.err(fmt::format("{} of {} would change; `gatec fmt` without --check writes them\n",
                            changed.size(), counted(files, "file")));
    return ExitCode::kFindings;
  }

  static std::string painted(const Console& console, const std::string& diff) {
    if (!console.color_out()) {
      return diff;
    }
    std::string out;
    for (std::string_view rest = diff; !rest.empty();) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      const std::string_view line = rest.substr(0, end);
      const Tone tone = line.starts_with("@@")                               ? Tone::kDim
                        : line.starts_with("---") || line.starts_with("+++") ? Tone::kBold
                        : line.starts_with('-')                              ? Tone::kBad
                        : line.starts_with('+')                              ? Tone::kGood
                                                                             : Tone::kPlain;
      out += console.tone(tone, line) + "\n";
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return out;
  }

  static ExitCode write(Console& console, const std::vector<Formatted>& changed,
                        std::size_t files) {
    for (const Formatted& each : changed) {
      if (const auto written = replace_file(each.path, each.after); !written) {
        console.error(written.error().message,
                      "the files named above are written, the rest is not");
        return ExitCode::kInternal;
      }
      console.out(fmt::format("{}\n", each.path.generic_string()));
    }
    console.err(changed.empty()
                    ? fmt::format("{}: already in canonical form\n", counted(files, "file"))
                    : fmt::format("{} of {} rewritten\n", changed.size(), counted(files, "file")));
    return ExitCode::kOk;
  }

  ExitCode filter(Console& console) const {
    const auto text = read_input("-", compiler::Limits{}.file_bytes_max);
    if (!text) {
      console.error(text.error().message);
      return ExitCode::kUsage;
    }
    const auto after = format_one(console, "<stdin>", *text);
    if (!after) {
      return ExitCode::kFindings;
    }
    if (check_) {
      console.out(painted(console, unified_diff(*text, *after, "<stdin>", "<stdin> (fmt)")));
      return *text == *after ? ExitCode::kOk : ExitCode::kFindings;
    }
    console.out(*after);
    return ExitCode::kOk;
  }

  std::vector<std::string> paths_;
  bool check_ = false;
};

}  // namespace

std::unique_ptr<Command> make_fmt() {
  return std::make_unique<Fmt>();
}

}  // namespace gate::cli
