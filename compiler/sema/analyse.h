#pragma once

#include <cstdint>
#include <gate/compile.hpp>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/sema/lowered_tables.h"
#include "compiler/sema/symbols.h"
#include "compiler/source/limits.h"
#include "compiler/source/source_map.h"
#include "runtime/ir/program.h"

namespace gate::compiler::sema {

/// Names, types and meaning of a set: first what is declared in all files, then its policies one by
/// one, so that no more than one tree of a policy need exist. Every mistake goes to `diagnostics`,
/// each once. `test` blocks are not looked at (test_blocks.h does). Time zones are read from the
/// system's tzdata; nothing else outside the arguments is touched. Everything given is borrowed.
/// Not thread-safe. Cost: linear in the text.
class SetAnalysis {
 public:
  /// `files`: all but the policies. `incomplete`: some file could not be read at all. With `tables`
  /// fragments can be made and used; null: they are not wanted.
  SetAnalysis(std::span<const ast::File> files, bool incomplete, const SourceMap& sources,
              const CompileOptions& options, const Limits& limits, LoweredTables* tables,
              DiagnosticCollector& diagnostics);
  ~SetAnalysis();
  SetAnalysis(const SetAnalysis&) = delete;
  SetAnalysis& operator=(const SetAnalysis&) = delete;

  /// The next policy in source order, which begins on line `line`. `reported`: of the diagnostics,
  /// how many there were before this policy was parsed. Gives its fragment when it may be used
  /// again.
  std::optional<std::string> add(ast::Declaration declaration, std::uint32_t line,
                                 std::size_t reported);
  /// True when a fragment from an earlier set with these tables (the same `stamp`) says what add()
  /// would find.
  [[nodiscard]] bool holds(std::string_view fragment);
  /// The same as add() for a policy with a fragment that holds. False when it cannot be read:
  /// nothing was done.
  [[nodiscard]] bool add_known(std::string_view fragment, Span place, std::uint32_t line);
  /// The limit on policies was passed: nothing more need be added.
  [[nodiscard]] bool full() const;

  /// After the last policy. Empty when anything (also the parser) reported an error.
  [[nodiscard]] std::optional<ir::Program> finish();

  /// With CompileOptions::lints: the text of every policy of the program, in its order, templates
  /// expanded. They live as long as this.
  [[nodiscard]] std::vector<const ast::Policy*> policies() const;
  /// Where each policy of the program has its name, in its order.
  [[nodiscard]] std::span<const Span> policy_names() const;
  /// Lives as long as this.
  [[nodiscard]] const Symbols& symbols() const;
  /// LoweredTables::stamp, once everything declared is known.
  [[nodiscard]] std::uint64_t stamp() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gate::compiler::sema
