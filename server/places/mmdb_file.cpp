#include "server/places/mmdb_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace gate::server {
namespace {

constexpr off_t kFileBytesMax = off_t{1} << 30U;
constexpr std::size_t kCopyBytes = std::size_t{1} << 20U;
/// The nodes that `first_records` visits. A damaged tree may have a circle.
constexpr std::size_t kNodesMax = 100'000;
constexpr std::size_t kPathMax = 4;

/// A file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) {
      ::close(number_);
    }
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] bool valid() const { return number_ >= 0; }

 private:
  int number_;
};

Error unreadable(const std::string& path) {
  return {ErrorCode::kInvalidArgument,
          fmt::format("{} cannot be read: {}", path, std::generic_category().message(errno))};
}

bool copy(int from, int to) {
  std::vector<char> block(kCopyBytes);
  while (true) {
    const ssize_t got = ::read(from, block.data(), block.size());
    if (got <= 0) {
      return got == 0;
    }
    for (ssize_t put = 0; put < got;) {
      const ssize_t more = ::write(to, block.data() + put, static_cast<std::size_t>(got - put));
      if (more <= 0) {
        return false;
      }
      put += more;
    }
  }
}

bool same_content(const struct stat& a, const struct stat& b) {
  return a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
         a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

/// Copies the file to memory. Returns the descriptor of the copy.
Result<int> copied(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat before{};
  if (!file.valid() || ::fstat(file.number(), &before) != 0) {
    return unreadable(path);
  }
  if (!S_ISREG(before.st_mode) || before.st_size > kFileBytesMax) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("{} is no file, or is larger than {} bytes", path, kFileBytesMax)};
  }
  const int memory = ::memfd_create("gated-places", MFD_CLOEXEC);
  if (memory < 0) {
    return unreadable(path);
  }
  struct stat after{};
  if (!copy(file.number(), memory) || ::fstat(file.number(), &after) != 0) {
    ::close(memory);
    return unreadable(path);
  }
  if (!same_content(before, after)) {
    ::close(memory);
    return Error{ErrorCode::kInvalidArgument, fmt::format("{} changed while it was read", path)};
  }
  return memory;
}

}  // namespace

std::optional<MMDB_entry_data_s> MmdbRecord::value(std::initializer_list<const char*> path,
                                                   std::uint32_t type) const {
  std::array<const char*, kPathMax + 1> keys{};
  std::size_t count = 0;
  for (const char* key : path) {
    keys.at(count++) = key;
  }
  MMDB_entry_s start = entry_;
  MMDB_entry_data_s found{};
  if (MMDB_aget_value(&start, &found, keys.data()) != MMDB_SUCCESS || !found.has_data ||
      found.type != type) {
    return std::nullopt;
  }
  return found;
}

std::optional<std::string_view> MmdbRecord::text(std::initializer_list<const char*> path) const {
  const auto found = value(path, MMDB_DATA_TYPE_UTF8_STRING);
  return found ? std::optional(std::string_view(found->utf8_string, found->data_size))
               : std::nullopt;
}

std::optional<double> MmdbRecord::number(std::initializer_list<const char*> path) const {
  const auto found = value(path, MMDB_DATA_TYPE_DOUBLE);
  return found ? std::optional(found->double_value) : std::nullopt;
}

std::optional<bool> MmdbRecord::flag(std::initializer_list<const char*> path) const {
  const auto found = value(path, MMDB_DATA_TYPE_BOOLEAN);
  return found ? std::optional(found->boolean) : std::nullopt;
}

bool MmdbRecord::is_damaged() const {
  MMDB_entry_s start = entry_;
  MMDB_entry_data_list_s* list = nullptr;
  const int status = MMDB_get_entry_data_list(&start, &list);
  MMDB_free_entry_data_list(list);
  return status != MMDB_SUCCESS;
}

Result<std::unique_ptr<const MmdbFile>> MmdbFile::open(const std::string& path) {
  GATE_TRY(const int number, copied(path));
  const Descriptor memory(number);  // what is mapped stays when it is closed
  const std::string name = fmt::format("/proc/self/fd/{}", memory.number());
  std::unique_ptr<MmdbFile> file(new MmdbFile());
  const int status = MMDB_open(name.c_str(), MMDB_MODE_MMAP, &file->database_);
  if (status != MMDB_SUCCESS) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("{} is no MaxMind database: {}", path, MMDB_strerror(status))};
  }
  file->opened_ = true;
  return std::unique_ptr<const MmdbFile>(std::move(file));
}

MmdbFile::~MmdbFile() {
  if (opened_) {
    MMDB_close(&database_);
  }
}

std::optional<MmdbRecord> MmdbFile::find(std::string_view ip) const {
  const std::string text(ip);
  int no_address = 0;
  int status = MMDB_SUCCESS;
  const MMDB_lookup_result_s found =
      MMDB_lookup_string(&database_, text.c_str(), &no_address, &status);
  return no_address == 0 && status == MMDB_SUCCESS && found.found_entry
             ? std::optional(MmdbRecord(found.entry))
             : std::nullopt;
}

Result<std::vector<MmdbRecord>> MmdbFile::first_records(std::size_t most) const {
  std::vector<MmdbRecord> records;
  std::vector<std::uint32_t> open = {0};
  for (std::size_t visited = 0; !open.empty() && visited < kNodesMax; ++visited) {
    MMDB_search_node_s node{};
    const int status = MMDB_read_node(&database_, open.back(), &node);
    open.pop_back();
    if (status != MMDB_SUCCESS || node.left_record_type == MMDB_RECORD_TYPE_INVALID ||
        node.right_record_type == MMDB_RECORD_TYPE_INVALID) {
      return Error{ErrorCode::kInvalidArgument, "the tree of addresses is damaged"};
    }
    const auto take = [&](std::uint64_t record, std::uint8_t type, MMDB_entry_s entry) {
      if (type == MMDB_RECORD_TYPE_SEARCH_NODE) {
        open.push_back(static_cast<std::uint32_t>(record));
      } else if (type == MMDB_RECORD_TYPE_DATA && records.size() < most) {
        records.emplace_back(entry);
      }
    };
    take(node.right_record, node.right_record_type, node.right_record_entry);
    take(node.left_record, node.left_record_type, node.left_record_entry);
    if (records.size() >= most) {
      break;
    }
  }
  return records;
}

std::string_view MmdbFile::type() const {
  return database_.metadata.database_type == nullptr ? "" : database_.metadata.database_type;
}

}  // namespace gate::server
