// docs/gatec.md and the READMEs: every ```console block is run, and must print what the page says.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/golden/golden_file.h"
#include "tests/golden/shell.h"

namespace golden {
namespace {

constexpr std::string_view kFence = "```";

/// Cuts the first line off `rest`, its end included.
std::string_view next_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end);
  return line;
}

/// The page with the outputs of today. All blocks run in one folder, from top to bottom, so that a
/// block may use what an earlier one wrote.
Outcome produce_page(const GoldenFile& file) {
  const WorkFolder folder;
  const std::string page = join(file);
  std::string now;
  bool inside = false;
  for (std::string_view rest = page; !rest.empty();) {
    const std::string_view line = next_line(rest);
    if (!inside) {
      now += line;
      inside = line == "```console\n";
      continue;
    }
    if (line.starts_with(kFence)) {
      now += line;
      inside = false;
    } else if (line.starts_with("$ ")) {
      now += line;
      const auto result = folder.run(std::string(line.substr(2)), true);
      now += result.out;
      now += result.out.empty() || result.out.ends_with('\n') ? "" : "\n";
    }  // what stood below the command is what came out when the page was written
  }
  return {now, false};
}

TEST(GatecPage, PrintsWhatEachOfItsCommandsPrints) {
  check(std::filesystem::path(GATE_SOURCE_DIR) / "docs/gatec.md", produce_page);
}

TEST(Readme, ShowsAnAnswerThatGatecGives) {
  check(std::filesystem::path(GATE_SOURCE_DIR) / "README.md", produce_page);
}

TEST(RetailBankReadme, ShowsTheAnnouncedCasesAsTheyAreDecided) {
  check(std::filesystem::path(GATE_SOURCE_DIR) / "examples/retail-bank/README.md", produce_page);
}

/// The README of the example: its commands work as they are written.
TEST(RetailBankReadme, EveryCommandWorksAsItIsWritten) {
  const WorkFolder folder;
  const std::string page =
      read_file(std::filesystem::path(GATE_SOURCE_DIR) / "examples/retail-bank/README.md");
  std::size_t commands = 0;
  for (std::string_view rest = page; !rest.empty();) {
    const std::string_view line = next_line(rest);
    if (line.starts_with("gatec ")) {
      ++commands;
      const auto result = folder.run(std::string(line), true);
      EXPECT_EQ(0, result.exit_code) << line << result.out;
      EXPECT_FALSE(result.out.empty()) << line;
    }
  }
  EXPECT_GE(commands, 4U);
}

}  // namespace
}  // namespace golden
