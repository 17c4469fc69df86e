#include "tests/graph/corpus.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace graph_corpus {

namespace fs = std::filesystem;

std::optional<fs::path> root() {
  const char* given = std::getenv("GATE_SHARED");
  const fs::path shared = given != nullptr ? given : fs::path(GATE_SOURCE_DIR) / "../shared";
  std::error_code failed;
  if (!fs::is_directory(shared / "corpus/graph-policies", failed)) {
    return std::nullopt;
  }
  return shared / "corpus";
}

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in.good()) << path;
  std::ostringstream all;
  all << in.rdbuf();
  return std::move(all).str();
}

json::value read_json(const fs::path& path) {
  auto text = read_file(path);
  if (text.starts_with("\xEF\xBB\xBF")) {
    text.erase(0, 3);
  }
  boost::system::error_code failed;
  auto value = json::parse(text, failed);
  EXPECT_FALSE(failed) << path << ": " << failed.message();
  return value;
}

std::vector<Source> sources() {
  std::vector<Source> out;
  const auto corpus = root();
  if (!corpus) {
    return out;
  }
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(*corpus / "graph-policies")) {
    if (entry.is_directory()) {
      folders.push_back(entry.path());
    }
  }
  std::sort(folders.begin(), folders.end());
  for (const auto& folder : folders) {
    Source source;
    source.name = folder.filename().string();
    source.policies = json::array();
    source.locations = json::array();
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() == ".json") {
        source.files.push_back(entry.path());
      }
    }
    std::sort(source.files.begin(), source.files.end());
    for (const auto& file : source.files) {
      auto value = read_json(file);
      const bool policy = value.is_object() && value.get_object().contains("conditions");
      (policy ? source.policies : source.locations).as_array().push_back(std::move(value));
    }
    out.push_back(std::move(source));
  }
  return out;
}

}  // namespace graph_corpus
