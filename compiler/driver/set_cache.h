#pragma once

#include <cstddef>
#include <cstdint>
#include <gate/compile.hpp>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/driver/folder.h"
#include "compiler/driver/read_file.h"
#include "compiler/parse/parser.h"
#include "compiler/sema/analyse.h"

namespace gate::compiler {

/// The fragments of a file's policies (compiler/sema/fragment.h), in order; empty for a policy that
/// has none.
class Fragments {
 public:
  void add(std::string_view fragment) {
    bytes_ += fragment;
    ends_.push_back(static_cast<std::uint32_t>(bytes_.size()));
  }
  [[nodiscard]] std::size_t size() const { return ends_.size(); }
  [[nodiscard]] std::string_view at(std::size_t index) const {
    const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
    return std::string_view(bytes_).substr(begin, ends_[index] - begin);
  }
  [[nodiscard]] std::size_t bytes() const { return bytes_.capacity() + 4 * ends_.capacity(); }
  void shrink() {
    bytes_.shrink_to_fit();
    ends_.shrink_to_fit();
  }

 private:
  std::string bytes_;
  std::vector<std::uint32_t> ends_;
};

/// A file as it was in the last compilation.
struct CachedFile {
  std::shared_ptr<const std::string> text;
  FileStamp stamp;  ///< not settled: its text is not known from it
  Outline outline;  ///< points into `text`
  Fragments fragments;
  bool clean = false;  ///< the outline was made without a diagnostic
  [[nodiscard]] std::size_t bytes() const;
};

/// What is behind a CompileCache: the files by name, and the tables behind their fragments.
struct SetCache final : KnownFiles {
  explicit SetCache(std::size_t bytes_most) : bytes_max(bytes_most) {}
  /// Null for null.
  [[nodiscard]] static SetCache* of(CompileCache* cache) noexcept {
    return cache == nullptr ? nullptr : cache->set_.get();
  }
  [[nodiscard]] const std::string* text(std::string_view name,
                                        const FileStamp& seen) const override {
    const auto found = files.find(name);
    return found != files.end() && found->second.stamp == seen ? found->second.text.get() : nullptr;
  }

  struct Statistics {
    std::size_t files_parsed = 0;
    std::size_t files_reused = 0;
    std::size_t declarations_reused = 0;  ///< in files that were parsed
    std::size_t policies_lowered = 0;
    std::size_t bytes = 0;
  };
  std::size_t bytes_max;
  std::map<std::string, CachedFile, std::less<>> files;
  sema::LoweredTables tables;
  std::uint64_t stamp = 0;  ///< of the tables that the fragments belong to
  Statistics statistics;
};

}  // namespace gate::compiler
