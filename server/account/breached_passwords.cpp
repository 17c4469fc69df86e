#include "server/account/breached_passwords.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>

namespace gate::server {
namespace {

constexpr std::size_t kHashDigits = 40;
constexpr std::size_t kPrefixDigits = 5;
/// More than the longest line: a hash, a colon, a count, a line end.
constexpr std::size_t kLineBytesMax = 64;

Error unreadable(const std::string& path, const char* why) {
  return {ErrorCode::kInvalidArgument, path + ": " + why};
}

std::string upper_hex(const Sha1Digest& hash) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (const std::uint8_t byte : hash) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

bool is_upper_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); });
}

/// An open file.
class File {
 public:
  explicit File(const std::string& path) : handle_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    struct stat status{};
    if (handle_ >= 0 && (fstat(handle_, &status) != 0 || !S_ISREG(status.st_mode))) {
      close(handle_);
      handle_ = -1;
    }
    size_ = handle_ >= 0 ? static_cast<std::int64_t>(status.st_size) : 0;
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (handle_ >= 0) {
      close(handle_);
    }
  }
  [[nodiscard]] bool is_open() const { return handle_ >= 0; }
  [[nodiscard]] std::int64_t size() const { return size_; }
  /// Up to `kLineBytesMax` * 2 bytes from `at`, fewer at the end; empty after a failure.
  [[nodiscard]] std::string read(std::int64_t at) const {
    std::string text(2 * kLineBytesMax, '\0');
    const ssize_t got = pread(handle_, text.data(), text.size(), at);
    text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return text;
  }

 private:
  int handle_;
  std::int64_t size_ = 0;
};

/// One line: where it begins, its hash, its count, and where the next one begins.
struct Line {
  std::int64_t begin = 0;
  std::int64_t next = 0;
  std::string hash;
  bool counts = false;  ///< the count is not 0
};

/// The line that begins at `begin`, with a hash of `digits`; absent when there is none.
std::optional<Line> line_at(const File& file, std::int64_t begin, std::size_t digits) {
  const std::string text = file.read(begin);
  const std::size_t end = std::min(text.find('\n'), text.size());
  if (end > kLineBytesMax) {
    return std::nullopt;
  }
  std::string_view line = std::string_view(text).substr(0, end);
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  const std::string_view count = line.size() > digits + 1 ? line.substr(digits + 1) : "";
  const bool is_line = !count.empty() && line[digits] == ':' &&
                       is_upper_hex(line.substr(0, digits)) &&
                       count.find_first_not_of("0123456789") == std::string_view::npos;
  if (!is_line) {
    return std::nullopt;
  }
  return Line{begin, begin + static_cast<std::int64_t>(end) + 1,
              std::string(line.substr(0, digits)),
              count.find_first_not_of('0') != std::string_view::npos};
}

/// Where the first line begins that starts after `at`; the size of the file when there is none.
std::int64_t line_start_after(const File& file, std::int64_t at) {
  const std::size_t end = file.read(at).find('\n');
  return end == std::string::npos ? file.size() : at + static_cast<std::int64_t>(end) + 1;
}

/// True if the sorted lines of `file` hold `hash` with a count. kCorrupt: a line is of another
/// form.
Result<bool> found_in(const File& file, std::string_view hash, const std::string& path) {
  // The line looked for begins in [low, high). Both are beginnings of lines.
  std::int64_t low = 0;
  std::int64_t high = file.size();
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    std::int64_t begin = middle == low ? low : line_start_after(file, middle - 1);
    begin = begin >= high ? low : begin;
    const std::optional<Line> line = line_at(file, begin, hash.size());
    if (!line) {
      return Error{ErrorCode::kCorrupt, path + ": a line is not `HASH:COUNT`"};
    }
    if (line->hash == hash) {
      return line->counts;
    }
    if (line->hash < hash) {
      low = line->next;
    } else {
      // Everything from `begin` on is too great. When the middle fell into the last line before
      // `high`, the first line was read instead, and it is the smallest.
      high = begin;
    }
  }
  return false;
}

class BreachedFile final : public BreachedPasswords {
 public:
  explicit BreachedFile(const std::string& path) : path_(path), file_(path) {}
  [[nodiscard]] bool is_usable() const {
    return file_.is_open() && line_at(file_, 0, kHashDigits).has_value();
  }
  Result<bool> holds(const Sha1Digest& hash) const override {
    return found_in(file_, upper_hex(hash), path_);
  }

 private:
  std::string path_;
  File file_;
};

class BreachedFolder final : public BreachedPasswords {
 public:
  explicit BreachedFolder(std::string path) : path_(std::move(path)) {}
  [[nodiscard]] std::string file_of(std::string_view prefix) const {
    return path_ + "/" + std::string(prefix) + ".txt";
  }
  Result<bool> holds(const Sha1Digest& hash) const override {
    const std::string digits = upper_hex(hash);
    const std::string path = file_of(std::string_view(digits).substr(0, kPrefixDigits));
    const File file(path);
    if (!file.is_open()) {
      return Error{ErrorCode::kUnavailable, path + ": cannot be read"};
    }
    return found_in(file, std::string_view(digits).substr(kPrefixDigits), path);
  }

 private:
  std::string path_;
};

}  // namespace

Result<std::unique_ptr<BreachedPasswords>> open_breached_passwords(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    auto folder = std::make_unique<BreachedFolder>(path);
    for (const char* prefix : {"00000", "FFFFF"}) {
      const std::string name = folder->file_of(prefix);
      const File file(name);
      if (!file.is_open() || !line_at(file, 0, kHashDigits - kPrefixDigits)) {
        return unreadable(name, "cannot be read, or does not begin with a line `HASH:COUNT`");
      }
    }
    return std::unique_ptr<BreachedPasswords>(std::move(folder));
  }
  auto file = std::make_unique<BreachedFile>(path);
  if (!file->is_usable()) {
    return unreadable(path, "cannot be read, or does not begin with a line `HASH:COUNT`");
  }
  return std::unique_ptr<BreachedPasswords>(std::move(file));
}

}  // namespace gate::server
