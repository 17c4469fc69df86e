// docs/api/ names what the server has: every endpoint of its router, every error of its tables.

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "server/http/request_guard.h"
#include "tests/exchanges/server_under_test.h"

namespace exchanges {
namespace {

using Rows = std::set<std::string>;

std::vector<std::string> lines_of(const std::string& page) {
  std::ifstream in(std::string(GATE_SOURCE_DIR) + "/docs/api/" + page);
  EXPECT_TRUE(in) << page;
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line);
  }
  return lines;
}

/// The first words in backquotes of lines that begin with `mark`.
Rows quoted_after(const std::string& page, std::string_view mark) {
  Rows rows;
  for (const std::string& line : lines_of(page)) {
    if (line.starts_with(std::string(mark) + "`")) {
      const std::size_t from = mark.size() + 1;
      rows.insert(line.substr(from, line.find('`', from) - from));
    }
  }
  return rows;
}

/// The first `count` cells of each row of the tables whose first column is called `title`.
Rows cells_of(const std::string& page, std::string_view title, int count) {
  Rows rows;
  bool inside = false;
  for (const std::string& line : lines_of(page)) {
    const bool head = line.starts_with("| " + std::string(title) + " |");
    inside = head || (inside && line.starts_with("|"));
    if (!inside || head || line.starts_with("|---")) {
      continue;
    }
    std::size_t end = 0;
    for (int i = 0; i < count && end != std::string::npos; ++i) {
      end = line.find('|', end + 1);
    }
    EXPECT_NE(end, std::string::npos) << line;
    EXPECT_TRUE(rows.insert(line.substr(0, end + 1)).second) << "twice: " << line;
  }
  return rows;
}

std::string quoted(std::string_view text) {
  return text.empty() ? "" : "`" + std::string(text) + "`";
}

TEST(ApiPages, EveryEndpointOfTheRouterIsThereAndNoOther) {
  Rows written = quoted_after("endpoints.md", "### ");
  written.merge(quoted_after("endpoints.md", "* "));
  const ServerUnderTest server("");
  const std::vector<std::string> endpoints = server.endpoints();
  Rows known(endpoints.begin(), endpoints.end());
  EXPECT_EQ(known.size(), endpoints.size());
  EXPECT_EQ(written, known);
}

TEST(ApiPages, EveryErrorOfTheWireIsThereAndNoOther) {
  Rows known;
  const auto add = [&known](int status, std::string_view error, std::string_view suberror, int code,
                            std::string_view text) {
    std::ostringstream row;
    const std::string cell = suberror.empty() ? std::string() : quoted(suberror) + " ";
    row << "| " << quoted(error) << " | " << cell << "| " << code << " | "
        << (status == 400 ? "" : std::to_string(status) + ": ") << text << " |";
    known.insert(row.str());
  };
#define GATE_WIRE_ERROR(id, status, error, suberror, code, text) \
  add(status, error, suberror, code, text);
#include "server/protocol/native_auth_v1/wire_error.def"
  EXPECT_EQ(cells_of("errors.md", "`error`", 4), known);
}

TEST(ApiPages, EveryRefusalOfTheHttpLayerIsThereAndNoOther) {
  Rows known;
  const auto add = [&known](int status, std::string_view code, std::string_view text) {
    known.insert("| " + std::to_string(status) + " | " + quoted(code) + " | " + std::string(text) +
                 " |");
  };
#define GATE_HTTP_FAULT(name, status, code, text) add(status, code, text);
#include "server/http/http_fault.def"
#undef GATE_HTTP_FAULT
  EXPECT_EQ(cells_of("errors.md", "Status", 3), known);
}

}  // namespace
}  // namespace exchanges
