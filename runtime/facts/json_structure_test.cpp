#include "runtime/facts/json_structure.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace gate::facts {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_word(char c) {
  return !is_blank(c) && std::string_view("{}[]:,\"").find(c) == std::string_view::npos;
}

/// The structure of a text by the definition, one character after the other. Only of texts whose
/// strings are closed.
std::vector<std::uint32_t> read_slowly(std::string_view text) {
  std::vector<std::uint32_t> places;
  bool in_string = false;
  bool in_word = false;
  bool escaped = false;
  for (std::uint32_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool quote = c == '"' && !escaped;
    escaped = in_string && c == '\\' && !escaped;
    if (in_string) {
      in_string = !quote;
      continue;
    }
    if (!is_blank(c) && !(in_word && is_word(c))) {
      places.push_back(i);
    }
    in_string = quote;
    in_word = is_word(c);
  }
  return in_string ? std::vector<std::uint32_t>() : places;
}

/// With something behind it that would go on.
JsonStructure::Found find(JsonStructure& structure, std::string_view text) {
  static std::string padded;
  padded.assign(text).append(JsonStructure::kPadding, '}');
  return structure.of(std::string_view(padded).substr(0, text.size()));
}

/// Anything, but for backslashes outside of strings and quotes behind words. No JSON has them, and
/// the kernels of the library differ about them.
std::string random_text(std::minstd_rand& random) {
  constexpr std::string_view kBytes = R"(\"{}[]:, aetrue019-.)";
  std::string text(1 + random() % 200, ' ');
  bool in_string = false;
  bool escaped = false;
  char last = ' ';
  for (char& c : text) {
    const std::size_t first = in_string ? 0 : is_word(last) ? 2 : 1;
    c = kBytes[first + random() % (kBytes.size() - first)];
    in_string ^= c == '"' && !escaped;
    escaped = in_string && c == '\\' && !escaped;
    last = in_string ? '"' : c;
  }
  return text;
}

/// Runs f with each of the library's kernels that this machine has, as others may have them.
template <typename F>
void with_each_kernel(F f) {
  auto& active = simdjson::get_active_implementation();
  const simdjson::implementation* const before = active;
  for (const simdjson::implementation* each : simdjson::get_available_implementations()) {
    if (each->supported_by_runtime_system()) {
      SCOPED_TRACE(each->name());
      active = each;
      f();
    }
  }
  active = before;
}

TEST(JsonStructure, TheLibraryIsAsItWasWhenThisWasWritten) {
  EXPECT_TRUE(JsonStructure().trusted())
      << "simdjson " << simdjson::SIMDJSON_VERSION_MAJOR << "." << simdjson::SIMDJSON_VERSION_MINOR
      << " does not find what JsonStructure takes it to find: no record has an outline now, and "
         "replays are slow. Read what its stage 1 gives today, and mend json_structure.cpp.";
  with_each_kernel([] { EXPECT_TRUE(JsonStructure().trusted()); });
}

TEST(JsonStructure, FindsWhatReadingSlowlyFinds) {
  with_each_kernel([] {
    std::minstd_rand random(20261130);
    JsonStructure structure;
    std::size_t compared = 0;
    for (int i = 0; i < 5'000; ++i) {
      const std::string text = random_text(random);
      const std::vector<std::uint32_t> meant = read_slowly(text);
      const JsonStructure::Found found = find(structure, text);
      ASSERT_EQ(found.problem != nullptr, meant.empty()) << text;
      if (found.problem == nullptr) {
        ASSERT_TRUE(std::ranges::equal(found.places, meant)) << text;
        ASSERT_EQ(found.places.data()[meant.size()], text.size());
        ASSERT_EQ(found.places.data()[meant.size() + 1], text.size());
        ++compared;
      }
    }
    EXPECT_GT(compared, 1'000U);
  });
}

TEST(JsonStructure, GrowsWithItsTexts) {
  JsonStructure structure;
  for (const std::size_t size : {1U, 4096U, 4097U, 100'000U, 5U}) {
    const std::string text = "[" + std::string(size, ' ') + "]";
    const JsonStructure::Found found = find(structure, text);
    ASSERT_EQ(found.problem, nullptr);
    EXPECT_EQ(found.places.back(), size + 1);
  }
}

TEST(JsonStructure, ALibraryThatIsOtherwiseIsNotTrusted) {
  using Found = JsonStructure::Found;
  using Places = std::vector<std::uint32_t>;
  JsonStructure right;
  Places places;
  const auto trusted = [&](auto change) {
    return finds_what_is_there([&](std::string_view text) {
      const Found found = right.of(text);
      if (found.problem != nullptr) {
        return found;
      }
      const std::uint32_t* const begin = found.places.data();
      places.assign(begin, begin + found.places.size() + Found::kPlacesBehind);
      change(places);
      return Found{std::span(places).first(places.size() - Found::kPlacesBehind)};
    });
  };
  EXPECT_TRUE(trusted([](Places&) {}));
  EXPECT_FALSE(trusted([](Places& all) { all.erase(all.begin()); })) << "one is missing";
  EXPECT_FALSE(trusted([](Places& all) { all.insert(all.begin(), 0); })) << "one is too many";
  EXPECT_FALSE(trusted([](Places& all) { all.front() += 1; })) << "one has moved";
  EXPECT_FALSE(trusted([](Places& all) { all.back() = 0; })) << "no mark of the end";
  EXPECT_FALSE(finds_what_is_there([](std::string_view) { return Found{}; })) << "all is JSON";
  EXPECT_FALSE(finds_what_is_there([](std::string_view) { return Found{{}, "no"}; }))
      << "nothing is JSON";
}

}  // namespace
}  // namespace gate::facts
