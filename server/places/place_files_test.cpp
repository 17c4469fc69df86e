#include "server/places/place_files.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include "server/log/log.h"
#include "server/places/mmdb_file.h"
#include "server/places/mmdb_writer.h"

namespace gate::server {
namespace {

using ::testing::HasSubstr;
using Json = boost::json::object;

Json in_country(const char* code) {
  return {{"country", Json{{"iso_code", code}, {"names", Json{{"en", "A country"}}}}}};
}
Json in_city(const char* code, double latitude, double longitude) {
  Json record = in_country(code);
  record["location"] =
      Json{{"latitude", latitude}, {"longitude", longitude}, {"accuracy_radius", 20}};
  return record;
}

std::string two_countries() {
  return MmdbWriter()
      .add("203.0.113.0/24", in_city("AT", 48.2, 16.4))
      .add("198.51.100.0/25", in_country("US"))
      .add("2001:db8::/32", in_country("DE"))
      .bytes("GeoLite2-City");
}
std::string one_country(const char* code) {
  return MmdbWriter().add("203.0.113.0/24", in_country(code)).bytes("GeoLite2-Country");
}

class PlaceFilesTest : public testing::Test {
 protected:
  PlaceFilesTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "gate-places-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    log_file_ = ::open((folder_ / "log").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    log_ = std::make_unique<Logger>(log_file_, LogLevel::kInfo, LogFormat::kJson);
  }
  ~PlaceFilesTest() override {
    log_.reset();
    ::close(log_file_);
    std::filesystem::remove_all(folder_);
  }
  [[nodiscard]] std::string path(const char* name) const { return (folder_ / name).string(); }
  std::unique_ptr<PlaceFiles> loaded(const PlacePaths& paths) {
    auto files = std::make_unique<PlaceFiles>(paths, *log_);
    const auto done = files->load();
    EXPECT_TRUE(done) << done.error().message;
    return files;
  }
  [[nodiscard]] std::string logged() const {
    std::ifstream file(folder_ / "log");
    return {std::istreambuf_iterator<char>(file), {}};
  }
  /// As the service does: twice, because a change has to stand still.
  static void look_twice(PlaceFiles& files) {
    files.look();
    files.look();
  }

  std::filesystem::path folder_;
  int log_file_ = -1;
  std::unique_ptr<Logger> log_;
};

TEST_F(PlaceFilesTest, S2_AnAddressHasTheCountryThatTheFileSays) {
  replace_file(path("c"), two_countries());
  const auto files = loaded({.country = path("c"), .network = ""});
  EXPECT_TRUE(files->knows_countries());
  EXPECT_EQ(files->place_of("203.0.113.9").country, "AT");
  EXPECT_EQ(files->place_of("203.0.113.9").at, (Coordinates{48.2, 16.4}));
  EXPECT_EQ(files->place_of("198.51.100.127").country, "US");
  EXPECT_EQ(files->place_of("198.51.100.127").at, std::nullopt);
  EXPECT_EQ(files->place_of("2001:db8:1::7").country, "DE");
  for (const char* nowhere : {"198.51.100.128", "2001:db9::1", "127.0.0.1", "", "nonsense"}) {
    EXPECT_EQ(files->place_of(nowhere).country, "") << nowhere;
  }
}

TEST_F(PlaceFilesTest, WhatIsNoCountryIsNone) {
  replace_file(path("c"), MmdbWriter()
                              .add("203.0.113.0/25", in_country("AT"))
                              .add("203.0.113.128/25", in_country("aut"))
                              .add("198.51.100.0/24", Json{{"country", "AT"}})
                              .add("192.0.2.0/24", in_city("DE", 91.0, 16.4))
                              .bytes("x"));
  const auto files = loaded({.country = path("c"), .network = ""});
  EXPECT_EQ(files->place_of("203.0.113.1").country, "AT");
  EXPECT_EQ(files->place_of("203.0.113.200").country, "");
  EXPECT_EQ(files->place_of("198.51.100.1").country, "");
  EXPECT_EQ(files->place_of("192.0.2.1").country, "DE");
  EXPECT_EQ(files->place_of("192.0.2.1").at, std::nullopt) << "beyond the pole";
}

TEST_F(PlaceFilesTest, ANetworkHasTheKindThatTheFileSays) {
  replace_file(
      path("n"),
      MmdbWriter()
          .add("203.0.113.0/25", Json{{"is_anonymous", true}})
          .add("203.0.113.128/25", Json{{"is_anonymous", true}, {"is_hosting_provider", true}})
          .add("198.51.100.0/25", Json{{"is_anonymous", true},
                                       {"is_hosting_provider", true},
                                       {"is_tor_exit_node", true}})
          .add("198.51.100.128/25", Json{{"traits", Json{{"is_public_proxy", true}}}})
          .add("192.0.2.0/24", Json{{"is_anonymous", false}})
          .bytes("GeoIP2-Anonymous-IP"));
  const auto files = loaded({.country = "", .network = path("n")});
  EXPECT_FALSE(files->knows_countries());
  EXPECT_EQ(files->place_of("203.0.113.1").network, NetworkKind::kAnonymous);
  EXPECT_EQ(files->place_of("203.0.113.200").network, NetworkKind::kHosting);
  EXPECT_EQ(files->place_of("198.51.100.1").network, NetworkKind::kAnonymous);
  EXPECT_EQ(files->place_of("198.51.100.200").network, NetworkKind::kAnonymous);
  EXPECT_EQ(files->place_of("192.0.2.1").network, NetworkKind::kUnknown);
  EXPECT_EQ(files->place_of("10.0.0.1").network, NetworkKind::kUnknown);
}

TEST_F(PlaceFilesTest, AChangedFileIsReadWithoutARestart) {
  replace_file(path("c"), one_country("AT"));
  const auto files = loaded({.country = path("c"), .network = ""});
  replace_file(path("c"), one_country("CH"));
  EXPECT_EQ(files->place_of("203.0.113.1").country, "AT");
  files->look();
  EXPECT_EQ(files->place_of("203.0.113.1").country, "AT") << "it may still change";
  files->look();
  EXPECT_EQ(files->place_of("203.0.113.1").country, "CH");
}

TEST_F(PlaceFilesTest, ABadFileIsRefusedAndTheOldOneStaysAndTheLogSaysSo) {
  replace_file(path("c"), one_country("AT"));
  const auto files = loaded({.country = path("c"), .network = ""});
  const std::string good = one_country("CH");
  for (const std::string& bad : {std::string("no database"), std::string(),
                                 good.substr(0, good.size() / 2), std::string(1 << 16, 'x')}) {
    replace_file(path("c"), bad);
    look_twice(*files);
    EXPECT_EQ(files->place_of("203.0.113.1").country, "AT");
  }
  EXPECT_THAT(logged(), HasSubstr("place_file_refused"));
  EXPECT_THAT(logged(), HasSubstr("\"old_one_stays\":true"));
  std::filesystem::remove(path("c"));
  look_twice(*files);
  EXPECT_EQ(files->place_of("203.0.113.1").country, "AT");
  replace_file(path("c"), good);
  look_twice(*files);
  EXPECT_EQ(files->place_of("203.0.113.1").country, "CH") << "a good one is used again";
}

TEST_F(PlaceFilesTest, AFileThatIsOverwrittenInPlaceDoesNotChangeUnderAReader) {
  replace_file(path("c"), two_countries());
  const auto files = loaded({.country = path("c"), .network = ""});
  std::ofstream(path("c"), std::ios::binary | std::ios::trunc) << "";  // a mapped file would fault
  EXPECT_EQ(files->place_of("203.0.113.9").country, "AT");
  EXPECT_EQ(files->place_of("2001:db8:1::7").country, "DE");
}

TEST_F(PlaceFilesTest, AFileOfAnotherKindIsRefusedInWords) {
  replace_file(path("c"), one_country("AT"));
  replace_file(path("n"), MmdbWriter()
                              .add("203.0.113.0/24", Json{{"is_anonymous", true}})
                              .bytes("GeoIP2-Anonymous-IP"));
  EXPECT_TRUE(open_country_file(path("c")));
  EXPECT_TRUE(open_network_file(path("n")));
  EXPECT_THAT(open_country_file(path("n")).error().message,
              HasSubstr("(GeoIP2-Anonymous-IP) holds no countries"));
  EXPECT_THAT(open_network_file(path("c")).error().message,
              HasSubstr("holds no kinds of networks"));
  EXPECT_THAT(open_country_file(path("nothing")).error().message, HasSubstr("cannot be read"));
  EXPECT_THAT(open_country_file(folder_.string()).error().message, HasSubstr("is no file"));
}

TEST_F(PlaceFilesTest, DamagedFilesHarmNothing) {
  const std::string good = two_countries();
  std::mt19937 dice(20261201);
  int refused = 0;
  constexpr int kRounds = 400;
  for (int i = 0; i < kRounds; ++i) {
    std::string damaged = good;
    for (int flips = 0; flips < 3; ++flips) {
      damaged[dice() % damaged.size()] = static_cast<char>(dice());
    }
    replace_file(path("c"), damaged);
    PlaceFiles files({.country = path("c"), .network = ""}, *log_);
    refused += files.load() ? 0 : 1;
    for (const char* ip :
         {"203.0.113.9", "198.51.100.127", "2001:db8:1::7", "::", "255.255.255.255"}) {
      const Place place = files.place_of(ip);
      EXPECT_TRUE(place.country.empty() || place.country.size() == 2);
    }
  }
  EXPECT_GT(refused, kRounds / 20);
}

}  // namespace
}  // namespace gate::server
