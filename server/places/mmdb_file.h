#pragma once

#include <maxminddb.h>

#include <gate/result.hpp>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gate::server {

/// One record of a database; valid as long as its file is.
class MmdbRecord {
 public:
  explicit MmdbRecord(MMDB_entry_s entry) : entry_(entry) {}
  /// The value at this path of map keys, if it is there and has this type. They return nothing for
  /// a damaged record as well; `is_damaged` tells.
  [[nodiscard]] std::optional<std::string_view> text(std::initializer_list<const char*> path) const;
  [[nodiscard]] std::optional<double> number(std::initializer_list<const char*> path) const;
  [[nodiscard]] std::optional<bool> flag(std::initializer_list<const char*> path) const;
  /// True if the record cannot be decoded.
  [[nodiscard]] bool is_damaged() const;

 private:
  [[nodiscard]] std::optional<MMDB_entry_data_s> value(std::initializer_list<const char*> path,
                                                       std::uint32_t type) const;
  MMDB_entry_s entry_;
};

/// A MaxMind database in memory. It is a copy of the file: an operator may overwrite the file while
/// the server runs, and a mapped file would change under a reader. Immutable; any number of
/// threads.
class MmdbFile {
 public:
  /// kInvalidArgument: the file is none, is larger than 1 GiB, or changed while it was read.
  static Result<std::unique_ptr<const MmdbFile>> open(const std::string& path);
  ~MmdbFile();
  MmdbFile(const MmdbFile&) = delete;
  MmdbFile& operator=(const MmdbFile&) = delete;

  /// The record of an address, IPv4 or IPv6.
  [[nodiscard]] std::optional<MmdbRecord> find(std::string_view ip) const;
  /// The first records in the order of addresses, at most `most`. kInvalidArgument: the tree of
  /// addresses is damaged.
  [[nodiscard]] Result<std::vector<MmdbRecord>> first_records(std::size_t most) const;
  /// "GeoLite2-City"
  [[nodiscard]] std::string_view type() const;

 private:
  MmdbFile() = default;
  MMDB_s database_{};
  bool opened_ = false;
};

}  // namespace gate::server
