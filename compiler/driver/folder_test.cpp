#include "compiler/driver/folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>

#include "compiler/driver/temporary_folder.h"

// Import of folders, import cycles, files that cannot be read.
namespace gate::compiler {
namespace {

namespace fs = std::filesystem;

struct Loaded {
  std::vector<std::string> names;  // relative to the temporary folder where they stand below it
  std::vector<SourceFile> files;
  std::vector<Diagnostic> diagnostics;
  [[nodiscard]] std::vector<std::string> codes() const {
    std::vector<std::string> out;
    for (const Diagnostic& d : diagnostics) {
      out.push_back(d.code);
    }
    return out;
  }
  [[nodiscard]] std::string_view under(const Diagnostic& d) const {
    return std::string_view(files.at(d.span.file).text)
        .substr(d.span.begin, d.span.end - d.span.begin);
  }
};

Loaded load(const TemporaryFolder& folder, const fs::path& root, const Limits& limits = {}) {
  DiagnosticCollector diagnostics;
  Loaded out;
  out.files = load_folder(folder.path() / root, limits, diagnostics).files;
  for (const SourceFile& file : out.files) {
    out.names.push_back(file.name.starts_with(folder.path().string() + "/")
                            ? file.name.substr(folder.path().string().size() + 1)
                            : file.name);
  }
  out.diagnostics = diagnostics.take_sorted(limits.errors_per_file_max);
  return out;
}

using Texts = std::vector<std::string>;

class CurrentFolder {
 public:
  explicit CurrentFolder(const fs::path& next) : before_(fs::current_path()) {
    fs::current_path(next);
  }
  CurrentFolder(const CurrentFolder&) = delete;
  CurrentFolder& operator=(const CurrentFolder&) = delete;
  ~CurrentFolder() { fs::current_path(before_); }

 private:
  fs::path before_;
};

TEST(Folder, FilesBelowItAreSortedByPathAndOthersAndHiddenOnesAreLeftOut) {
  const TemporaryFolder folder;
  for (const char* name : {"b.gate", "a/z.gate", "a.gate", "a/b/c.gate", ".hidden.gate",
                           ".git/x.gate", "README.md", "a/x.gate.orig"}) {
    folder.write(name, "# text\n");
  }
  const Loaded loaded = load(folder, "");
  EXPECT_EQ(loaded.names, (Texts{"a/b/c.gate", "a/z.gate", "a.gate", "b.gate"}));
  EXPECT_EQ(loaded.codes(), Texts{});
  EXPECT_EQ(loaded.files[0].text, "# text\n");
}

TEST(Folder, NamesAreAsTheUserWouldTypeThem) {
  const TemporaryFolder folder;
  folder.write("set/people.gate", "import \"../shared\"\n");
  folder.write("shared/places.gate", "");
  const CurrentFolder here(folder.path());
  const auto names = [](const fs::path& root) {
    DiagnosticCollector diagnostics;
    Texts out;
    const LoadedFolder loaded = load_folder(root, Limits{}, diagnostics);
    for (const SourceFile& file : loaded.files) {
      out.push_back(file.name);
    }
    EXPECT_FALSE(diagnostics.has_errors());
    return out;
  };
  EXPECT_EQ(names("set"), (Texts{"set/people.gate", "shared/places.gate"}));
  EXPECT_EQ(names("./set/"), (Texts{"set/people.gate", "shared/places.gate"}));
  EXPECT_EQ(names("set/people.gate"), (Texts{"set/people.gate", "shared/places.gate"}));
  const CurrentFolder inside(folder.path() / "set");
  EXPECT_EQ(names("."), (Texts{"people.gate", "../shared/places.gate"}));
}

TEST(Folder, ImportsAreFollowedTransitivelyAndRelativeToTheImportingFile) {
  const TemporaryFolder folder;
  folder.write("set/deep/a.gate", "import \"../../one\"\n");
  folder.write("one/b.gate", "# the first\nimport \"sub/../../two\"\n");
  folder.write("one/sub/keep.gate", "");
  folder.write("two/c.gate", "");
  const Loaded loaded = load(folder, "set");
  EXPECT_EQ(loaded.names,
            (Texts{"set/deep/a.gate", "one/b.gate", "one/sub/keep.gate", "two/c.gate"}));
  EXPECT_EQ(loaded.codes(), Texts{});
}

TEST(Folder, AFolderReachedTwiceIsLoadedOnce) {
  const TemporaryFolder folder;
  folder.write("set/a.gate", "import \"../shared\"\nimport \"inside\"\n");
  folder.write("set/b.gate", "import \"../set/../shared/\"\n");
  folder.write("set/inside/c.gate", "");
  folder.write("shared/s.gate", "");
  const Loaded loaded = load(folder, "set");
  EXPECT_EQ(loaded.names,
            (Texts{"set/a.gate", "set/b.gate", "set/inside/c.gate", "shared/s.gate"}));
  EXPECT_EQ(loaded.codes(), Texts{});
}

TEST(Folder, ImportsOfNothingAreReportedWhereTheyStand) {
  const TemporaryFolder folder;
  folder.write("set/a.gate",
               "import \"../missing\"\nimport \"../empty\"\nimport \"b.gate\"\n"
               "# import \"../comment\"\npolicy \"import\" { }\n");
  folder.write("set/b.gate", "");
  fs::create_directories(folder.path() / "empty");
  const Loaded loaded = load(folder, "set");
  ASSERT_EQ(loaded.codes(), (Texts{"G0501", "G0505", "G0501"}));
  EXPECT_EQ(loaded.under(loaded.diagnostics[0]), "\"../missing\"");
  EXPECT_EQ(loaded.diagnostics[0].message, "cannot read `../missing`: no such folder");
  EXPECT_EQ(loaded.under(loaded.diagnostics[1]), "\"../empty\"");
  EXPECT_EQ(loaded.under(loaded.diagnostics[2]), "\"b.gate\"");
}

TEST(Folder, AnImportCycleIsOneDiagnosticThatShowsTheWholeCircle) {
  const TemporaryFolder folder;
  folder.write("a/a.gate", "import \"../b\"\n");
  folder.write("b/b.gate", "import \"../c\"\n");
  folder.write("c/c.gate", "import \"../a\"\n");
  const CurrentFolder here(folder.path());
  DiagnosticCollector diagnostics;
  const auto files = load_folder("a", Limits{}, diagnostics).files;
  const auto found = diagnostics.take_sorted(20);
  EXPECT_EQ(files.size(), 3U);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].code, "G0506");
  EXPECT_EQ(found[0].message, "import cycle: `a` imports `b` imports `c` imports `a`");
  EXPECT_EQ(files[found[0].span.file].name, "c/c.gate");
  ASSERT_EQ(found[0].notes.size(), 2U);
  EXPECT_EQ(files[found[0].notes[0].span->file].name, "a/a.gate");
  EXPECT_EQ(files[found[0].notes[1].span->file].name, "b/b.gate");
}

TEST(Folder, ACircleInsideTheFolderAndAnImportOfTheOwnFolderAreCyclesToo) {
  const TemporaryFolder inner;
  inner.write("a/a.gate", "import \"../b\"\n");
  inner.write("b/b.gate", "import \"../a\"\n");
  EXPECT_EQ(load(inner, "").codes(), Texts{"G0506"});
  const TemporaryFolder own;
  own.write("set/a.gate", "import \".\"\n");
  EXPECT_EQ(load(own, "set").codes(), Texts{"G0506"});
  const TemporaryFolder around;
  around.write("set/below/a.gate", "import \"..\"\n");
  EXPECT_EQ(load(around, "set").codes(), Texts{"G0506"});
}

TEST(Folder, S1_ALinkThatLeadsOutOfTheFolderOrNowhereIsAnError) {
  const TemporaryFolder folder;
  folder.write("other/x.gate", "");
  folder.write("set/a.gate", "");
  fs::create_directory_symlink("../other", folder.path() / "set/linked");
  fs::create_symlink("../other/x.gate", folder.path() / "set/y.gate");
  fs::create_symlink("nowhere", folder.path() / "set/moved");
  fs::create_symlink("round.gate", folder.path() / "set/round.gate");
  fs::create_directory_symlink("..", folder.path() / "set/up");
  const Loaded loaded = load(folder, "set");
  EXPECT_EQ(loaded.names, Texts{"set/a.gate"});
  EXPECT_EQ(loaded.codes(), (Texts{"G0507", "G0507", "G0507", "G0507", "G0507"}));
  for (const Diagnostic& each : loaded.diagnostics) {
    EXPECT_EQ(each.severity, Severity::kError) << each.message;
  }
  // Beside the folder, and its name begins with the folder's.
  folder.write("set2/z.gate", "");
  fs::create_directories(folder.path() / "third");
  fs::create_symlink("../set2/z.gate", folder.path() / "third/z.gate");
  EXPECT_EQ(load(folder, "third").codes(), Texts{"G0507"});
}

TEST(Folder, S1_LinksInsideTheFolderAreFollowedAndEachFileIsReadOnce) {
  const TemporaryFolder folder;
  folder.write("set/a.gate", "");
  folder.write("set/b/b.gate", "");
  folder.write("set/notes.txt", "");
  fs::create_directory_symlink(".", folder.path() / "set/circle");
  fs::create_directory_symlink("b", folder.path() / "set/again");
  fs::create_symlink("b/b.gate", folder.path() / "set/c.gate");
  fs::create_symlink("notes.txt", folder.path() / "set/notes");
  const Loaded loaded = load(folder, "set");
  EXPECT_EQ(loaded.codes(), Texts{});
  EXPECT_EQ(loaded.names.size(), 2U);
  fs::create_directory_symlink("set", folder.path() / "named");  // the root itself was named
  EXPECT_EQ(load(folder, "named").files.size(), 2U);
  EXPECT_EQ(load(folder, "named").codes(), Texts{});
}

TEST(Folder, S1_AMountedConfigMapIsReadThroughItsLinks) {
  const TemporaryFolder folder;
  folder.write("set/..2026_11_30/a.gate", "one");
  folder.write("set/..2026_11_30/sub/b.gate", "two");
  fs::create_directory_symlink("..2026_11_30", folder.path() / "set/..data");
  fs::create_symlink("..data/a.gate", folder.path() / "set/a.gate");
  fs::create_directory_symlink("..data/sub", folder.path() / "set/sub");
  const Loaded loaded = load(folder, "set");
  EXPECT_EQ(loaded.codes(), Texts{});
  EXPECT_EQ(loaded.names, (Texts{"set/a.gate", "set/sub/b.gate"}));
  fs::remove(folder.path() / "set/..data");
  EXPECT_EQ(load(folder, "set").codes(), (Texts{"G0507", "G0507"}));
}

TEST(Folder, WhatCannotBeReadIsReportedAndTheRestIsLoaded) {
  const TemporaryFolder folder;
  folder.write("set/a.gate", "");
  ASSERT_EQ(::mkfifo((folder.path() / "set/pipe.gate").c_str(), 0600), 0);
  const Loaded loaded = load(folder, "set");  // must not wait for a writer
  EXPECT_EQ(loaded.names, Texts{"set/a.gate"});
  ASSERT_EQ(loaded.codes(), Texts{"G0501"});
  EXPECT_TRUE(loaded.diagnostics[0].message.ends_with("not a regular file"));
  EXPECT_EQ(load(folder, "missing").codes(), Texts{"G0501"});
  folder.write("notes.txt", "");
  EXPECT_EQ(load(folder, "notes.txt").codes(), Texts{"G0501"});
  if (::geteuid() != 0) {
    folder.write("set/secret.gate", "");
    fs::permissions(folder.path() / "set/secret.gate", fs::perms::none);
    EXPECT_EQ(load(folder, "set").codes(), (Texts{"G0501", "G0501"}));
  }
}

TEST(Folder, AFileOfFiftyMegabytesIsRefusedWithoutReadingIt) {
  const TemporaryFolder folder;
  folder.write("set/a.gate", "");
  const fs::path large = folder.write("set/large.gate", "");
  fs::resize_file(large, 50'000'000);
  const Loaded loaded = load(folder, "set");
  ASSERT_EQ(loaded.codes(), Texts{"G0001"});
  EXPECT_EQ(loaded.names, (Texts{"set/a.gate", "set/large.gate"}));
  EXPECT_EQ(loaded.diagnostics[0].message,
            "the file has 50000000 bytes, more than the 1048576 allowed");
  EXPECT_EQ(loaded.diagnostics[0].span.file, 1U);
  EXPECT_TRUE(loaded.files[1].text.empty());
}

TEST(Folder, EachLimitHoldsAtItsBoundAndNotOnePast) {
  const TemporaryFolder folder;
  folder.write("set/a.gate", "import \"../b\"\n");
  folder.write("set/c.gate", "import \"../d\"\n");
  folder.write("b/b.gate", "");
  folder.write("d/d.gate", "");
  const auto codes = [&](std::size_t Limits::* limit, std::size_t value) {
    Limits limits;
    limits.*limit = value;
    return load(folder, "set", limits).codes();
  };
  EXPECT_EQ(codes(&Limits::files_max, 4), Texts{});
  EXPECT_EQ(codes(&Limits::files_max, 3), Texts{"G0010"});
  EXPECT_EQ(codes(&Limits::file_bytes_max, 14), Texts{});
  EXPECT_EQ(codes(&Limits::file_bytes_max, 13), (Texts{"G0001", "G0001"}));
  EXPECT_EQ(codes(&Limits::set_bytes_max, 28), Texts{});
  EXPECT_EQ(codes(&Limits::set_bytes_max, 27), Texts{"G0510"});
  EXPECT_EQ(codes(&Limits::imports_max, 2), Texts{});
  EXPECT_EQ(codes(&Limits::imports_max, 1), Texts{"G0509"});
  EXPECT_EQ(codes(&Limits::folder_entries_max, 2), Texts{});
  const Texts cut = codes(&Limits::folder_entries_max, 1);
  EXPECT_EQ(std::count(cut.begin(), cut.end(), "G0508"), 1);
}

}  // namespace
}  // namespace gate::compiler
