#pragma once

#include <antlr4-runtime.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "GateParser.h"
#include "compiler/parse/token_window.h"

namespace gate::compiler {

/// Parses runs of words with the generated parser: SLL first, which is fast and right nearly
/// always; LL when that fails. A tree lives until the next call. Reports nothing: failed_at() tells
/// where the first word is that cannot stand there.
class PieceParser {
 public:
  explicit PieceParser(TokenWindow& window);

  /// The tree of `rule` over words [begin, end), or null.
  template <typename Context>
  Context* parse(Context* (GateParser::*rule)(), std::size_t begin, std::size_t end) {
    for (const auto mode : {antlr4::atn::PredictionMode::SLL, antlr4::atn::PredictionMode::LL}) {
      window_->show(begin, end);
      if (Context* tree = run(rule, mode); tree != nullptr) {
        return tree;
      }
    }
    return nullptr;
  }
  /// The tree of the last parse(), which then lives as long as the result is not reset().
  [[nodiscard]] antlr4::tree::ParseTreeTracker keep_tree() {
    return std::exchange(parser_.getTreeTracker(), {});
  }
  /// Where the last failed parse stopped: an index of a word; `end` when more was expected.
  [[nodiscard]] std::size_t failed_at() const { return failed_at_; }

  /// The types of words that could have stood at `at` instead, tried one by one. Empty when the run
  /// is so long that trying would be slow.
  template <typename Context>
  std::vector<std::size_t> expected(Context* (GateParser::*rule)(), std::size_t begin,
                                    std::size_t at) {
    std::vector<std::size_t> types;
    if (at - begin > kWordsRetriedMax) {
      return types;
    }
    for (std::size_t type = 1; type <= parser_.getVocabulary().getMaxTokenType(); ++type) {
      window_->show_with(begin, at, type);
      if (run(rule, antlr4::atn::PredictionMode::LL) != nullptr || failed_at_ > at) {
        types.push_back(type);
      }
    }
    return types;
  }
  /// A word type as people write it: `policy`, `{`, a name, a string.
  [[nodiscard]] std::string describe(std::size_t type) const;
  /// The keyword of a type, empty for signs, literals and names.
  [[nodiscard]] std::string_view keyword(std::size_t type) const;

 private:
  static constexpr std::size_t kWordsRetriedMax = 2'000;
  class Strategy;

  template <typename Context>
  Context* run(Context* (GateParser::*rule)(), antlr4::atn::PredictionMode mode) {
    parser_.reset();
    parser_.getInterpreter<antlr4::atn::ParserATNSimulator>()->setPredictionMode(mode);
    try {
      return (parser_.*rule)();
    } catch (const antlr4::ParseCancellationException&) {
      return nullptr;  // the strategy has noted where
    }
  }

  TokenWindow* window_;
  GateParser parser_;
  std::size_t failed_at_ = 0;
  std::vector<std::string> keywords_;
};

}  // namespace gate::compiler
