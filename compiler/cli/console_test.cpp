#include "compiler/cli/console.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "compiler/cli/decision_text.h"
#include "compiler/cli/files.h"
#include "compiler/cli/policy_source.h"
#include "compiler/cli/table.h"

namespace gate::cli {
namespace {

TEST(Table, ColumnsStandBelowOneAnotherAndLinesEndWithoutBlanks) {
  Table table(2);
  table.row({{"a"}, {"b\xC3\xBCro"}, {"x"}});
  table.row({{"longer"}, {""}, {""}});
  table.row({{""}, {"c"}, {"y"}});
  EXPECT_EQ(table.text(false),
            "  a       b\xC3\xBCro  x\n"
            "  longer\n"
            "          c     y\n");
}

TEST(Table, ColoursDoNotCountAsWidth) {
  Table table(0);
  table.row({{"a", Tone::kBad}, {"x"}});
  EXPECT_EQ(table.text(true), "\x1b[1;31ma\x1b[0m  x\n");
}

TEST(DecisionText, DurationsUseTheLargestUnitThatFits) {
  EXPECT_EQ(duration_text(0), "0s");
  EXPECT_EQ(duration_text(90), "90s");
  EXPECT_EQ(duration_text(900), "15m");
  EXPECT_EQ(duration_text(14'400), "4h");
  EXPECT_EQ(duration_text(604'800), "7d");
}

TEST(PolicySource, DatesAreDaysOfTheCalendar) {
  EXPECT_EQ(parse_date("2024-02-29"), (Date{2024, 2, 29}));
  for (const char* wrong : {"2026-02-29", "2026-13-01", "2026-1-1", "20261125", "", "2026-11-2x"}) {
    EXPECT_FALSE(parse_date(wrong).has_value()) << wrong;
  }
}

class Files : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::path(testing::TempDir()) / ("gate-files-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

TEST_F(Files, ReplacingKeepsPermissionsAndLinksAndLeavesNothingBehind) {
  const auto path = folder_ / "a.gate";
  std::ofstream(path) << "old";
  ::chmod(path.c_str(), 0640);
  std::filesystem::create_symlink("a.gate", folder_ / "link.gate");
  ASSERT_TRUE(replace_file(folder_ / "link.gate", "new"));
  EXPECT_EQ(*read_input(path.string(), 100), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder_ / "link.gate"));
  struct stat info{};
  ::stat(path.c_str(), &info);
  EXPECT_EQ(info.st_mode & 0777U, 0640U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 2);
}

TEST_F(Files, ErrorsNameThePath) {
  const auto missing = read_input((folder_ / "none").string(), 10);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_NE(missing.error().message.find("none"), std::string::npos);
  const auto nowhere = replace_file(folder_ / "no" / "where", "x");
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code, ErrorCode::kNotFound);
}

TEST_F(Files, ALimitHoldsAtItsBoundAndNotOnePast) {
  std::ofstream(folder_ / "f") << "12345";
  EXPECT_TRUE(read_input((folder_ / "f").string(), 5));
  const auto past = read_input((folder_ / "f").string(), 4);
  ASSERT_FALSE(past);
  EXPECT_EQ(past.error().code, ErrorCode::kLimitExceeded);
}

}  // namespace
}  // namespace gate::cli
