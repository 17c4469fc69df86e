#include "server/places/place_files.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <optional>

#include "server/log/log.h"
#include "server/places/mmdb_file.h"

namespace gate::server {
namespace {

/// The records that are checked when a file is read.
constexpr std::size_t kCheckedRecords = 1000;

std::string country_in(const MmdbRecord& record) {
  const auto code = record.text({"country", "iso_code"});
  const bool letters =
      code && code->size() == 2 &&
      std::all_of(code->begin(), code->end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  return letters ? std::string(*code) : std::string();
}

std::optional<Coordinates> coordinates_in(const MmdbRecord& record) {
  const auto latitude = record.number({"location", "latitude"});
  const auto longitude = record.number({"location", "longitude"});
  constexpr double kPole = 90;
  constexpr double kHalfTurn = 180;
  // Written so that what is not a number is not within the bounds.
  if (latitude && longitude && *latitude >= -kPole && *latitude <= kPole &&
      *longitude >= -kHalfTurn && *longitude <= kHalfTurn) {
    return Coordinates{*latitude, *longitude};
  }
  return std::nullopt;
}

/// Anonymous IP has its flags at the top, Enterprise among its traits.
std::optional<bool> flag_of(const MmdbRecord& record, const char* name) {
  const auto flag = record.flag({name});
  return flag ? flag : record.flag({"traits", name});
}

/// Absent: the record says nothing of the kind of its network.
std::optional<NetworkKind> network_in(const MmdbRecord& record) {
  const auto anonymous = flag_of(record, "is_anonymous");
  const auto hosting = flag_of(record, "is_hosting_provider");
  bool told = anonymous || hosting;
  bool hidden = false;
  for (const char* name :
       {"is_anonymous_vpn", "is_public_proxy", "is_residential_proxy", "is_tor_exit_node"}) {
    const auto flag = flag_of(record, name);
    told = told || flag;
    hidden = hidden || flag.value_or(false);
  }
  // A hosting provider is marked as anonymous too.
  if (hidden || (anonymous.value_or(false) && !hosting.value_or(false))) {
    return NetworkKind::kAnonymous;
  }
  if (hosting.value_or(false)) {
    return NetworkKind::kHosting;
  }
  return told ? std::optional(NetworkKind::kUnknown) : std::nullopt;
}

template <typename Holds>
Result<std::unique_ptr<const MmdbFile>> open_checked(const std::string& path, const char* content,
                                                     const Holds& holds) {
  GATE_TRY(std::unique_ptr<const MmdbFile> file, MmdbFile::open(path));
  auto records = file->first_records(kCheckedRecords);
  const bool damaged = !records || std::any_of(records->begin(), records->end(),
                                               [](const MmdbRecord& r) { return r.is_damaged(); });
  if (damaged) {
    return Error{ErrorCode::kInvalidArgument, fmt::format("{} is damaged", path)};
  }
  if (std::none_of(records->begin(), records->end(), holds)) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("{} ({}) holds no {}", path, file->type(), content)};
  }
  return file;
}

}  // namespace

Result<std::unique_ptr<const MmdbFile>> open_country_file(const std::string& path) {
  return open_checked(path, "countries (country.iso_code)",
                      [](const MmdbRecord& record) { return !country_in(record).empty(); });
}

Result<std::unique_ptr<const MmdbFile>> open_network_file(const std::string& path) {
  return open_checked(path, "kinds of networks (is_anonymous, is_hosting_provider ...)",
                      [](const MmdbRecord& record) { return network_in(record).has_value(); });
}

PlaceFiles::PlaceFiles(PlacePaths paths, Logger& log) : log_(log) {
  country_.path = std::move(paths.country);
  country_.open = open_country_file;
  network_.path = std::move(paths.network);
  network_.open = open_network_file;
}

PlaceFiles::~PlaceFiles() = default;

PlaceFiles::Signature PlaceFiles::signature_of(const std::string& path) {
  struct stat file{};
  if (path.empty() || ::stat(path.c_str(), &file) != 0) {
    return {};
  }
  constexpr std::int64_t kNanos = 1'000'000'000;
  return {.size = file.st_size,
          .modified = file.st_mtim.tv_sec * kNanos + file.st_mtim.tv_nsec,
          .changed = file.st_ctim.tv_sec * kNanos + file.st_ctim.tv_nsec,
          .inode = file.st_ino};
}

std::shared_ptr<const MmdbFile> PlaceFiles::in_use(const Slot& slot) const {
  const std::scoped_lock lock(mutex_);
  return slot.file;
}

Result<void> PlaceFiles::load(Slot& slot) {
  if (slot.path.empty()) {
    return {};
  }
  slot.loaded = slot.seen = signature_of(slot.path);
  auto opened = slot.open(slot.path);
  if (!opened) {
    log_.error("place_file_refused", {{"file", slot.path},
                                      {"error", opened.error().message},
                                      {"old_one_stays", slot.file != nullptr}});
    return std::move(opened).error();
  }
  std::shared_ptr<const MmdbFile> file = std::move(*opened);
  log_.info("place_file_loaded", {{"file", slot.path}, {"type", file->type()}});
  const std::scoped_lock lock(mutex_);
  std::swap(slot.file, file);
  return {};
}

Result<void> PlaceFiles::load() {
  GATE_TRY_VOID(load(country_));
  return load(network_);
}

void PlaceFiles::look(Slot& slot) {
  if (slot.path.empty()) {
    return;
  }
  const Signature now = signature_of(slot.path);
  if (now == slot.loaded || now != slot.seen) {
    slot.seen = now;
    return;
  }
  static_cast<void>(load(slot));  // the failure was logged, and the old file stays
}

void PlaceFiles::look() {
  look(country_);
  look(network_);
}

Place PlaceFiles::place_of(std::string_view ip) const {
  Place place;
  if (ip.empty()) {
    return place;
  }
  if (const auto file = in_use(country_)) {
    if (const auto record = file->find(ip)) {
      place.country = country_in(*record);
      place.at = coordinates_in(*record);
    }
  }
  if (const auto file = in_use(network_)) {
    if (const auto record = file->find(ip)) {
      place.network = network_in(*record).value_or(NetworkKind::kUnknown);
    }
  }
  return place;
}

}  // namespace gate::server
