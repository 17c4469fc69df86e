// Bad input of the import: a precise finding, bounded work, nothing half-written.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <fstream>
#include <functional>

#include "compiler/graph/import.h"
#include "compiler/graph/json_document.h"
#include "compiler/graph/limits.h"
#include "tests/graph/documented_pairs.h"

namespace gate::graph {
namespace {

namespace json = boost::json;

bool has_error(const ImportResult& result) {
  return std::ranges::any_of(result.findings, [](const Finding& finding) {
    return finding.level == FindingLevel::kError;
  });
}

TEST(Hostile, EveryTruncationIsRefusedAndWritesNothing) {
  const auto pairs = graph_corpus::documented_pairs();
  ASSERT_FALSE(pairs.empty());
  const auto& bytes = pairs.front().document.bytes;
  const auto whole = bytes.find_last_of('}');
  for (std::size_t size = 0; size <= whole; ++size) {
    const auto result = import_graph({{"cut.json", bytes.substr(0, size)}}, {.partial = true});
    ASSERT_TRUE(has_error(result)) << size;
    ASSERT_EQ(result.policies, 0U) << size;
  }
}

/// Calls `visit` for every value inside `value` that is neither an object nor an array.
void each_leaf(json::value& value, const std::string& path,
               const std::function<void(json::value&, const std::string&)>& visit) {
  if (auto* object = value.if_object(); object != nullptr) {
    for (auto& entry : *object) {
      each_leaf(entry.value(), path + "." + std::string(entry.key()), visit);
    }
  } else if (auto* array = value.if_array(); array != nullptr) {
    for (auto& each : *array) {
      each_leaf(each, path + "[]", visit);
    }
  } else {
    visit(value, path);
  }
}

TEST(Hostile, AValueOfAnotherShapeIsNeverTaken) {
  std::size_t tried = 0;
  for (const auto& pair : graph_corpus::documented_pairs()) {
    auto document = json::parse(pair.document.bytes);
    each_leaf(document, "$", [&](json::value& leaf, const std::string& path) {
      if (leaf.is_null() || path.find('@') != std::string::npos) {
        return;
      }
      const auto kept = std::exchange(leaf, json::array{json::array{"x"}});
      const auto result = import_graph({{"shape.json", json::serialize(document)}});
      EXPECT_TRUE(has_error(result) && result.files.empty()) << pair.line << " " << path;
      leaf = kept;
      ++tried;
    });
  }
  EXPECT_GT(tried, 150U);
}

TEST(Hostile, FiftyMegabytesAreNotRead) {
  namespace fs = std::filesystem;
  const auto folder = fs::path(testing::TempDir()) / fmt::format("gate-hostile-{}", ::getpid());
  fs::create_directories(folder);
  {
    std::ofstream(folder / "big.json") << "{";
  }
  fs::resize_file(folder / "big.json", 50U << 20U);
  const auto loaded = load_graph_files({folder});
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().code, ErrorCode::kLimitExceeded);
  EXPECT_NE(loaded.error().message.find("big.json"), std::string::npos);
  fs::remove_all(folder);
}

TEST(Hostile, DeepNestingEndsInAFinding) {
  for (const auto* open : {"[", "{\"a\":"}) {
    std::string deep;
    for (int i = 0; i < 10'000; ++i) {
      deep += open;
    }
    EXPECT_TRUE(has_error(import_graph({{"deep.json", deep}})));
  }
}

TEST(Hostile, CharactersThatTurnTheTextAreEscapedInNamesAndRefusedInComments) {
  const auto policy = [](std::string_view name, std::string_view description) {
    return fmt::format(
        R"({{"displayName":"{}","description":"{}","state":"enabled","conditions":{{"users":)"
        R"({{"includeUsers":["All"]}},"applications":{{"includeApplications":["All"]}}}},)"
        R"("grantControls":{{"operator":"OR","builtInControls":["mfa"]}}}})",
        name, description);
  };
  const auto named = import_graph({{"a.json", policy("A\u202Ebc", "")}});
  EXPECT_FALSE(has_error(named));
  EXPECT_NE(named.files.front().text.find("\"A\\u{202E}bc\""), std::string::npos);
  const auto described = import_graph({{"a.json", policy("A", "x\u2066y")}});
  ASSERT_TRUE(has_error(described));
  EXPECT_EQ(described.findings.front().path, "$.description");
}

}  // namespace
}  // namespace gate::graph
