#include "compiler/cli/set_declarations.h"

#include "compiler/parse/parser.h"

namespace gate::cli {

SetDeclarations declarations_of(const std::vector<SourceFile>& files) {
  compiler::SourceMap sources;
  for (const SourceFile& file : files) {
    sources.add(file.name, file.text);
  }
  compiler::DiagnosticCollector ignored;  // the set has been compiled
  SetDeclarations out;
  for (std::uint32_t i = 0; i < sources.size(); ++i) {
    const compiler::ast::File tree = compiler::parse_file(sources, i, {}, ignored);
    for (const auto& declaration : tree.declarations) {
      if (const auto* signal = std::get_if<compiler::ast::Signal>(&declaration.node)) {
        out.signals.emplace(signal->name.text, signal->type.text);
      } else if (const auto* context = std::get_if<compiler::ast::Context>(&declaration.node)) {
        out.contexts.emplace(context->name.text, context->id.value);
      }
    }
  }
  return out;
}

}  // namespace gate::cli
