#include "compiler/cli/set_declarations.h"

#include <fmt/format.h>

#include "compiler/parse/parser.h"
#include "compiler/sema/known_names.h"
#include "runtime/set/state.h"

namespace gate::cli {

Result<std::vector<std::string>> check_names(const std::vector<SourceFile>& files,
                                             const PolicySet& policies, const SignInFacts& facts) {
  compiler::SourceMap sources;
  for (const SourceFile& file : files) {
    sources.add(file.name, file.text);
  }
  compiler::DiagnosticCollector ignored;  // the set has been compiled
  std::vector<compiler::ast::File> trees;
  for (std::uint32_t i = 0; i < sources.size(); ++i) {
    trees.push_back(compiler::parse_file(sources, i, {}, ignored));
  }
  const ir::Program program = internal::state_of(policies).program();
  std::vector<std::string> warnings;
  for (const auto& each : compiler::sema::KnownNames(program, trees).unknown_in(facts)) {
    if (each.covered) {
      warnings.push_back(
          fmt::format("no policy names app `{}`, but `{}`: is that meant?", each.name, each.near));
      continue;
    }
    return Error{
        ErrorCode::kInvalidArgument,
        fmt::format("the set does not know {} `{}`{} (--allow-unknown decides all the same)",
                    each.kind, each.name,
                    each.near.empty() ? "" : fmt::format("; did you mean `{}`?", each.near))};
  }
  return warnings;
}

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
