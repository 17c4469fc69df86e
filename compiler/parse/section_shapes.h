#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/parse/piece_parser.h"
#include "compiler/parse/token.h"
#include "compiler/parse/token_window.h"

namespace gate::compiler {

/// Sections of policies by the kinds of their words. How a section is built depends on those alone
/// (the grammar looks at nothing else), and in a large set the same few thousand kinds of section
/// come again and again: the generated parser sees each once, and its tree is used for all. Not
/// thread-safe; one per thread. Holds at most kWordsMax words and their trees, some 20 MB.
class SectionShapes {
 public:
  SectionShapes() : parser_(window_) {}
  SectionShapes(const SectionShapes&) = delete;
  SectionShapes& operator=(const SectionShapes&) = delete;
  ~SectionShapes();

  /// The section that these words of `text` are, or null when they are none. Valid until the next
  /// call.
  [[nodiscard]] GateParser::SectionContext* section(std::span<const LexedToken> words,
                                                    std::string_view text);

 private:
  static constexpr std::size_t kWordsMax = 32'768;
  static constexpr std::size_t kSectionWordsMax = 128;
  struct Shape {
    std::vector<WindowToken> words;  // the leaves of the tree
    antlr4::tree::ParseTreeTracker owner;
    GateParser::SectionContext* tree = nullptr;
  };

  TokenWindow window_;
  PieceParser parser_;
  std::unordered_map<std::string, Shape> shapes_;
  std::size_t words_held_ = 0;
  std::string key_;
};

}  // namespace gate::compiler
