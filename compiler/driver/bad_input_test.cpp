#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <ctime>
#include <gate/compile.hpp>

#include "compiler/driver/temporary_folder.h"
#include "tests/sanitized.h"

// Bad input: each gives a precise diagnostic, in bounded time and memory, through the whole
// compiler. Times are held against generous bounds: they tell linear from quadratic, not fast from
// slow.
namespace gate::compiler {
namespace {

using Texts = std::vector<std::string>;

struct Compiled {
  CompileOutput output;
  Texts errors;
  double seconds = 0;  // of processor time: other programs may be running
};

Compiled compiled(CompileOutput output, std::clock_t begin) {
  Compiled out;
  out.seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  out.output = std::move(output);
  for (const Diagnostic& d : out.output.diagnostics) {
    if (d.severity == Severity::kError) {
      out.errors.push_back(d.code);
    }
  }
  EXPECT_EQ(out.output.policies == nullptr, !out.errors.empty());
  return out;
}

Compiled compile_text(std::vector<SourceFile> files) {
  const auto begin = std::clock();
  CompileOptions options;
  options.backend = Backend::kInterpreter;
  return compiled(compile(std::move(files), options), begin);
}

std::string policy(const std::string& name, const std::string& rest) {
  return "policy \"" + name + "\" {\n  users include all\n  target include all apps\n" + rest +
         "  grant block\n}\n";
}

std::string repeated(std::string_view piece, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) {
    out += piece;
  }
  return out;
}

long peak_kib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

TEST(BadInput, AFileOfFiftyMegabytesIsRefusedFromMemoryAndFromDisk) {
  // NOLINTNEXTLINE(bugprone-string-constructor): it is meant to be large
  const Compiled memory = compile_text({{"big.gate", std::string(50'000'000, ' ')}});
  EXPECT_EQ(memory.errors, Texts{"G0001"});
  const TemporaryFolder folder;
  std::filesystem::resize_file(folder.write("big.gate", ""), 50'000'000);
  folder.write("small.gate", policy("P", ""));
  const long before = peak_kib();
  const auto begin = std::clock();
  const Compiled disk = compiled(compile_folder(folder.path()), begin);
  EXPECT_EQ(disk.errors, Texts{"G0001"});
  EXPECT_LT(peak_kib() - before, 20'000) << "it must not even be read";
  EXPECT_LT(disk.seconds, 2.0);
}

TEST(BadInput, TenThousandNestedParenthesesBracketsNotsAndBraces) {
  for (const auto& [open, close] : std::initializer_list<std::pair<const char*, const char*>>{
           {"(", ")"}, {"not ", ""}, {"sign_in_risk in [", "]"}, {"{", "}"}}) {
    const Compiled c = compile_text(
        {{"deep.gate", policy("P", "  when " + repeated(open, 10'000) + "device.compliant" +
                                       repeated(close, 10'000) + "\n")},
         {"fine.gate", "users A = grup \"a\"\n"}});
    EXPECT_TRUE(std::ranges::find(c.errors, "G0005") != c.errors.end()) << open;
    EXPECT_TRUE(std::ranges::find(c.errors, "G0205") != c.errors.end())
        << "the other file is checked all the same";
    EXPECT_LT(c.seconds, 5.0) << open;
  }
}

TEST(BadInput, LettersOfTwoScriptsInOneNameAreRefused) {
  const Compiled c = compile_text({{"a.gate", "users Adm\xD1\x96ns = group \"a\"\n"}});
  ASSERT_EQ(c.errors, Texts{"G0004"});
  EXPECT_NE(c.output.diagnostics[0].message.find("Cyrillic"), std::string::npos);
}

TEST(BadInput, CharactersThatTurnTheReadingDirectionAreRefusedEverywhere) {
  for (const char* text : {"users A = user \"a\xE2\x80\xAE\"\n", "# \xE2\x81\xA6 hidden\n",
                           "users A\xE2\x80\x8F = user \"a\"\n"}) {
    const Compiled c = compile_text({{"a.gate", text}});
    ASSERT_EQ(c.errors, Texts{"G0003"}) << text;
    EXPECT_EQ(c.output.diagnostics[0].edits.size(), 1U) << "the edit takes the character out";
  }
}

TEST(BadInput, NamesDeclaredInTwoFilesShowBothPlaces) {
  const Compiled c = compile_text({{"a.gate", "users A = group \"a\"\n" + policy("P", "")},
                                   {"b.gate", "apps A = app \"a\"\n" + policy("P", "")}});
  ASSERT_EQ(c.errors, (Texts{"G0204", "G0204"}));
  for (const Diagnostic& d : c.output.diagnostics) {
    if (d.severity == Severity::kError) {
      EXPECT_EQ(c.output.files[d.span.file].name, "b.gate");
      ASSERT_EQ(d.notes.size(), 1U);
      EXPECT_EQ(c.output.files[d.notes[0].span->file].name, "a.gate");
    }
  }
}

TEST(BadInput, AnImportCycleIsRefusedAndAnImportInMemoryToo) {
  const TemporaryFolder folder;
  folder.write("a/a.gate", "import \"../b\"\n" + policy("A", ""));
  folder.write("b/b.gate", "import \"../a\"\n" + policy("B", ""));
  const auto begin = std::clock();
  EXPECT_EQ(compiled(compile_folder(folder.path() / "a"), begin).errors, Texts{"G0506"});
  EXPECT_EQ(compile_text({{"a.gate", "import \"../b\"\n"}}).errors, Texts{"G0504"});
}

TEST(BadInput, ImportsBringTheDeclarationsOfAnotherFolder) {
  const TemporaryFolder folder;
  folder.write("set/a.gate", "import \"../shared\"\n" + policy("A", "  when location in Office\n"));
  folder.write("shared/b.gate", "locations Office = ip \"203.0.113.0/24\"\n");
  const auto begin = std::clock();
  const Compiled c = compiled(compile_folder(folder.path() / "set"), begin);
  EXPECT_EQ(c.errors, Texts{}) << render_text(c.output, false);
  EXPECT_EQ(compiled(compile_folder(folder.path() / "shared/../set/a.gate"), begin).errors,
            Texts{});
}

TEST(BadInput, AMegabyteOfMistakesIsReportedInLinearTimeAndCutOff) {
  const std::size_t bytes = kThreadSanitized ? 100'000 : 1'000'000;
  for (const char* piece :
       {"policy ", "} ", "{ ", "( ", "\"", "\\ ", "\xC3\xA9 ", "policy \"x\" { when a == } ",
        "users A = B, ", "5d5 ", "import \"x\"\n", "test \"t\" (a -> b) { 5 -> allow }\n"}) {
    const std::string text = repeated(piece, bytes / std::string_view(piece).size());
    const Compiled c = compile_text({{"bad.gate", text}});
    ASSERT_FALSE(c.errors.empty()) << piece;
    EXPECT_LE(c.errors.size(), 20U) << piece;
    EXPECT_LT(c.seconds, 20.0) << piece;
    std::printf("%-40s %6.2f s, %zu errors\n", piece, c.seconds, c.errors.size());
  }
}

TEST(BadInput, S1_EmptyAndBlankInputIsRefusedUnlessAllowed) {
  for (std::vector<SourceFile> files :
       {std::vector<SourceFile>{}, {{"a.gate", ""}}, {{"a.gate", "\n \t\r\n# nothing\n"}}}) {
    const Compiled c = compile_text(std::move(files));
    EXPECT_EQ(c.errors, Texts{"G0502"});
    EXPECT_EQ(c.output.policies, nullptr);
    const CompileOutput allowed = compile(c.output.files, {.allow_empty = true});
    EXPECT_NE(allowed.policies, nullptr);
    EXPECT_EQ(allowed.diagnostics.size(), 0U);
  }
}

}  // namespace
}  // namespace gate::compiler
