#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/parse/piece_parser.h"
#include "compiler/parse/section_shapes.h"
#include "compiler/parse/token.h"
#include "compiler/parse/tree_builder.h"
#include "compiler/source/limits.h"
#include "compiler/source/source_map.h"

namespace gate::compiler {

/// The generated parser with what it has learnt: kept from file to file. Not thread-safe.
struct ParserState {
  TokenWindow window;
  PieceParser parser{window};
  SectionShapes shapes;
};

/// How often a file was wrong so far: after some mistakes it is not tried what could have stood
/// there, and after many it is no policy file.
struct MistakeCount {
  std::size_t explained = 0;
  std::size_t damaged = 0;
};

/// Parses the declarations of one file, each by itself; one that does not parse is taken apart into
/// its sections, so that one mistake costs one section.
class DeclarationParser {
 public:
  /// A file with more broken declarations is no policy file: its rest is not read.
  static constexpr std::size_t kDamagedPiecesMax = 1'000;

  DeclarationParser(ParserState& state, const SourceMap& sources, std::uint32_t file,
                    const Limits& limits, DiagnosticCollector& diagnostics, MistakeCount& mistakes);

  /// Reads the declaration that the words [piece.begin, piece.end) are. `words` may go on behind
  /// it: a declaration that ends too early is blamed on the next word.
  void read(std::span<const LexedToken> words, const Piece& piece, ast::File& out);
  /// The same for a policy without any mistake of syntax, by far the quickest way. Empty when it
  /// has one; read() then reports it, and again what was reported up to there (the collector drops
  /// repeats).
  [[nodiscard]] std::optional<ast::Declaration> good_policy(std::span<const LexedToken> words,
                                                            const Piece& piece);

 private:
  void show(std::span<const LexedToken> words, const Piece& piece);
  void damaged(Piece piece, ast::File& out);
  bool in_sections(const Piece& piece, ast::File& out);
  ast::Policy damaged_policy(const std::vector<Piece>& parts, const Piece& whole, Span close);
  ast::Template damaged_template(const std::vector<Piece>& parts, const Piece& whole, Span close);
  void damaged_body(const std::vector<Piece>& parts, const Piece& whole, Span close, bool reported,
                    ast::Policy& policy);
  ast::Test damaged_test(const std::vector<Piece>& parts, const Piece& whole, Span close);
  void report_unknown_head(std::size_t at, const std::vector<std::size_t>& expected);

  template <typename Context>
  bool explain_unless(bool reported, Context* (GateParser::*rule)(), const Piece& piece,
                      std::size_t visible_end);
  template <typename Context>
  void explain(Context* (GateParser::*rule)(), const Piece& piece, std::size_t visible_end);

  TokenWindow& window_;
  PieceParser& parser_;
  SectionShapes& shapes_;
  std::string_view text_;
  std::uint32_t file_;
  DiagnosticCollector* diagnostics_;
  MistakeCount* mistakes_;
  TreeBuilder builder_;
  std::size_t explained_max_;
  LexedFile shown_;  // the words in the window
};

}  // namespace gate::compiler
