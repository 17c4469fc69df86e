#include "compiler/parse/piece_parser.h"

#include <fmt/format.h>

namespace gate::compiler {

/// Gives up at the first word that fits nowhere, and remembers it.
class PieceParser::Strategy final : public antlr4::DefaultErrorStrategy {
 public:
  explicit Strategy(std::size_t& failed_at) : failed_at_(&failed_at) {}

  void recover(antlr4::Parser* /*parser*/, std::exception_ptr error) override {
    try {
      std::rethrow_exception(error);
    } catch (const antlr4::RecognitionException& e) {
      give_up(e.getOffendingToken());
    }
  }
  antlr4::Token* recoverInline(antlr4::Parser* parser) override {
    give_up(parser->getCurrentToken());
  }
  void reportError(antlr4::Parser* /*parser*/, const antlr4::RecognitionException& /*e*/) override {
  }
  void sync(antlr4::Parser* /*parser*/) override {}  // never repairs, so it need not look ahead

 private:
  [[noreturn]] void give_up(const antlr4::Token* token) {
    *failed_at_ = token->getTokenIndex();
    throw antlr4::ParseCancellationException();
  }
  std::size_t* failed_at_;
};

PieceParser::PieceParser(TokenWindow& window) : window_(&window), parser_(&window) {
  parser_.removeErrorListeners();
  parser_.setErrorHandler(std::make_shared<Strategy>(failed_at_));
  keywords_.resize(parser_.getVocabulary().getMaxTokenType() + 1);
  for (std::size_t type = 1; type < keywords_.size(); ++type) {
    const std::string literal = parser_.getVocabulary().getLiteralName(type);
    if (literal.size() > 2 && literal[1] >= 'a' && literal[1] <= 'z') {
      keywords_[type] = literal.substr(1, literal.size() - 2);
    }
  }
}

std::string_view PieceParser::keyword(std::size_t type) const {
  return type < keywords_.size() ? std::string_view(keywords_[type]) : std::string_view{};
}

std::string PieceParser::describe(std::size_t type) const {
  switch (type) {
    case antlr4::Token::EOF:
      return "the end";
    case GateParser::IDENTIFIER:
      return "a name";
    case GateParser::STRING:
      return "a string";
    case GateParser::INTEGER:
      return "a number";
    case GateParser::DURATION:
      return "a duration";
    case GateParser::TIME:
      return "a time of day";
    case GateParser::DATE:
      return "a date";
    default:
      break;
  }
  std::string literal = parser_.getVocabulary().getLiteralName(type);
  return literal.size() > 2 ? fmt::format("`{}`", literal.substr(1, literal.size() - 2)) : literal;
}

}  // namespace gate::compiler
