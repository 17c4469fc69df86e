#pragma once

#include <gate/compile.hpp>
#include <optional>
#include <span>
#include <vector>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/driver/set_cache.h"
#include "compiler/driver/set_files.h"
#include "compiler/source/limits.h"
#include "runtime/ir/program.h"

namespace gate::compiler {

struct AnalysedSet {
  std::optional<ir::Program> program;  ///< empty when anything reported an error
  std::vector<CompiledTest> tests;
};

/// From the files of a set to its program: what is declared first, then each policy, parsed where
/// the cache does not know it, lowered, and its tree dropped. Gives the files back to the cache.
/// Not thread-safe; parses on two threads where there is much.
[[nodiscard]] AnalysedSet analyse_set(SetFiles& set, const CompileOptions& options,
                                      const Limits& limits, SetCache* cache,
                                      std::span<const FileStamp> stamps,
                                      DiagnosticCollector& diagnostics);

}  // namespace gate::compiler
