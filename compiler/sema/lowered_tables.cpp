#include "compiler/sema/lowered_tables.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <variant>

#include "compiler/sema/zones.h"

namespace gate::compiler::sema {
namespace {

/// A builder gathers what no policy needs any more; beyond this it is not worth keeping.
constexpr std::size_t kRowsSpare = 100'000;
constexpr std::size_t kMeaningsMax = 1'000'000;

/// The texts of all strengths, which alone can use up the numbers of limited methods.
std::string strength_texts(std::span<const ast::File> files, const SourceMap& sources) {
  std::string out;
  for (const ast::File& file : files) {
    for (const ast::Declaration& declaration : file.declarations) {
      if (std::holds_alternative<ast::Strength>(declaration.node)) {
        out += sources.text(declaration.span);
        out += '\n';
      }
    }
  }
  return out;
}

std::string profile_texts(std::span<const ast::File> files, std::string_view asked_for) {
  std::string out(asked_for);
  for (const ast::File& file : files) {
    for (const ast::Declaration& declaration : file.declarations) {
      if (const auto* node = std::get_if<ast::Profile>(&declaration.node)) {
        out += ' ';
        out += node->name.text;
      }
    }
  }
  return out;
}

void start_afresh(LoweredTables& tables) {
  tables.builder = std::make_unique<ir::ProgramBuilder>();
  tables.meanings = {};
  tables.zones.clear();
  tables.rows_needed = 0;
  ++tables.stamp;
}

}  // namespace

ir::ProgramBuilder& start_set(LoweredTables& tables, std::span<const ast::File> files,
                              const SourceMap& sources, std::string_view profile) {
  std::string profiles = profile_texts(files, profile);
  std::string strengths = strength_texts(files, sources);
  const bool zones_moved = std::ranges::any_of(
      tables.zones, [](const ir::Zone& zone) { return read_zone(zone.name) != zone; });
  const bool limits_moved =
      tables.builder->restriction_count() > 0 && tables.strengths != strengths;
  if (tables.profile != profiles || zones_moved || limits_moved ||
      tables.meanings.size() > kMeaningsMax ||
      tables.builder->row_count() > 2 * tables.rows_needed + kRowsSpare) {
    start_afresh(tables);
  }
  tables.profile = std::move(profiles);
  tables.strengths = std::move(strengths);
  tables.builder->start_set();
  return *tables.builder;
}

}  // namespace gate::compiler::sema
