#include "tests/golden/golden_file.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace golden {
namespace {

TEST(GoldenFile, SplitsAndJoinsToTheSameBytes) {
  const std::string text =
      "users A = user \"a\"\n--- file: b.gate\nusers B = A\n--- diagnostics\nnone\n";
  const GoldenFile file = split("a.gate", text);
  EXPECT_EQ(join(file), text);
  const auto files = inputs(file);
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[0].name, "a.gate");
  EXPECT_EQ(files[0].text, "users A = user \"a\"\n");
  EXPECT_EQ(files[1].name, "b.gate");
  EXPECT_EQ(files[1].text, "users B = A\n");
}

TEST(GoldenFile, EscapesAreDecodedInInputsAndEncodedInOutput) {
  const GoldenFile file = split("a.gate", "# GOLDEN: escapes\n\"<<FF>><<U+202E>>x\"\n");
  const std::string text = inputs(file)[0].text;
  EXPECT_EQ(text, "# GOLDEN: escapes\n\"\xFF\xE2\x80\xAEx\"\n");
  EXPECT_EQ(encode(text, file.options), "# GOLDEN: escapes\n\"<<FF>><<U+202E>>x\"\n");
}

TEST(GoldenFile, OptionsSetTheDayAndTheLimits) {
  const GoldenFile file = split("a.gate", "# GOLDEN: today=2026-11-25 tokens_max=8\n");
  EXPECT_EQ(file.options.today, (gate::Date{2026, 11, 25}));
  EXPECT_EQ(file.options.limits.tokens_max, 8U);
  EXPECT_THROW(split("a.gate", "# GOLDEN: tokens=8\n"), std::runtime_error);
  EXPECT_THROW(split("a.gate", "# GOLDEN: today=tomorrow\n"), std::runtime_error);
}

TEST(GoldenFile, ExistsForEveryKindAndIsNamedAfterWhatItShows) {
  EXPECT_FALSE(files_of("parse").empty());
  EXPECT_FALSE(files_of("format").empty());
  EXPECT_EQ(test_name("x/fail_mixed-scripts.gate"), "fail_mixed_scripts");
}

}  // namespace
}  // namespace golden
