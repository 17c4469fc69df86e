#include "compiler/graph/words.h"

#include <fmt/format.h>

#include "compiler/graph/device_rule.h"
#include "compiler/graph/fold.h"
#include "compiler/graph/spelling.h"

namespace gate::graph {

std::string known_word(std::string_view word, Words known, const std::string& path,
                       Findings& findings) {
  for (const auto each : known) {
    if (equal_fold(each, word)) {
      return std::string(each);
    }
  }
  if (equal_fold(word, "unknownFutureValue")) {
    findings.error(path,
                   "\"unknownFutureValue\" hides which value is meant: export again with the "
                   "header `Prefer: include-unknown-enum-members`, or from the beta endpoint");
    return {};
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

std::vector<std::string_view> methods_of(std::string_view combination) {
  std::vector<std::string_view> out;
  for (;;) {
    const auto comma = combination.find(',');
    out.push_back(trimmed(combination.substr(0, comma)));
    if (comma == std::string_view::npos) {
      return out;
    }
    combination.remove_prefix(comma + 1);
  }
}

std::vector<std::string> combinations(ObjectReader& object, std::string_view key) {
  auto out = object.strings(key);
  for (std::size_t i = 0; i < out.size(); ++i) {
    std::string spelled;
    for (const auto method : methods_of(out[i])) {
      const auto known = graph_word(Vocabulary::kMethod, gate_word(Vocabulary::kMethod, method));
      if (known.empty()) {
        object.findings().error(fmt::format("{}[{}]", object.path_of(key), i),
                                fmt::format("\"{}\" is not an authentication method", method));
      }
      spelled += (spelled.empty() ? "" : ",") + known;
    }
    out[i] = std::move(spelled);
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
