#pragma once

#include <filesystem>
#include <gate/compile.hpp>
#include <vector>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/source/limits.h"

namespace gate::compiler {

/// Reads the files of one policy set: every `.gate` file below `root` (or `root` itself, when it is
/// one), sorted by path, then those of the folders that they import, each file once. Hidden entries
/// are skipped, symbolic links are reported and not followed; `root` and the path of an import may
/// be links, since somebody named them. Names are as the caller would type them: relative to what
/// he gave. What cannot be read, does not exist, exceeds a limit or imports in a circle is
/// reported; everything else is returned. Cost: one pass over the folders and the bytes.
[[nodiscard]] std::vector<SourceFile> load_folder(const std::filesystem::path& root,
                                                  const Limits& limits,
                                                  DiagnosticCollector& diagnostics);

}  // namespace gate::compiler
