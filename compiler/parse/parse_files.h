#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/source/limits.h"
#include "compiler/source/source_map.h"

namespace gate::compiler {

/// Trees that outlive a compilation, so that the next one of the same set parses only what has
/// changed: files that are the same byte for byte are taken as they are, and of a changed file the
/// declarations that are. Holds its own copy of the texts that its trees point into. Only files
/// without any diagnostic are kept, and only as long as their texts together stay below a bound:
/// a tree takes some fifteen times the memory of its text. One compilation at a time.
class ParseCache {
 public:
  explicit ParseCache(std::size_t text_bytes_max = std::size_t{16} << 20U)
      : text_bytes_max_(text_bytes_max) {}
  ParseCache(const ParseCache&) = delete;
  ParseCache& operator=(const ParseCache&) = delete;

  /// Of the last parse_files().
  struct Statistics {
    std::size_t files_parsed = 0;
    std::size_t files_reused = 0;
    std::size_t declarations_reused = 0;  ///< in files that were parsed
  };
  [[nodiscard]] const Statistics& statistics() const { return statistics_; }

  /// Takes the trees back when the compilation is through with them. Trees that it changed (by
  /// expanding templates) are let go. The views and spans in `trees` are not to be used afterwards.
  void keep(std::vector<ast::File> trees);

 private:
  friend class FilesParser;
  struct Entry {
    std::shared_ptr<const std::string> text;
    ast::File tree;
  };
  struct Lent {  // what became of a file of the compilation that is under way
    std::string name;
    std::shared_ptr<const std::string> text;
    bool keepable = false;
  };
  std::size_t text_bytes_max_;
  std::map<std::string, Entry, std::less<>> entries_;  // by name of the file
  std::vector<Lent> lent_;
  Statistics statistics_;
};

/// Parses every file of a set, the large ones on two threads; see parse_file(). With a cache the
/// trees point into its texts: they live until ParseCache::keep() or the cache's end.
[[nodiscard]] std::vector<ast::File> parse_files(const SourceMap& sources, const Limits& limits,
                                                 DiagnosticCollector& diagnostics,
                                                 ParseCache* cache = nullptr);

}  // namespace gate::compiler
