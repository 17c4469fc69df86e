#include "compiler/format/format.h"

#include "compiler/format/printer.h"
#include "compiler/parse/parser.h"

namespace gate::compiler {

std::optional<std::string> format_file(const SourceMap& sources, std::uint32_t file,
                                       const Limits& limits, DiagnosticCollector& diagnostics) {
  const std::size_t errors_before = diagnostics.error_count();
  const ast::File tree = parse_file(sources, file, limits, diagnostics);
  if (tree.damaged || diagnostics.error_count() != errors_before) {
    return std::nullopt;
  }
  return format::Printer(sources, tree).print();
}

}  // namespace gate::compiler
