#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/sema/meanings.h"
#include "compiler/source/source_map.h"
#include "runtime/ir/builder.h"
#include "runtime/ir/program.h"

namespace gate::compiler::sema {

/// What outlives a set, so that policies which did not change are not lowered again: the tables
/// that their numbers point into. A set with another profile, with other offsets of a time zone or
/// with other limited methods starts with new ones (`stamp` counts them). Not thread-safe.
struct LoweredTables {
  std::unique_ptr<ir::ProgramBuilder> builder = std::make_unique<ir::ProgramBuilder>();
  Meanings meanings;
  std::string profile;
  std::string strengths;        ///< texts of all declared ones
  std::vector<ir::Zone> zones;  ///< whose offsets something was lowered with
  std::uint64_t stamp = 1;      ///< fragments of an earlier one are void
  std::size_t rows_needed = 0;  ///< rows of the last program, against those of the builder
};

/// Makes the tables fit for the set of `files`: nothing of them is used where it would not say what
/// new ones do. Returns their builder, with no policies. The profile is what a set declares first,
/// or `profile`, which the caller asks for, together with whatever else he asks of every policy.
[[nodiscard]] ir::ProgramBuilder& start_set(LoweredTables& tables, std::span<const ast::File> files,
                                            const SourceMap& sources, std::string_view profile);

}  // namespace gate::compiler::sema
