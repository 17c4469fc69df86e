#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <gate/result.hpp>
#include <optional>
#include <string>

namespace gate::compiler {

/// What the system says of a file without reading it. Equal stamps are taken for equal contents
/// only where `settled` holds: the file had not changed for two seconds when it was read, so a
/// later change cannot have the same times, whatever the granularity of the file system. The time
/// of the last change of the inode is among them, which no program can set back. Two things are not
/// seen: a clock that is set back by just so much, and stores into a shared mapping that the system
/// has not written yet.
struct FileStamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;
  bool settled = false;
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

/// A file as it was found: `size` may be larger than `text` when the file was too large to be read.
struct FileText {
  std::string text;
  std::size_t size = 0;
  FileStamp stamp{};
};

/// The stamp of a regular file, as if it had been read now; empty for anything else.
[[nodiscard]] std::optional<FileStamp> stamp_of(const std::filesystem::path& path);

/// Reads a regular file of at most `bytes_max` bytes. A larger one gives its size and no text. What
/// is not a regular file (a pipe would keep the reader waiting for ever) and what cannot be opened
/// is Error{kUnavailable} with the reason alone, without the path.
[[nodiscard]] Result<FileText> read_file(const std::filesystem::path& path, std::size_t bytes_max);

}  // namespace gate::compiler
