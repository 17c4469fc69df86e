#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gate/compile.hpp>
#include <gate/run_tests.hpp>
#include <iterator>
#include <ostream>

#include "tests/docs/page.h"

namespace docs {
namespace {

struct Page {
  const char* file;
  std::size_t tests_min;  ///< a page whose examples are not found must not pass
};

/// What GoogleTest calls the page.
void PrintTo(const Page& page, std::ostream* out) {
  *out << page.file;
}

class DocsExamples : public testing::TestWithParam<Page> {};

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string where(const Page& page, const Example& example) {
  return std::string(page.file) + ":" + std::to_string(example.line);
}

void expect_refused(const Page& page, const Example& example, gate::CompileOptions options) {
  const auto output = gate::compile({{where(page, example), example.text}}, options);
  const bool said = std::any_of(output.diagnostics.begin(), output.diagnostics.end(),
                                [&](const auto& d) { return d.code == example.expected_code; });
  EXPECT_TRUE(said) << where(page, example) << " does not give " << example.expected_code << "\n"
                    << gate::render_text(output, false);
}

TEST_P(DocsExamples, CompileAndTheirTestsHold) {
  const Page page = GetParam();
  std::size_t ran = 0;
  for (const Chapter& chapter :
       chapters_of(read(std::filesystem::path(GATE_SOURCE_DIR) / page.file))) {
    std::vector<gate::SourceFile> files;
    for (const Example& example : chapter.examples) {
      if (example.expected_code.empty()) {
        files.push_back({where(page, example), example.text});
      } else {
        expect_refused(page, example, {});
      }
    }
    if (files.empty()) {
      continue;
    }
    const auto output = gate::compile(std::move(files));
    ASSERT_FALSE(output.has_errors()) << chapter.title << "\n" << gate::render_text(output, false);
    const gate::TestReport report = gate::run_tests(*output.policies, output.tests);
    ran += report.results.size();
    for (const gate::TestResult& result : report.results) {
      const gate::CompiledTest& test = output.tests[result.test];
      EXPECT_TRUE(result.passed) << chapter.title << ": " << test.name << " " << test.row
                                 << "\nexpected " << result.expected << "\nactual   "
                                 << result.actual;
    }
  }
  EXPECT_GE(ran, page.tests_min);
}

INSTANTIATE_TEST_SUITE_P(Pages, DocsExamples,
                         testing::Values(Page{"docs/language.md", 25}, Page{"docs/step-up.md", 2},
                                         Page{"README.md", 1}));

}  // namespace
}  // namespace docs
