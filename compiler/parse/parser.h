#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/parse/earlier_declarations.h"
#include "compiler/source/limits.h"
#include "compiler/source/source_map.h"

namespace gate::compiler {

/// Parses one file. Never fails: whatever could be read is in the tree, every mistake is in
/// `diagnostics`. A file beyond a limit gives an empty tree. Bounded stack and memory whatever the
/// input. Thread-safe for different collectors.
[[nodiscard]] ast::File parse_file(const SourceMap& sources, std::uint32_t file,
                                   const Limits& limits, DiagnosticCollector& diagnostics);

/// A policy that was left as text.
struct PolicyPlace {
  std::uint32_t begin = 0;  ///< of the word `policy`
  std::uint32_t end = 0;    ///< behind its last word
  std::uint32_t line = 1;   ///< on which it begins
  bool reported = false;    ///< a word in it was reported: what cannot be parsed is a consequence
  std::string description;  ///< from the `##` comments above, joined by newlines
};

/// A file without the trees of its policies, which are nearly all of it: `PolicyReader` makes each
/// when it is needed.
struct Outline {
  ast::File file;
  std::vector<PolicyPlace> policies;  ///< in order
  std::size_t explained = 0;          ///< mistakes for which it was tried what was meant
};

/// Parses what a thread parses after one another, and keeps what the parser has learnt (some 20
/// MB at most). Not thread-safe; `sources` may grow meanwhile. Bounded like parse_file().
class FileReader {
 public:
  FileReader(const SourceMap& sources, const Limits& limits);
  ~FileReader();
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;

  /// As parse_file().
  [[nodiscard]] ast::File whole(std::uint32_t file, DiagnosticCollector& diagnostics);
  /// As parse_file(), but every `policy "…" {` is left as text. What `earlier` has is taken from
  /// there instead of being parsed again.
  [[nodiscard]] Outline outline(std::uint32_t file, DiagnosticCollector& diagnostics,
                                EarlierDeclarations* earlier = nullptr);
  /// The tree of a policy without any mistake of syntax; empty when it has one, and then
  /// `diagnostics` is not to be used.
  [[nodiscard]] std::optional<ast::Declaration> policy(std::uint32_t file, const PolicyPlace& place,
                                                       DiagnosticCollector& diagnostics);
  /// What can be read of a policy that has one, which is reported. `explained`: of its file,
  /// counted on.
  [[nodiscard]] ast::Declaration damaged_policy(std::uint32_t file, const PolicyPlace& place,
                                                std::size_t& explained,
                                                DiagnosticCollector& diagnostics);

 private:
  struct State;
  const SourceMap* sources_;
  const Limits* limits_;
  std::unique_ptr<State> state_;
};

/// The words of a file, one a line, with their kind and place: `gatec dump tokens`.
[[nodiscard]] std::string dump_tokens(const SourceMap& sources, std::uint32_t file);

}  // namespace gate::compiler
