#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/driver/set_cache.h"
#include "compiler/parse/parser.h"
#include "compiler/source/limits.h"
#include "compiler/source/source_map.h"

namespace gate::compiler {

/// The files of a set without the trees of their policies: outlines, and what is known of the
/// policies from the last compilation. Files that are the same byte for byte are taken from the
/// cache as they are; of a changed file the declarations and policies that are. Not thread-safe;
/// reads large sets on two threads.
class SetFiles {
 public:
  /// `files` and the rest are borrowed. Takes the files out of the cache; keep() puts them back.
  SetFiles(const std::vector<SourceFile>& files, const Limits& limits, SetCache* cache,
           DiagnosticCollector& diagnostics);

  /// The trees of all files point into the texts of this map.
  [[nodiscard]] const SourceMap& sources() const { return sources_; }
  [[nodiscard]] const std::vector<ast::File>& trees() const { return trees_; }
  [[nodiscard]] std::vector<PolicyPlace>& policies(std::uint32_t file) { return policies_[file]; }
  /// The fragment of a policy from the last compilation; empty when there is none.
  [[nodiscard]] std::string_view known(std::uint32_t file, std::size_t policy) const;
  /// The file is not the one of the last compilation.
  [[nodiscard]] bool changed(std::uint32_t file) const { return changed_[file]; }
  /// Counts the mistakes of syntax that were explained in a file.
  [[nodiscard]] std::size_t& explained(std::uint32_t file) { return explained_[file]; }
  /// A file could not be read at all, so names may be missing.
  [[nodiscard]] bool incomplete() const;
  [[nodiscard]] FileReader& reader() { return here_; }
  [[nodiscard]] FileReader& second_reader() { return there_; }

  /// Gives the files to the cache, with the fragments that they have now, as far as they fit into
  /// its bound. The views, places and trees are not to be used afterwards. `stamps` of the files,
  /// if they were read from a folder.
  void keep(std::vector<Fragments> fragments, std::uint64_t stamp,
            std::span<const FileStamp> stamps);

 private:
  void take(std::uint32_t file);
  void read_all();
  void read_some();
  void read(std::uint32_t file, FileReader& reader);
  void match_policies(std::uint32_t file, const CachedFile& before);

  const std::vector<SourceFile>* files_;
  const Limits* limits_;
  SetCache* cache_;
  SourceMap sources_;
  FileReader here_;
  FileReader there_;
  std::vector<std::shared_ptr<const std::string>> texts_;  // with a cache
  std::vector<ast::File> trees_;
  std::vector<std::vector<PolicyPlace>> policies_;
  std::vector<std::size_t> explained_;
  std::vector<bool> clean_;
  std::vector<bool> changed_;
  std::vector<CachedFile> before_;
  std::vector<std::vector<std::uint32_t>> same_as_;  // policies of before_, +1; empty: one to one
  std::vector<std::uint32_t> to_read_;
  std::vector<DiagnosticCollector> found_;
  std::vector<std::size_t> reused_;
};

}  // namespace gate::compiler
