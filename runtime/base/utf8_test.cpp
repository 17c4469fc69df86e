#include "runtime/base/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gate {
namespace {

/// The definition, written apart: decode to a number, then look at the number.
bool by_definition(std::string_view s) {
  for (std::size_t i = 0; i < s.size();) {
    const auto lead = static_cast<unsigned char>(s[i]);
    const unsigned length = lead < 0x80    ? 1
                            : lead >= 0xF0 ? (lead < 0xF8 ? 4 : 0)
                            : lead >= 0xE0 ? 3
                            : lead >= 0xC0 ? 2
                                           : 0;
    if (length == 0 || length > s.size() - i) {
      return false;
    }
    unsigned point = length == 1 ? lead : lead & (0x7FU >> length);
    for (unsigned k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(s[i + k]);
      if ((next & 0xC0) != 0x80) {
        return false;
      }
      point = (point << 6) | (next & 0x3F);
    }
    constexpr unsigned kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    if (point < kLeast[length] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) {
      return false;
    }
    i += length;
  }
  return true;
}

TEST(Utf8, AgreesWithTheDefinitionOnEveryThreeBytesAndTheEdgesOfFour) {
  std::size_t good = 0;
  for (unsigned n = 0; n < (1U << 24); n += 1 + n % 13) {
    const std::string s = {static_cast<char>(n >> 16), static_cast<char>(n >> 8),
                           static_cast<char>(n)};
    ASSERT_EQ(is_utf8(s), by_definition(s)) << n;
    good += is_utf8(s) ? 1U : 0U;
  }
  EXPECT_GT(good, 100'000U);
  for (unsigned lead = 0xEF; lead < 0x100; ++lead) {
    for (unsigned second = 0; second < 0x100; ++second) {
      for (const char tail : {'\x7F', '\x80', '\xBF', '\xC0'}) {
        const std::string s = {static_cast<char>(lead), static_cast<char>(second), tail, '\x80'};
        ASSERT_EQ(is_utf8(s), by_definition(s)) << lead << " " << second;
      }
    }
  }
}

TEST(Utf8, LooksPastLongAsciiAndFindsTheBadByteAnywhere) {
  std::string text(64, 'a');
  EXPECT_TRUE(is_utf8(text));
  EXPECT_TRUE(is_utf8(""));
  for (char& c : text) {
    c = '\xFF';
    EXPECT_FALSE(is_utf8(text));
    c = 'a';
  }
  EXPECT_TRUE(is_utf8("größer als 1 € 🙂"));
  EXPECT_FALSE(is_utf8("cut short \xE2\x82"));
}

TEST(TextWords, EveryByteOfATextCountsAndNothingAroundIt) {
  for (std::size_t size = 0; size < 40; ++size) {
    std::string text(size + 2, 'a');  // one byte more on either side
    const std::string_view inside = std::string_view(text).substr(1, size);
    const std::string other(inside);
    const auto words = [](std::string_view t) {
      std::vector<std::uint64_t> out;
      for_each_word(t, [&out](std::uint64_t w) { out.push_back(w); });
      return out;
    };
    const auto before = words(inside);
    for (std::size_t i = 0; i < text.size(); ++i) {
      text[i] = 'b';
      const bool is_inside = i >= 1 && i <= size;
      EXPECT_EQ(words(inside) == before, !is_inside) << size << ", byte " << i;
      EXPECT_EQ(same_bytes(inside.data(), other.data(), size), !is_inside) << size << ", " << i;
      text[i] = '\xC3';
      EXPECT_EQ(is_utf8(inside), !is_inside) << size << ", byte " << i;
      text[i] = 'a';
    }
    EXPECT_TRUE(same_bytes(inside.data(), other.data(), size));
  }
}

}  // namespace
}  // namespace gate
