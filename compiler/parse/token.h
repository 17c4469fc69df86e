#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/source/limits.h"
#include "compiler/source/source_map.h"

namespace gate::compiler {

/// A word or sign: its type as GateLexer numbers it, and its bytes. Comments are kept apart.
struct LexedToken {
  std::uint32_t type = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

struct LexedFile {
  std::vector<LexedToken> tokens;  ///< without an end-of-file token
  std::vector<ast::Comment> comments;
};

/// Cuts a file that passed check_source() into words. O(bytes).
[[nodiscard]] LexedFile lex(const SourceMap& sources, std::uint32_t file);

/// The words of the end of a text, from the byte `begin` on, where a word begins. The text has
/// passed check_source(). O(bytes looked at).
[[nodiscard]] LexedFile lex_part(std::string_view text, std::uint32_t file, std::uint32_t begin);

/// Checks a file and cuts it into words. False when it must not be parsed, which was reported.
[[nodiscard]] bool read_words(const SourceMap& sources, std::uint32_t file, const Limits& limits,
                              LexedFile& out, DiagnosticCollector& diagnostics);

/// True for a word that is not of the language. It has its own diagnostic; whatever cannot be
/// parsed around it is a consequence and not reported.
[[nodiscard]] bool is_odd_word(std::uint32_t type);

/// Reports what is wrong with single words (strings not closed, odd characters, mixed scripts) and
/// the limits on words and nesting. False when the file must not be parsed.
[[nodiscard]] bool check_tokens(const SourceMap& sources, std::uint32_t file,
                                const LexedFile& lexed, const Limits& limits,
                                DiagnosticCollector& diagnostics);

/// A declaration's words: [begin, end) in LexedFile::tokens.
struct Piece {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool reported = false;  ///< has a diagnostic already: what cannot be parsed is a consequence
};

/// Cuts a file at its declarations, which start where `policy "…"`, `users X =` and the like stand,
/// even behind a brace that was never closed (reported here). O(words).
[[nodiscard]] std::vector<Piece> split_declarations(std::uint32_t file, const LexedFile& lexed,
                                                    DiagnosticCollector& diagnostics);

/// Where the section of a policy that begins at `begin` ends: before the next keyword of a section
/// that stands in no bracket and is no attribute, at the latest at `close`.
[[nodiscard]] std::size_t section_end(std::span<const LexedToken> words, std::size_t begin,
                                      std::size_t close);

/// Cuts the inside of a policy or test at the keywords of its sections. `piece` starts at its first
/// word; the first result is the head, up to and with the `{`. Empty when there is no `{`.
[[nodiscard]] std::vector<Piece> split_sections(const LexedFile& lexed, const Piece& piece);

}  // namespace gate::compiler
