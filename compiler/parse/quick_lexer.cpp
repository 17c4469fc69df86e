#include "compiler/parse/quick_lexer.h"

#include <array>
#include <string>
#include <vector>

#include "GateLexer.h"

namespace gate::compiler {
namespace {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
constexpr bool ends_line(char c) {
  return c == '\n' || c == '\r';
}
constexpr bool is_ascii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}

/// The words of the language with their types, as the grammar numbers them, by first letter.
class Keywords {
 public:
  Keywords() {
    antlr4::ANTLRInputStream empty;
    const GateLexer lexer(&empty);
    const antlr4::dfa::Vocabulary& vocabulary = lexer.getVocabulary();
    for (std::size_t type = 1; type <= vocabulary.getMaxTokenType(); ++type) {
      const std::string quoted = vocabulary.getLiteralName(type);  // 'policy'
      if (quoted.size() > 2 && is_letter(quoted[1])) {
        by_letter_[index(quoted[1])].push_back(
            {quoted.substr(1, quoted.size() - 2), static_cast<std::uint32_t>(type)});
      }
    }
  }
  [[nodiscard]] std::uint32_t type_of(std::string_view word) const {
    for (const Keyword& each : by_letter_[index(word.front())]) {
      if (each.text == word) {
        return each.type;
      }
    }
    return GateLexer::IDENTIFIER;
  }

 private:
  struct Keyword {
    std::string text;
    std::uint32_t type = 0;
  };
  static std::size_t index(char first) { return static_cast<unsigned char>(first); }
  std::array<std::vector<Keyword>, 128> by_letter_;
};

const Keywords& keywords() {
  static const Keywords kKeywords;
  return kKeywords;
}

/// Cuts words off the front of the text, the longest first, as the rules of GateLexer.g4 say.
class Scanner {
 public:
  Scanner(std::string_view text, std::uint32_t file, std::uint32_t shift)
      : text_(text), file_(file), shift_(shift), keywords_(&keywords()) {}

  std::optional<LexedFile> run() {
    lexed_.tokens.reserve(text_.size() / 6);
    bool line_ended = true;  // since the last word
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ' ' || c == '\t' || ends_line(c)) {
        line_ended = line_ended || c == '\n';
        ++at_;
      } else if (c == '#') {
        comment(line_ended);
        line_ended = false;
      } else if (!is_ascii(c)) {
        return std::nullopt;
      } else {
        const std::size_t begin = at_;
        const std::uint32_t type = word(c);
        lexed_.tokens.push_back({type, place(begin), place(at_)});
        line_ended = false;
      }
    }
    return std::move(lexed_);
  }

 private:
  [[nodiscard]] std::uint32_t place(std::size_t at) const {
    return static_cast<std::uint32_t>(at) + shift_;
  }
  [[nodiscard]] char look(std::size_t ahead) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  void comment(bool line_ended) {
    const std::size_t begin = at_;
    while (at_ < text_.size() && !ends_line(text_[at_])) {
      ++at_;
    }
    ast::Comment out;
    out.span = Span{file_, place(begin), place(at_)};
    out.doc = text_.substr(begin).starts_with("##");
    out.trailing = !lexed_.tokens.empty() && !line_ended;
    lexed_.comments.push_back(out);
  }

  /// Reads one word and steps behind it.
  std::uint32_t word(char first) {
    if (is_letter(first)) {
      const std::size_t begin = at_;
      while (is_letter(look(0)) || is_digit(look(0))) {
        ++at_;
      }
      return keywords_->type_of(text_.substr(begin, at_ - begin));
    }
    if (first == '"') {
      return string();
    }
    if (is_digit(first) || (first == '-' && is_digit(look(1)))) {
      return number();
    }
    return sign(first);
  }

  std::uint32_t string() {
    for (++at_; at_ < text_.size() && !ends_line(text_[at_]); ++at_) {
      if (text_[at_] == '"') {
        ++at_;
        return GateLexer::STRING;
      }
      if (text_[at_] == '\\' && at_ + 1 < text_.size() && !ends_line(text_[at_ + 1])) {
        ++at_;
      }
    }
    return GateLexer::UNTERMINATED_STRING;
  }

  /// `pattern` with `d` for a digit stands here.
  [[nodiscard]] bool fits(std::string_view pattern) const {
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      if (pattern[i] == 'd' ? !is_digit(look(i)) : look(i) != pattern[i]) {
        return false;
      }
    }
    return true;
  }

  std::uint32_t number() {
    const std::size_t begin = at_;
    std::size_t end = at_ + 1;  // of everything that looks like a number
    while (end < text_.size() && (is_digit(text_[end]) || is_letter(text_[end]))) {
      ++end;
    }
    static constexpr std::string_view kDate = "dddd-dd-dd";
    static constexpr std::string_view kTime = "dd:dd";
    if (fits(kDate) && end - begin < kDate.size()) {
      at_ += kDate.size();
      return GateLexer::DATE;
    }
    if (fits(kTime) && end - begin < kTime.size()) {
      at_ += kTime.size();
      return GateLexer::TIME;
    }
    const bool negative = text_[begin] == '-';
    std::size_t digits_end = begin + 1;
    while (digits_end < end && is_digit(text_[digits_end])) {
      ++digits_end;
    }
    at_ = end;
    if (digits_end == end) {
      return GateLexer::INTEGER;
    }
    const char unit = text_[digits_end];
    const bool duration = unit == 's' || unit == 'm' || unit == 'h' || unit == 'd';
    return duration && digits_end + 1 == end && !negative ? GateLexer::DURATION
                                                          : GateLexer::BAD_NUMBER;
  }

  std::uint32_t sign(char first) {
    const char second = look(1);
    const auto two = [this, second](char wanted, std::uint32_t type, std::uint32_t otherwise) {
      at_ += second == wanted ? 2 : 1;
      return second == wanted ? type : otherwise;
    };
    switch (first) {
      case '-':
        return two('>', GateLexer::ARROW, GateLexer::BAD_CHARACTER);
      case '=':
        return two('=', GateLexer::EQUAL_EQUAL, GateLexer::EQUALS);
      case '!':
        return two('=', GateLexer::NOT_EQUAL, GateLexer::BAD_CHARACTER);
      case '<':
        return two('=', GateLexer::LESS_EQUAL, GateLexer::LESS);
      case '>':
        return two('=', GateLexer::GREATER_EQUAL, GateLexer::GREATER);
      default:
        ++at_;
        return single(first);
    }
  }

  static std::uint32_t single(char c) {
    switch (c) {
      case '{':
        return GateLexer::LBRACE;
      case '}':
        return GateLexer::RBRACE;
      case '(':
        return GateLexer::LPAREN;
      case ')':
        return GateLexer::RPAREN;
      case '[':
        return GateLexer::LBRACKET;
      case ']':
        return GateLexer::RBRACKET;
      case ',':
        return GateLexer::COMMA;
      case ':':
        return GateLexer::COLON;
      case '.':
        return GateLexer::DOT;
      case '|':
        return GateLexer::PIPE;
      default:
        return GateLexer::BAD_CHARACTER;
    }
  }

  std::string_view text_;
  std::uint32_t file_;
  std::uint32_t shift_;
  const Keywords* keywords_;
  std::size_t at_ = 0;
  LexedFile lexed_;
};

}  // namespace

std::optional<LexedFile> lex_quickly(std::string_view text, std::uint32_t file,
                                     std::uint32_t shift) {
  return Scanner(text, file, shift).run();
}

}  // namespace gate::compiler
