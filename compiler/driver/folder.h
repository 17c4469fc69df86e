#pragma once

#include <filesystem>
#include <gate/compile.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/driver/read_file.h"
#include "compiler/source/limits.h"

namespace gate::compiler {

/// The files of a folder, and the stamps that they had when they were read.
struct LoadedFolder {
  std::vector<SourceFile> files;
  std::vector<FileStamp> stamps;
};

/// What an earlier load_folder() read, by name.
class KnownFiles {
 public:
  virtual ~KnownFiles() = default;
  /// The text of a file that had this stamp; null when it is not known.
  [[nodiscard]] virtual const std::string* text(std::string_view name,
                                                const FileStamp& stamp) const = 0;
};

/// Reads the files of one policy set: every `.gate` file below `root` (or `root` itself, when it is
/// one), sorted by path, then those of the folders that they import, each file once. Hidden entries
/// are skipped. A symbolic link is followed to what stands in the same folder and is an error
/// otherwise; `root` and the path of an import may lead anywhere, since they were named. Names
/// are as the caller would type them: relative to what he gave. What cannot be read, does not
/// exist, exceeds a limit or imports in a circle is reported; everything else is returned. Cost:
/// one pass over the folders and the bytes. A file whose stamp is settled and that `known` has is
/// not read again.
[[nodiscard]] LoadedFolder load_folder(const std::filesystem::path& root, const Limits& limits,
                                       DiagnosticCollector& diagnostics,
                                       const KnownFiles* known = nullptr);

}  // namespace gate::compiler
