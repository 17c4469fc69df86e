#pragma once

#include <antlr4-runtime.h>

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/parse/token.h"

namespace gate::compiler {

/// A word as ANTLR wants to see it. Made once per file; parsing allocates none.
class WindowToken final : public antlr4::Token {
 public:
  WindowToken(const LexedToken& token, std::size_t index, std::string_view text)
      : type_(token.type), begin_(token.begin), end_(token.end), index_(index), text_(text) {}
  static WindowToken end_of_input(std::uint32_t at) {
    WindowToken token(LexedToken{0, at, at}, 0, {});
    token.type_ = antlr4::Token::EOF;
    return token;
  }
  void set_index(std::size_t index) { index_ = index; }

  [[nodiscard]] std::uint32_t begin() const { return begin_; }
  [[nodiscard]] std::uint32_t end() const { return end_; }
  [[nodiscard]] std::string_view view() const { return text_; }

  std::string getText() const override { return std::string(text_); }
  std::size_t getType() const override { return type_; }
  std::size_t getLine() const override { return 0; }
  std::size_t getCharPositionInLine() const override { return 0; }
  std::size_t getChannel() const override { return antlr4::Token::DEFAULT_CHANNEL; }
  std::size_t getTokenIndex() const override { return index_; }
  std::size_t getStartIndex() const override { return begin_; }
  std::size_t getStopIndex() const override { return end_ - 1; }
  antlr4::TokenSource* getTokenSource() const override { return nullptr; }
  antlr4::CharStream* getInputStream() const override { return nullptr; }
  std::string toString() const override { return getText(); }

 private:
  std::size_t type_;
  std::uint32_t begin_;
  std::uint32_t end_;
  std::size_t index_;
  std::string_view text_;
};

/// A run of a file's words as a token stream that ends where the run ends: what lets a file be
/// parsed declaration by declaration. Indices count from the start of the file.
class TokenWindow final : public antlr4::TokenStream {
 public:
  TokenWindow() = default;
  explicit TokenWindow(std::vector<WindowToken> tokens) : tokens_(std::move(tokens)) {}

  /// Looks at other words from now on; gives back those that it looked at (trees point at them).
  std::vector<WindowToken> exchange(std::vector<WindowToken> tokens) {
    show(0, 0);
    return std::exchange(tokens_, std::move(tokens));
  }

  /// Shows words [begin, end) only.
  void show(std::size_t begin, std::size_t end);
  /// Shows words [begin, end) followed by a word of type `type` (which has no text).
  void show_with(std::size_t begin, std::size_t end, std::size_t type);

  [[nodiscard]] const WindowToken& word(std::size_t index) const { return tokens_[index]; }
  [[nodiscard]] std::size_t word_count() const { return tokens_.size(); }
  [[nodiscard]] std::size_t begin() const { return begin_; }
  [[nodiscard]] std::size_t end() const { return end_; }

  void consume() override;
  std::size_t LA(ssize_t i) override;
  ssize_t mark() override { return 0; }
  void release(ssize_t /*marker*/) override {}
  std::size_t index() override { return at_; }
  void seek(std::size_t index) override { at_ = index < begin_ ? begin_ : index; }
  std::size_t size() override { return end_; }
  std::string getSourceName() const override { return {}; }
  antlr4::Token* LT(ssize_t k) override;
  antlr4::Token* get(std::size_t index) const override;
  antlr4::TokenSource* getTokenSource() const override { return nullptr; }
  std::string getText(const antlr4::misc::Interval& /*interval*/) override { return {}; }
  std::string getText() override { return {}; }
  std::string getText(antlr4::RuleContext* /*context*/) override { return {}; }
  std::string getText(antlr4::Token* /*start*/, antlr4::Token* /*stop*/) override { return {}; }

 private:
  [[nodiscard]] WindowToken* token(std::size_t index) const;

  mutable std::vector<WindowToken> tokens_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t at_ = 0;
  bool has_extra_ = false;
  mutable WindowToken extra_ = WindowToken::end_of_input(0);
  mutable WindowToken eof_ = WindowToken::end_of_input(0);
};

}  // namespace gate::compiler
