#include "compiler/graph/words.h"

#include <fmt/format.h>

#include "compiler/graph/device_rule.h"
#include "compiler/graph/fold.h"

namespace gate::graph {

std::string known_word(std::string_view word, Words known, const std::string& path,
                       Findings& findings) {
  for (const auto each : known) {
    if (equal_fold(each, word)) {
      return std::string(each);
    }
  }
  std::string all;
  for (const auto each : known) {
    all += (all.empty() ? "" : ", ") + std::string(each);
  }
  findings.error(path, fmt::format("\"{}\" is not one of {}", word, all));
  return {};
}

std::string word(ObjectReader& object, std::string_view key, Words known) {
  const auto text = object.text(key);
  return text.empty() ? text : known_word(text, known, object.path_of(key), object.findings());
}

std::vector<std::string> words(ObjectReader& object, std::string_view key, Words known) {
  std::vector<std::string> out;
  for (const auto& each : object.strings(key, true)) {
    if (auto found = known_word(each, known, object.path_of(key), object.findings());
        !found.empty()) {
      out.push_back(std::move(found));
    }
  }
  return out;
}

std::string comment(ObjectReader& object, std::string_view key) {
  auto text = object.text(key, true);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (turning_character(std::string_view(text).substr(i)) != 0) {
      object.findings().error(object.path_of(key),
                              "a character that hides what a text says cannot stand in a comment");
      return {};
    }
  }
  return text;
}

std::vector<std::string> ids(ObjectReader& object, std::string_view key, Words special) {
  auto out = object.strings(key);
  for (auto& each : out) {
    for (const auto word : special) {
      if (equal_fold(each, word)) {
        each = word;
      }
    }
  }
  return out;
}

}  // namespace gate::graph
