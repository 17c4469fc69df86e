#pragma once

#include <gate/result.hpp>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "server/domain/place_lookup.h"

namespace gate::server {

class Logger;
class MmdbFile;

/// The MaxMind files of the operator. Empty paths: none.
struct PlacePaths {
  std::string country;  ///< GeoIP2 or GeoLite2 Country, City or Enterprise; cities give coordinates
  std::string network;  ///< GeoIP2 Anonymous IP or Enterprise
};

/// Opens the database and checks that its first records hold countries. The errors name the file.
[[nodiscard]] Result<std::unique_ptr<const MmdbFile>> open_country_file(const std::string& path);
/// The same for kinds of networks.
[[nodiscard]] Result<std::unique_ptr<const MmdbFile>> open_network_file(const std::string& path);

/// Places by the files of the operator. A file is read again after it has changed. If the new one
/// cannot be used, the old one stays in use, and the log says so.
class PlaceFiles final : public PlaceLookup {
 public:
  /// `log` must outlive this.
  PlaceFiles(PlacePaths paths, Logger& log);
  ~PlaceFiles() override;

  /// Reads both files. Fails on the first that cannot be used; the files in use then stay.
  Result<void> load();
  /// Reads a file that changed and did not change again until the next call. Takes a stat() for
  /// each file, and the time to read one that changed. From one thread.
  void look();

  [[nodiscard]] Place place_of(std::string_view ip) const override;
  [[nodiscard]] bool knows_countries() const override { return !country_.path.empty(); }

 private:
  /// A fingerprint of a file: equal while it did not change.
  struct Signature {
    std::int64_t size = -1;
    std::int64_t modified = 0;
    std::int64_t changed = 0;
    std::uint64_t inode = 0;
    friend bool operator==(const Signature&, const Signature&) = default;
  };
  struct Slot {
    std::string path;
    Result<std::unique_ptr<const MmdbFile>> (*open)(const std::string&) = nullptr;
    std::shared_ptr<const MmdbFile> file;
    Signature loaded;
    Signature seen;
  };
  [[nodiscard]] static Signature signature_of(const std::string& path);
  [[nodiscard]] std::shared_ptr<const MmdbFile> in_use(const Slot& slot) const;
  Result<void> load(Slot& slot);
  void look(Slot& slot);

  Logger& log_;
  mutable std::mutex mutex_;  ///< of the `file` of both
  Slot country_;
  Slot network_;
};

}  // namespace gate::server
