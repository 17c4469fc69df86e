#include "runtime/index/places.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace gate::index {
namespace {

/// The system's own reading, v4 mapped into v6.
bool system_reads(const std::string& text, Address& out) {
  std::array<std::uint8_t, 16> bytes{};
  std::array<std::uint8_t, 4> v4{};
  if (inet_pton(AF_INET, text.c_str(), v4.data()) == 1) {
    bytes[10] = bytes[11] = 0xFF;
    std::copy(v4.begin(), v4.end(), bytes.begin() + 12);
  } else if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) {
    return false;
  }
  out = {};
  for (std::size_t i = 0; i < 8; ++i) {
    out.high = out.high << 8U | bytes[i];
    out.low = out.low << 8U | bytes[i + 8];
  }
  return true;
}

void expect_as_the_system(const std::string& text) {
  Address ours;
  Address theirs;
  const bool we = read_address(text, ours);
  ASSERT_EQ(we, system_reads(text, theirs)) << text;
  if (we) {
    EXPECT_TRUE(ours == theirs) << text;
  }
}

TEST(Address, IsReadAsTheSystemReadsIt) {
  for (const char* text : {"",
                           "0.0.0.0",
                           "255.255.255.255",
                           "256.1.1.1",
                           "1.2.3",
                           "1.2.3.4.5",
                           "1.2.3.",
                           ".1.2.3",
                           "01.2.3.4",
                           "1.2.3.04",
                           "00.0.0.0",
                           "1.2.3.4 ",
                           " 1.2.3.4",
                           "1..2.3",
                           "1.2.3.1000",
                           "+1.2.3.4",
                           "::",
                           "::1",
                           "::ffff:1.2.3.4",
                           "::ffff:1.2.3.04",
                           "1:2:3:4:5:6:7:8",
                           "1:2:3:4:5:6:7:8:9",
                           "ABCD:ABCD:ABCD:ABCD:ABCD:ABCD:192.168.158.190",
                           "ABCD:ABCD:ABCD:ABCD:ABCD:ABCD:192.168.158.1900",
                           "fe80::1%eth0",
                           "12345::"}) {
    expect_as_the_system(text);
  }
}

TEST(Address, IsReadAsTheSystemReadsItWhateverTheText) {
  std::mt19937 random(7);
  constexpr std::string_view kCharacters = "0123456789abcF.::..125";
  for (int i = 0; i < 200'000; ++i) {
    std::string text;
    for (std::size_t n = random() % 18; n > 0; --n) {
      text.push_back(kCharacters[random() % kCharacters.size()]);
    }
    expect_as_the_system(text);
  }
  Address out;
  EXPECT_FALSE(read_address(std::string_view("1.2.3.4\0", 8), out));
}

TEST(Places, FindEveryRangeAroundAnAddressToTheEndsOfTheSpace) {
  const auto range = [](std::uint8_t first, std::uint8_t prefix) {
    ir::Cidr c;
    c.address.fill(0);
    c.address[0] = first;
    c.prefix = prefix;
    return c;
  };
  ir::Cidr last;
  last.address.fill(0xFF);
  ir::Program program;
  const std::vector<ir::Cidr> ranges = {range(0, 0), range(0x80, 1), range(0xC0, 2), last};
  for (std::uint32_t i = 0; i < ranges.size(); ++i) {
    ir::Location location;
    location.name = "place" + std::to_string(i);
    location.ranges = {ranges[i]};
    program.locations.push_back(location);
    program.location_sets.push_back({{i}});
  }
  const Places places(program, 10);
  const auto sets = [&places](std::uint64_t high, std::uint64_t low) {
    std::vector<std::uint32_t> found;
    places.sets_of(places.innermost({high, low}), Places::country(""),
                   [&found](std::uint32_t set) { found.push_back(set); });
    std::sort(found.begin(), found.end());
    return found;
  };
  constexpr std::uint64_t kAll = ~std::uint64_t{0};
  using Sets = std::vector<std::uint32_t>;
  EXPECT_EQ(sets(0, 0), (Sets{10}));
  EXPECT_EQ(sets(kAll >> 1, kAll), (Sets{10}));
  EXPECT_EQ(sets(std::uint64_t{1} << 63, 0), (Sets{10, 11}));
  EXPECT_EQ(sets(std::uint64_t{3} << 62, 0), (Sets{10, 11, 12}));
  EXPECT_EQ(sets(kAll, kAll - 1), (Sets{10, 11, 12}));
  EXPECT_EQ(sets(kAll, kAll), (Sets{10, 11, 12, 13}));
}

}  // namespace
}  // namespace gate::index
