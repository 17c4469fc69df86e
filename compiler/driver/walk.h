#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/source/limits.h"

namespace gate::compiler {

/// The `.gate` files below `folder`, relative to it, sorted by path. Reports links, folders that
/// cannot be listed and folders that are too large; `folder` appears in messages as it is given.
[[nodiscard]] std::vector<std::string> gate_files_below(const std::filesystem::path& folder,
                                                        const Limits& limits,
                                                        DiagnosticCollector& diagnostics);

/// The name of a file or folder as people write it: `.` and `x/..` left out where that names the
/// same place.
[[nodiscard]] std::string shown(const std::filesystem::path& path);

}  // namespace gate::compiler
