#pragma once

#include <filesystem>
#include <gate/compile.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/source/limits.h"

/// A golden test: one text file that holds the input and what must come of it. README.md beside
/// this file says how it is written.
namespace golden {

/// What stands between two lines that start with `--- `.
struct Section {
  std::string heading;  ///< without `--- `; empty for what stands before the first of them
  std::string body;     ///< whole lines
};

/// What the line `# GOLDEN: …` at the top asks for.
struct Options {
  std::optional<gate::Date> today;        ///< `today=2026-11-25`
  gate::compiler::Limits limits;          ///< `tokens_max=8`; parse only
  bool lints = false;                     ///< `lints`: also look for what is hardly meant
  std::optional<gate::FactSupply> facts;  ///< `supplies=ip,user accepts=country`; sema only
  bool escapes = false;  ///< `escapes`: `<<FF>>` is a byte, `<<U+202E>>` a character, both ways
};

struct GoldenFile {
  std::string name;  ///< of the first file of the set, as diagnostics show it: "mixed_and_or.gate"
  std::vector<Section> sections;
  Options options;
};

/// What a golden file says today, and whether its input is refused.
struct Outcome {
  std::string text;
  bool failed = false;
};

/// Splits a golden file. Throws std::runtime_error for an option that is not known.
[[nodiscard]] GoldenFile split(std::string name, std::string_view text);
/// Puts the sections together again: split() undone.
[[nodiscard]] std::string join(const GoldenFile& file);

/// The policy files of the input: the text before the first section, then each `--- file: NAME`.
[[nodiscard]] std::vector<gate::SourceFile> inputs(const GoldenFile& file);
[[nodiscard]] bool is_input(const Section& section);
/// The rest of the heading behind `prefix` ("case: "), or nothing.
[[nodiscard]] std::optional<std::string_view> heading_after(const Section& section,
                                                            std::string_view prefix);
/// Output as it is written into the file: with `escapes`, what is not ASCII is spelt out.
[[nodiscard]] std::string encode(std::string text, const Options& options);

/// Every golden file of a kind ("parse"), sorted; paths below tests/golden.
[[nodiscard]] std::vector<std::filesystem::path> files_of(std::string_view kind);
[[nodiscard]] std::string read_file(const std::filesystem::path& path);

/// How a kind of golden test makes the expectations from the input.
using Produce = Outcome (*)(const GoldenFile& file);

/// Runs one golden file: what `produce` makes must be what the file says, and it must be refused
/// exactly when its name starts with `fail_`. With GATE_UPDATE=1 in the environment the file is
/// rewritten instead of compared.
void check(const std::filesystem::path& path, Produce produce);

/// Makes each file of a kind a test of its own, named after the file: `GoldenParse.mixed_scripts`.
/// To be called before the tests run: `const bool kRegistered = register_kind(…);`
bool register_kind(const char* suite, std::string_view kind, Produce produce);

/// The name of a test for a file: letters, digits and underscores of its stem.
[[nodiscard]] std::string test_name(const std::filesystem::path& path);

}  // namespace golden
