#include "tests/graph/documented_pairs.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <sstream>

#include "tests/graph/corpus.h"

namespace graph_corpus {
namespace {

namespace json = boost::json;

/// Members of `part` replace those of `whole`, objects member by member.
void overlay(json::object& whole, const json::object& part) {
  for (const auto& entry : part) {
    auto* under = whole[entry.key()].if_object();
    if (under != nullptr && entry.value().is_object()) {
      overlay(*under, entry.value().get_object());
    } else {
      whole[entry.key()] = entry.value();
    }
  }
}

/// Blocks show only what matters: the rest is a policy on all users and all apps that asks for MFA.
std::string completed(const std::string& block) {
  const auto value = json::parse(block);
  if (!value.is_object() || value.get_object().contains("displayName")) {
    return block;
  }
  json::object whole = {
      {"displayName", "Example"},
      {"state", "enabled"},
      {"conditions",
       {{"users", {{"includeUsers", json::array{"All"}}}},
        {"applications", {{"includeApplications", json::array{"All"}}}}}},
  };
  const auto& part = value.get_object();
  if (!part.contains("grantControls")) {
    whole["grantControls"] = {{"operator", "OR"}, {"builtInControls", json::array{"mfa"}}};
  }
  overlay(whole, part);
  return json::serialize(whole);
}

}  // namespace

std::string squeezed(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n';
    if (!blank) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  return out.ends_with(' ') ? out.substr(0, out.size() - 1) : out;
}

std::vector<DocumentedPair> documented_pairs() {
  std::istringstream page(read_file(std::string(GATE_SOURCE_DIR) + "/docs/from-entra.md"));
  std::vector<DocumentedPair> out;
  std::string line, language, block, pending;
  int number = 0, begun = 0, pending_line = 0;
  while (std::getline(page, line)) {
    ++number;
    if (!line.starts_with("```")) {
      block += line + "\n";
      continue;
    }
    if (line == "```" && !language.empty()) {
      if (language == "json") {
        pending = block;
        pending_line = begun;
      } else if (language == "gate" && !pending.empty()) {
        const auto name = "line" + std::to_string(pending_line) + ".json";
        out.push_back({pending_line, {name, completed(pending)}, block});
        pending.clear();
      }
      language.clear();
    } else {
      language = line == "```" ? "text" : line.substr(3);
      begun = number;
    }
    block.clear();
  }
  return out;
}

}  // namespace graph_corpus
