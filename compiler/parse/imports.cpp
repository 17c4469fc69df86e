#include "compiler/parse/imports.h"

#include "GateLexer.h"
#include "compiler/parse/literals.h"
#include "compiler/parse/source_check.h"
#include "compiler/parse/token.h"

namespace gate::compiler {

std::vector<ast::Text> find_imports(const SourceMap& sources, std::uint32_t file,
                                    const Limits& limits) {
  std::vector<ast::Text> imports;
  if (sources.text(file).find("import") == std::string_view::npos) {
    return imports;
  }
  DiagnosticCollector unheard;
  if (!check_source(sources, file, limits, unheard)) {
    return imports;
  }
  const LexedFile lexed = lex(sources, file);
  if (!check_tokens(sources, file, lexed, limits, unheard)) {
    return imports;
  }
  LiteralReader literals(unheard);
  for (const Piece& piece : split_declarations(file, lexed, unheard)) {
    if (piece.end - piece.begin != 2 || lexed.tokens[piece.begin].type != GateLexer::IMPORT ||
        lexed.tokens[piece.begin + 1].type != GateLexer::STRING) {
      continue;
    }
    const LexedToken& path = lexed.tokens[piece.begin + 1];
    const Span span{file, path.begin, path.end};
    imports.push_back({literals.string(sources.text(span), span), span});
  }
  return imports;
}

}  // namespace gate::compiler
