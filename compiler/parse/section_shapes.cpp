#include "compiler/parse/section_shapes.h"

#include <utility>

namespace gate::compiler {
namespace {

WindowToken as_seen(const LexedToken& word, std::size_t index, std::string_view text) {
  return {word, index, text.substr(word.begin, word.end - word.begin)};
}

}  // namespace

SectionShapes::~SectionShapes() {
  for (auto& [key, shape] : shapes_) {
    shape.owner.reset();
  }
}

GateParser::SectionContext* SectionShapes::section(std::span<const LexedToken> words,
                                                   std::string_view text) {
  key_.clear();
  for (const LexedToken& word : words) {
    static_assert(GateParser::UNTERMINATED_STRING < 256 && GateParser::IDENTIFIER < 256);
    key_ += static_cast<char>(word.type);
  }
  if (const auto known = shapes_.find(key_); known != shapes_.end()) {
    for (std::size_t i = 0; i < known->second.words.size(); ++i) {
      known->second.words[i] = as_seen(words[i], i, text);
    }
    return known->second.tree;
  }
  std::vector<WindowToken> seen;
  seen.reserve(words.size());
  for (std::size_t i = 0; i < words.size(); ++i) {
    seen.push_back(as_seen(words[i], i, text));
  }
  (void)window_.exchange(std::move(seen));
  GateParser::OneSectionContext* tree =
      parser_.parse(&GateParser::oneSection, 0, window_.word_count());
  if (words.size() > kSectionWordsMax || words_held_ + words.size() > kWordsMax) {
    return tree == nullptr ? nullptr : tree->section();
  }
  words_held_ += words.size();
  if (tree == nullptr) {
    shapes_.emplace(key_, Shape{});
    return nullptr;
  }
  return shapes_.emplace(key_, Shape{window_.exchange({}), parser_.keep_tree(), tree->section()})
      .first->second.tree;
}

}  // namespace gate::compiler
