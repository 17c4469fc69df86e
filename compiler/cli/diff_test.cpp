#include "compiler/cli/diff.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <charconv>
#include <random>
#include <string>
#include <vector>

namespace gate::cli {
namespace {

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return out;
}

/// What `patch` would make of `before`; fails the test where the diff does not fit.
std::string patched(const std::string& before, const std::string& diff) {
  const auto old_lines = lines_of(before);
  const auto diff_lines = lines_of(diff);
  std::string out;
  std::size_t next = 0;  // in old_lines
  for (std::size_t i = 2; i < diff_lines.size(); ++i) {
    const std::string& line = diff_lines[i];
    if (line.starts_with("@@ -")) {
      std::size_t start = 0;
      std::size_t count = 0;
      const char* end = line.data() + line.size();
      const auto comma = std::from_chars(line.data() + 4, end, start).ptr;
      std::from_chars(comma + 1, end, count);
      const std::size_t begin = count == 0 ? start : start - 1;
      for (; next < begin && next < old_lines.size(); ++next) {
        out += old_lines[next];
      }
      EXPECT_EQ(begin, next) << diff;
    } else if (line.starts_with('+')) {
      out += line.substr(1);
    } else if (!line.starts_with('\\')) {
      if (next >= old_lines.size() || old_lines[next] != line.substr(1)) {
        ADD_FAILURE() << "line " << i << " does not fit\n" << diff;
        return out;
      }
      out += line.starts_with(' ') ? old_lines[next] : std::string();
      ++next;
    }
  }
  for (; next < old_lines.size(); ++next) {
    out += old_lines[next];
  }
  return out;
}

TEST(Diff, EqualTextsHaveNone) {
  EXPECT_EQ(unified_diff("a\nb\n", "a\nb\n", "x", "y"), "");
}

TEST(Diff, ShowsAChangeWithThreeLinesAroundIt) {
  EXPECT_EQ(unified_diff("1\n2\n3\n4\n5\n6\n7\n8\n", "1\n2\n3\n4\nfive\n6\n7\n8\n", "a", "b"),
            "--- a\n+++ b\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
}

TEST(Diff, SaysWhereALastLineHasNoEnd) {
  EXPECT_EQ(unified_diff("a", "a\n", "x", "y"),
            "--- x\n+++ y\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n");
}

TEST(Diff, FromAndToNothing) {
  EXPECT_EQ(unified_diff("", "a\n", "x", "y"), "--- x\n+++ y\n@@ -0,0 +1,1 @@\n+a\n");
  EXPECT_EQ(unified_diff("a\n", "", "x", "y"), "--- x\n+++ y\n@@ -1,1 +0,0 @@\n-a\n");
}

TEST(Diff, AppliedToTheOldTextGivesTheNewOne) {
  std::mt19937 random(20261125);
  for (int round = 0; round < 500; ++round) {
    std::string before;
    std::string after;
    const auto lines = random() % 40;
    for (std::size_t i = 0; i < lines; ++i) {
      const std::string line = fmt::format("line {}\n", random() % 6);
      const auto fate = random() % 8;
      before += fate == 0 ? "" : line;
      after += fate == 1 ? "" : line;
      after += fate == 2 ? fmt::format("new {}\n", random() % 3) : "";
    }
    SCOPED_TRACE(round);
    if (before != after) {
      EXPECT_EQ(patched(before, unified_diff(before, after, "a", "b")), after);
    }
  }
}

TEST(Diff, BeyondItsBoundReplacesEverything) {
  std::string before;
  std::string after;
  for (std::size_t i = 0; i <= kDiffEditsMax; ++i) {
    before += fmt::format("old {}\n", i);
    after += fmt::format("new {}\n", i);
  }
  EXPECT_EQ(patched(before, unified_diff(before, after, "a", "b")), after);
}

}  // namespace
}  // namespace gate::cli
