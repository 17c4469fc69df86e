#pragma once

#include <boost/json/value.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// Where the shared corpus is and what it holds. It stands beside the sources (../shared) or where
/// GATE_SHARED says; tests that need it skip without it.
namespace graph_corpus {

namespace json = boost::json;

/// The folder of the corpus; empty when it is absent.
[[nodiscard]] std::optional<std::filesystem::path> root();

/// A file as text; the test fails when it cannot be read.
[[nodiscard]] std::string read_file(const std::filesystem::path& path);
/// A JSON file.
[[nodiscard]] json::value read_json(const std::filesystem::path& path);

/// What one published repository holds, files in order of their names.
struct Source {
  std::string name;
  json::value policies;   ///< array
  json::value locations;  ///< array
  std::vector<std::filesystem::path> files;
};
[[nodiscard]] std::vector<Source> sources();

}  // namespace graph_corpus

/// Skips the running test without the corpus.
#define GATE_NEEDS_CORPUS()                                                        \
  do {                                                                             \
    if (!graph_corpus::root()) {                                                   \
      GTEST_SKIP() << "the shared corpus is not there (../shared or GATE_SHARED)"; \
    }                                                                              \
  } while (false)
