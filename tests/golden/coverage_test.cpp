// A diagnostic that no golden file provokes may be broken without anyone noticing.

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "compiler/diagnostics/registry.h"
#include "tests/golden/golden_file.h"

namespace golden {
namespace {

using gate::compiler::Code;

/// Codes that no text of a golden file can provoke, and where they are tested instead.
const std::map<Code, std::string_view>& not_from_text() {
  static const std::map<Code, std::string_view> kReasons{
      {Code::kTooManyPolicies,
       "takes 100,001 policies; the bound is a field of Limits and tested with the compiler"},
      {Code::kTooManyFiles,
       "takes 4,097 files; the bound is a field of Limits and tested with compile_folder()"},
      {Code::kCannotRead, "takes a folder that is not there: tests/golden/cli"},
      {Code::kFolderTooLarge,
       "takes 262,145 entries; the bound is a field of Limits: driver/folder_test.cpp"},
      {Code::kTooManyImports,
       "takes 1,025 imports; the bound is a field of Limits: driver/folder_test.cpp"},
      {Code::kSetTooLarge,
       "takes 128 MiB of files; the bound is a field of Limits: driver/folder_test.cpp"},
      {Code::kInternalProgram, "only a fault of the compiler can cause it"},
      {Code::kWrongMachineCode, "only a fault of the compiler or of the machine can cause it"},
  };
  return kReasons;
}

/// The codes that stand as `[G0201]` in the expectations of the golden files.
std::set<std::string> provoked() {
  std::set<std::string> codes;
  for (const std::string_view kind : {"parse", "sema", "ir", "format", "cli"}) {
    for (const auto& path : files_of(kind)) {
      const GoldenFile file = split(path.filename().string(), read_file(path));
      for (const Section& section : file.sections) {
        const std::string_view body = section.body;
        for (std::size_t at = body.find("[G0"); !is_input(section) && at != std::string_view::npos;
             at = body.find("[G0", at + 1)) {
          codes.emplace(body.substr(at + 1, 5));
        }
      }
    }
  }
  return codes;
}

TEST(GoldenCoverage, EveryRegisteredDiagnosticIsProvokedByAGoldenFile) {
  const std::set<std::string> codes = provoked();
  for (const auto& info : gate::compiler::all_codes()) {
    const std::string code = gate::compiler::to_string(info.code);
    const bool listed = not_from_text().contains(info.code);
    EXPECT_TRUE(listed || codes.contains(code))
        << code << " (" << info.name << ") has no golden file in tests/golden/parse, sema or cli";
  }
}

TEST(GoldenCoverage, EveryCodeInAGoldenFileIsRegistered) {
  for (const std::string& code : provoked()) {
    EXPECT_TRUE(gate::compiler::parse_code(code).has_value()) << code;
  }
}

}  // namespace
}  // namespace golden
