#include "tests/docs/page.h"

#include <gtest/gtest.h>

namespace docs {
namespace {

TEST(DocsPage, CollectsTheExamplesOfEachChapter) {
  const auto chapters = chapters_of(
      "# Title\n## One\ntext\n```gate\nusers A = all\n```\n```\nnot ours\n```\n"
      "```gate error G0201\nbad\n```\n## Two\n```gates\nno\n```\n```gate\nx\ny\n```\n");
  ASSERT_EQ(chapters.size(), 3U);
  EXPECT_TRUE(chapters[0].examples.empty());
  ASSERT_EQ(chapters[1].examples.size(), 2U);
  EXPECT_EQ(chapters[1].examples[0].text, "users A = all\n");
  EXPECT_EQ(chapters[1].examples[0].line, 4U);
  EXPECT_EQ(chapters[1].examples[1].expected_code, "G0201");
  ASSERT_EQ(chapters[2].examples.size(), 1U);
  EXPECT_EQ(chapters[2].examples[0].text, "x\ny\n");
}

}  // namespace
}  // namespace docs
