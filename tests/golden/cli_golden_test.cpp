// Golden files of tests/golden/cli: files, commands, and what they print.

#include <fmt/format.h>

#include <charconv>
#include <stdexcept>

#include "tests/golden/golden_file.h"
#include "tests/golden/shell.h"

namespace golden {
namespace {

/// Output lines that would start a section are held apart by a backslash; so is what starts with
/// one.
std::string as_body(const std::string& output) {
  std::string out;
  for (std::string_view rest = output; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
    const std::string_view line = rest.substr(0, end);
    out += line.starts_with("--- ") || line.starts_with('\\') ? "\\" : "";
    out += line;
    rest.remove_prefix(end);
  }
  if (!out.empty() && !out.ends_with('\n')) {
    out += "\n\\ no newline at the end\n";
  }
  return out;
}

Outcome produce_cli(const GoldenFile& file) {
  const WorkFolder folder;
  GoldenFile now{file.name, {}, file.options};
  int last = 0;
  for (const Section& section : file.sections) {
    if (const auto name = heading_after(section, "file: ")) {
      folder.write(std::string(*name), section.body);
      now.sections.push_back(section);
    } else if (const auto command = heading_after(section, "run: ")) {
      const auto result = folder.run(std::string(*command), false);
      now.sections.push_back({section.heading, as_body(result.out)});
      if (!result.err.empty()) {
        now.sections.push_back({"stderr", as_body(result.err)});
      }
      if (result.exit_code != 0) {
        now.sections.push_back({fmt::format("exit: {}", result.exit_code), {}});
      }
      last = result.exit_code;
    } else if (section.heading.empty()) {
      now.sections.push_back(section);
    } else if (section.heading != "stderr" && !section.heading.starts_with("exit: ")) {
      throw std::runtime_error("a cli test has no section `" + section.heading + "`");
    }
  }
  return {join(now), last != 0};
}

const bool kGoldenCli = register_kind("GoldenCli", "cli", produce_cli);

}  // namespace
}  // namespace golden
