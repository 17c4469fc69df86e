#include "server/app/key_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <span>
#include <system_error>

#include "server/crypto/service_secrets.h"

namespace gate::server {
namespace {

constexpr std::size_t kSecretBytesMax = 4096;

Error failed(ErrorCode code, const std::string& path, std::string_view what) {
  return Error{code, fmt::format("{}: {}", path, what)};
}

/// Closes its descriptor.
class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) {
      close(descriptor_);
    }
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

int hex_value(std::uint8_t c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

}  // namespace

Result<Secret> read_secret_file(const std::string& path) {
  const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) {
    return failed(errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kUnavailable, path,
                  std::generic_category().message(errno));
  }
  struct stat info{};
  if (fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return failed(ErrorCode::kInvalidArgument, path, "is not a regular file");
  }
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return failed(ErrorCode::kDenied, path, "can be read by others than its owner; chmod 600 it");
  }
  Bytes bytes(kSecretBytesMax + 1);
  const ssize_t size = read(file.get(), bytes.data(), bytes.size());
  if (size < 0 || static_cast<std::size_t>(size) > kSecretBytesMax) {
    wipe(bytes.data(), bytes.size());
    return failed(ErrorCode::kInvalidArgument, path,
                  "cannot be read, or holds more than 4096 bytes");
  }
  std::size_t kept = static_cast<std::size_t>(size);
  kept -= kept > 0 && bytes[kept - 1] == '\n' ? 1 : 0;
  kept -= kept > 0 && bytes[kept - 1] == '\r' ? 1 : 0;
  Secret secret(ByteSpan(bytes.data(), kept));
  wipe(bytes.data(), bytes.size());
  if (kept == 0) {
    return failed(ErrorCode::kInvalidArgument, path, "is empty");
  }
  return secret;
}

Result<Secret> read_master_key(const std::string& path) {
  GATE_TRY(const Secret text, read_secret_file(path));
  const ByteSpan digits = text.bytes();
  Bytes key(ServiceSecrets::kMasterBytes);
  bool good = digits.size() == 2 * key.size();
  for (std::size_t i = 0; good && i < key.size(); ++i) {
    const int high = hex_value(digits[2 * i]);
    const int low = hex_value(digits[2 * i + 1]);
    good = high >= 0 && low >= 0;
    key[i] = static_cast<std::uint8_t>(good ? high * 16 + low : 0);
  }
  Secret secret{std::move(key)};
  if (!good) {
    return failed(ErrorCode::kInvalidArgument, path, "a master key is 64 hexadecimal digits");
  }
  return secret;
}

Result<void> create_master_key(const std::string& path, Random& random) {
  std::array<std::byte, ServiceSecrets::kMasterBytes> key{};
  GATE_TRY_VOID(random.fill(key));
  std::string text;
  for (const std::byte byte : key) {
    text += fmt::format("{:02x}", static_cast<unsigned>(byte));
  }
  text += '\n';
  wipe(key.data(), key.size());
  const File file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.get() < 0) {
    wipe(text);
    return failed(errno == EEXIST ? ErrorCode::kConflict : ErrorCode::kUnavailable, path,
                  std::generic_category().message(errno));
  }
  const bool whole =
      write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      fsync(file.get()) == 0;
  wipe(text);
  if (!whole) {
    unlink(path.c_str());
    return failed(ErrorCode::kUnavailable, path, "could not be written");
  }
  return {};
}

}  // namespace gate::server
