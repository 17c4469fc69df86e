#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "compiler/diagnostics/diagnostic.h"

namespace gate::compiler {

/// Which folder imports which. A folder imports what any file below it imports, so folders inside
/// one another share edges, and importing the folder one stands in is a circle of one.
class ImportGraph {
 public:
  /// Adds a folder (or the single file that a set consists of). `place` has no links in it.
  std::size_t add_folder(std::filesystem::path place, std::string name);
  /// A file standing at `place` imports a folder; `span` covers the path that it wrote.
  void add_import(std::filesystem::path place, Span span, std::size_t folder);

  /// Reports every import that closes a circle (G0506), each with the imports that lead to it.
  void report_cycles(DiagnosticCollector& diagnostics) const;

 private:
  struct Folder {
    std::filesystem::path place;
    std::string name;
  };
  struct Import {
    std::filesystem::path place;
    Span span;
    std::size_t folder = 0;
  };
  struct Edge {
    std::size_t to = 0;
    Span span;
  };
  class Search;
  [[nodiscard]] std::vector<std::vector<Edge>> edges() const;

  std::vector<Folder> folders_;
  std::vector<Import> imports_;
};

/// True when `path` is `folder` or stands below it. Both without `..` and links.
[[nodiscard]] bool stands_below(const std::filesystem::path& path,
                                const std::filesystem::path& folder);

}  // namespace gate::compiler
