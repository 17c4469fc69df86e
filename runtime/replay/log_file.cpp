#include "runtime/replay/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace gate::replay {
namespace {

std::string why(int error) {
  return std::error_code(error, std::generic_category()).message();
}

}  // namespace

Result<LogFile> LogFile::open(const std::string& path) {
  const int descriptor =
      path == "-" ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    const int error = errno;
    return Error{error == ENOENT ? ErrorCode::kNotFound : ErrorCode::kUnavailable, why(error)};
  }
  struct stat status{};
  const bool known = ::fstat(descriptor, &status) == 0;
  LogFile file(descriptor,
               known && S_ISREG(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : 0);
  if (known && S_ISDIR(status.st_mode)) {
    return Error{ErrorCode::kInvalidArgument, "is a folder"};
  }
  (void)::posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
  return file;
}

LogFile::~LogFile() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}
LogFile::LogFile(LogFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), size_(other.size_) {}
LogFile& LogFile::operator=(LogFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(size_, other.size_);
  return *this;
}

Result<std::string_view> LogFile::read(std::string& buffer) {
  for (;;) {
    const ssize_t got = ::read(descriptor_, buffer.data(), buffer.size());
    if (got >= 0) {
      return std::string_view(buffer.data(), static_cast<std::size_t>(got));
    }
    if (errno != EINTR) {
      return Error{ErrorCode::kUnavailable, why(errno)};
    }
  }
}

}  // namespace gate::replay
