#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/source/limits.h"

namespace gate::compiler {

/// A `.gate` file below a folder.
struct FoundFile {
  std::string path;   ///< relative to the folder
  std::string place;  ///< without links, where a link is on the way to it; else empty
};

/// The `.gate` files below `folder`, sorted by path. Hidden entries are skipped. Links are followed
/// to what stands below `place`, which is the folder without links: a mounted folder may consist of
/// them. Reports every other link, folders that cannot be listed and folders that are too large;
/// `folder` appears in messages as it is given.
[[nodiscard]] std::vector<FoundFile> gate_files_below(const std::filesystem::path& folder,
                                                      const std::filesystem::path& place,
                                                      const Limits& limits,
                                                      DiagnosticCollector& diagnostics);

/// The name of a file or folder as people write it: `.` and `x/..` left out where that names the
/// same place.
[[nodiscard]] std::string shown(const std::filesystem::path& path);

}  // namespace gate::compiler
