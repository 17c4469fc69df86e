#pragma once

#include <cstddef>
#include <filesystem>
#include <gate/result.hpp>
#include <string>

namespace gate::compiler {

/// A file as it was found: `size` may be larger than `text` when the file was too large to be read.
struct FileText {
  std::string text;
  std::size_t size = 0;
};

/// Reads a regular file of at most `bytes_max` bytes. A larger one gives its size and no text. What
/// is not a regular file (a pipe would keep the reader waiting for ever) and what cannot be opened
/// is Error{kUnavailable} with the reason alone, without the path.
[[nodiscard]] Result<FileText> read_file(const std::filesystem::path& path, std::size_t bytes_max);

}  // namespace gate::compiler
