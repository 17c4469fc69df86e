#include "compiler/driver/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <system_error>

namespace gate::compiler {
namespace {

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

/// Longer than the coarsest clock of a file system in use (FAT: 2 s).
constexpr std::int64_t kSettledNs = 2'100'000'000;

std::int64_t in_ns(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

FileStamp stamp(const struct stat& info) {
  FileStamp out;
  out.device = info.st_dev;
  out.inode = info.st_ino;
  out.size = static_cast<std::uint64_t>(info.st_size);
  out.modified_ns = in_ns(info.st_mtim);
  out.changed_ns = in_ns(info.st_ctim);
  timespec now{};
  (void)::clock_gettime(CLOCK_REALTIME, &now);  // if it ever fails, nothing counts as settled
  out.settled = in_ns(now) - std::max(out.modified_ns, out.changed_ns) > kSettledNs;
  return out;
}

Error system_error() {
  return {ErrorCode::kUnavailable, std::generic_category().message(errno)};
}

}  // namespace

std::optional<FileStamp> stamp_of(const std::filesystem::path& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return std::nullopt;
  }
  return stamp(info);
}

Result<FileText> read_file(const std::filesystem::path& path, std::size_t bytes_max) {
  // O_NONBLOCK: opening a pipe returns at once, and fstat tells what it is.
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat info{};
  if (file.get() < 0 || ::fstat(file.get(), &info) != 0) {
    return system_error();
  }
  if (!S_ISREG(info.st_mode)) {
    return Error{ErrorCode::kUnavailable, "not a regular file"};
  }
  FileText out;
  out.size = static_cast<std::size_t>(info.st_size);
  out.stamp = stamp(info);  // before the first byte: a change meanwhile shows in the next one
  if (out.size > bytes_max) {
    return out;
  }
  out.text.resize(out.size + 1);  // one more: that the file grew meanwhile is noticed
  std::size_t filled = 0;
  while (filled < out.text.size()) {
    const ssize_t got = ::read(file.get(), out.text.data() + filled, out.text.size() - filled);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return system_error();
    }
    if (got == 0) {
      break;
    }
    filled += static_cast<std::size_t>(got);
  }
  if (filled != out.size) {
    return Error{ErrorCode::kUnavailable, "the file changed while it was read"};
  }
  out.text.resize(filled);
  return out;
}

}  // namespace gate::compiler
