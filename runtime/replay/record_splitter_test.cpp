#include "runtime/replay/record_splitter.h"

#include <gtest/gtest.h>

#include <vector>

namespace gate::replay {
namespace {

struct Seen {
  std::string record;
  std::uint64_t line;
  bool problem;
  friend bool operator==(const Seen&, const Seen&) = default;
};
void PrintTo(const Seen& s, std::ostream* out) {
  *out << s.line << (s.problem ? " problem " : " ") << s.record;
}

std::vector<Seen> split(std::string_view log, std::size_t at_once, std::size_t max = 1000) {
  std::vector<Seen> seen;
  RecordSplitter splitter(
      max, [&seen](std::string_view record, std::uint64_t line, const char* problem) {
        const std::size_t end = record.find_last_not_of(" \r\n");
        seen.push_back({std::string(record.substr(0, end + 1)), line, problem != nullptr});
      });
  for (std::size_t i = 0; i < log.size(); i += at_once) {
    splitter.feed(log.substr(i, at_once));
  }
  splitter.finish();
  return seen;
}

/// The same whatever number of bytes comes at once.
std::vector<Seen> split(std::string_view log) {
  const auto whole = split(log, log.size() + 1);
  for (const std::size_t at_once : {1U, 2U, 7U}) {
    EXPECT_EQ(split(log, at_once), whole) << at_once << " bytes at once";
  }
  return whole;
}

TEST(RecordSplitter, ARecordALine) {
  EXPECT_EQ(split("{\"a\":1}\n\n {\"b\":\"}\"} \r\n{\"c\":3}"),
            (std::vector<Seen>{
                {"{\"a\":1}", 1, false}, {" {\"b\":\"}\"}", 3, false}, {"{\"c\":3}", 4, false}}));
  EXPECT_TRUE(split("").empty());
  EXPECT_TRUE(split("\n \n").empty());
  EXPECT_EQ(split("\xEF\xBB\xBF{}\n").size(), 1U);
  EXPECT_EQ(split("\xEF\xBB\xBF\xEF\xBB\xBF\x01").size(), 1U) << "one mark, found by the fuzzer";
}

TEST(RecordSplitter, ABrokenLineHidesNoOther) {
  const auto seen = split("{\"a\":\n{\"b\":2}\nnonsense\n{\"c\":{\n{\"d\":4}\n");
  ASSERT_EQ(seen.size(), 5U);
  EXPECT_EQ(seen[1], (Seen{"{\"b\":2}", 2, false}));
  EXPECT_EQ(seen[4], (Seen{"{\"d\":4}", 5, false}));
}

TEST(RecordSplitter, AnArrayOnOneLineAndOnMany) {
  const std::vector<Seen> one = {{"{\"a\":[1]}", 1, false}, {"{\"b\":\"]\\\"\"}", 1, false}};
  EXPECT_EQ(split("[{\"a\":[1]},{\"b\":\"]\\\"\"}]"), one);
  const std::vector<Seen> many = {{"{\n\"a\":1\n}", 2, false}, {"{}", 5, false}};
  EXPECT_EQ(split("[\n{\n\"a\":1\n},\n{}\n]\n"), many);
}

TEST(RecordSplitter, TheAnswerOfGraphAndSeveralPagesOfIt) {
  const std::string page = "{\"@odata.nextLink\":\"x\",\"value\": [{\"a\":1},{\"value\":[{}]}]}";
  const std::vector<Seen> two = {{"{\"a\":1}", 1, false}, {"{\"value\":[{}]}", 1, false}};
  EXPECT_EQ(split(page), two);
  EXPECT_EQ(split(page + "\n" + page).size(), 4U);
  EXPECT_EQ(split("{\n  \"@odata.context\": \"c\",\n  \"value\": [\n {\"a\":1}\n ]\n}\n"),
            (std::vector<Seen>{{"{\"a\":1}", 4, false}}));
}

TEST(RecordSplitter, ObjectsOverSeveralLines) {
  EXPECT_EQ(split("{\n \"a\": 1\n}\n{\n \"b\": 2\n}\n"),
            (std::vector<Seen>{{"{\n \"a\": 1\n}", 1, false}, {"{\n \"b\": 2\n}", 4, false}}));
}

TEST(RecordSplitter, ADocumentThatEndsInTheMiddleIsAProblem) {
  const auto seen = split("[{\"a\":1},\n{\"b\":");
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[1], (Seen{"", 2, true}));
}

TEST(RecordSplitter, TooLongARecordIsAProblemAndOverAfterIt) {
  const std::string longer = "{\"a\":\"" + std::string(200, 'x') + "\"}";
  for (const std::size_t at_once : {1U, 50U, 10'000U}) {
    const auto lines = split("{}\n" + longer + "\n{\"b\":2}\n", at_once, 100);
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[1], (Seen{"", 2, true}));
    EXPECT_EQ(lines[2], (Seen{"{\"b\":2}", 3, false}));
    const auto array = split("[" + longer + ",{\"b\":2}]", at_once, 100);
    ASSERT_EQ(array.size(), 2U);
    EXPECT_EQ(array[1], (Seen{"{\"b\":2}", 1, false}));
  }
}

}  // namespace
}  // namespace gate::replay
