#pragma once

#include <cstdint>
#include <filesystem>
#include <gate/policy_file.hpp>
#include <gate/policy_set.hpp>
#include <gate/result.hpp>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gate {

/// One `.gate` file. `name` appears in diagnostics as given.
struct SourceFile {
  std::string name;
  std::string text;
};

enum class Severity : std::uint8_t { kError, kWarning, kNote };
[[nodiscard]] std::string_view name(Severity value) noexcept;

/// A half-open range of bytes in `files[file]` of the compilation.
struct SourceSpan {
  std::uint32_t file = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  friend constexpr bool operator==(const SourceSpan&, const SourceSpan&) = default;
};

/// Something to tell the author: one root cause, the narrowest span, and where possible the edit
/// that mends it.
struct Diagnostic {
  struct Note {
    std::optional<SourceSpan> span;
    std::string text;
  };
  struct Edit {
    SourceSpan span;
    std::string replacement;
  };
  std::string code;  ///< "G0201"; its page is printed by `gatec help G0201`
  Severity severity = Severity::kError;
  std::string message;  ///< lower-case sentence without a full stop
  SourceSpan span;
  std::string label;  ///< beside the underline
  std::vector<Note> notes;
  std::string help;  ///< "did you mean `sign_in_risk`?"
  std::vector<Edit> edits;
};

/// A calendar day, for `until` (policies never read a clock).
struct Date {
  std::int32_t year = 1970;
  std::uint8_t month = 1;
  std::uint8_t day = 1;
  friend constexpr auto operator<=>(const Date&, const Date&) = default;
};

/// What a long-lived caller (a server that reloads, an editor) keeps from one compilation of a set
/// to the next, so that files and declarations that did not change are not parsed again. The result
/// is the same with and without it. Owned by the caller; one compilation at a time. Holds texts up
/// to 16 MiB and their trees, some fifteen times as large.
class CompileCache {
 public:
  CompileCache();
  ~CompileCache();
  CompileCache(const CompileCache&) = delete;
  CompileCache& operator=(const CompileCache&) = delete;

  /// Of the last compilation.
  struct Statistics {
    std::size_t files_parsed = 0;         ///< new or changed files
    std::size_t files_reused = 0;         ///< files that are the same byte for byte
    std::size_t declarations_reused = 0;  ///< what did not change in changed files
  };
  [[nodiscard]] Statistics statistics() const noexcept;

  struct Impl;
  [[nodiscard]] Impl& impl() noexcept { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

struct CompileOptions {
  Backend backend = Backend::kNative;
  /// The day that `until` is held against; without it no expiry is reported.
  std::optional<Date> today{};
  /// Resolve `test` blocks into CompileOutput::tests.
  bool keep_test_blocks = true;
  /// Borrowed for the call; null: everything is parsed.
  CompileCache* cache = nullptr;
  /// The kind of tenant to hold the set against, `workforce` or `external_id`, in place of the
  /// `profile` that the set declares; empty: as declared.
  std::string profile{};
  /// Also look for what is correct and hardly meant (G0430 and up), when the set has no error.
  bool lints = false;
};

/// One row of a `test` block: a sign-in and what must come of it.
struct CompiledTest {
  struct Expectation {
    Outcome outcome = Outcome::kBlock;
    bool report_only = false;  ///< "expect report …": held against the report-only outcome
    /// Clause texts that must all be unmet; empty = not checked.
    std::vector<std::string> requires_any;
    bool reauthenticate = false;       ///< stale factors must be asked for again
    std::vector<std::string> because;  ///< policy names that must be among those that apply
  };
  std::string name;  ///< of the block
  std::string row;   ///< text of the row of a table test; empty for a plain test
  SourceSpan span;
  SignInFacts facts;
  Expectation expected;
};

struct CompileOutput {
  std::shared_ptr<const PolicySet> policies;  ///< null if any diagnostic is an error
  std::vector<Diagnostic> diagnostics;        ///< ordered by file and position, warnings included
  std::vector<CompiledTest> tests;
  std::vector<SourceFile> files;  ///< what the spans point into
  [[nodiscard]] bool has_errors() const noexcept;
};

/// Compiles a policy set. Never throws; cost is linear in the text plus some 10 ms of code
/// generation. Thread-safe; no state is shared between calls.
[[nodiscard]] CompileOutput compile(std::vector<SourceFile> files,
                                    const CompileOptions& options = {});

/// Reads every `.gate` file below `folder` (sorted by path, symbolic links not followed, imports
/// resolved) and compiles them. An unreadable folder or file is a diagnostic of the 5xx family.
[[nodiscard]] CompileOutput compile_folder(const std::filesystem::path& folder,
                                           const CompileOptions& options = {});

/// A policy set with its machine code as one file, `.gatec.so`, which load_policy_set() reads in a
/// process that has no compiler. The code runs on any machine of this architecture; it is linked by
/// the system's `ld`, which must be there. A set that has no use for code, or that was compiled for
/// the interpreter, gives a `.gateset`. Errors: kNotFound without `ld`, kUnavailable when it or the
/// folder for temporary files fails, kInternal when LLVM does, else as save_policy_set(). The same
/// set gives the same bytes. Thread-safe; some 30 ms.
[[nodiscard]] Result<std::string> build_native_policy_set(const PolicySet& set,
                                                          const SaveOptions& options = {});

/// For people: source line underlined, notes, help. `color` adds ANSI colours.
[[nodiscard]] std::string render_text(const CompileOutput& output, bool color);
/// For machines: a JSON array, one object per diagnostic, positions 1-based
/// (docs/diagnostics-json.md).
[[nodiscard]] std::string render_json(const CompileOutput& output);

}  // namespace gate
