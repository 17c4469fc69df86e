#pragma once

#include <cstdint>
#include <gate/result.hpp>
#include <string>
#include <string_view>

namespace gate::replay {

/// A file that is read once from front to end, or standard input for "-". Owns the descriptor.
class LogFile {
 public:
  [[nodiscard]] static Result<LogFile> open(const std::string& path);
  ~LogFile();
  LogFile(LogFile&& other) noexcept;
  LogFile& operator=(LogFile&& other) noexcept;

  /// The next bytes, at most `buffer.size()`; empty at the end. A view into `buffer`.
  [[nodiscard]] Result<std::string_view> read(std::string& buffer);
  /// Bytes of the file; 0 where that cannot be known.
  [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
  LogFile(int descriptor, std::uint64_t size) : descriptor_(descriptor), size_(size) {}
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace gate::replay
